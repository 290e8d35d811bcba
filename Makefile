# The commands of this repository; "make" alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build test check lint fmt bench generate clean

# quick, ci or soak: how many rounds the tests do. Every scale runs every test.
SCALE ?= quick
# More arguments for "stint serve" (make run) or for the benchmarks (make bench).
ARGS ?=

# Go files of this module, wherever they are.
GO_FILES = find . -name '*.go' -not -path './.*' -not -path './tools/*'

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-10s %s\n", $$1, $$2 }'

run: build ## Start Stint on 127.0.0.1:8080 with its database in ./data; ARGS='...' adds arguments
	@mkdir -p data
	./bin/stint serve --addr 127.0.0.1:8080 --database ./data/stint.db $(ARGS)

build: ## Build ./bin/stint
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.release=$$(git describe --tags --always 2>/dev/null || true)" -o bin/stint ./cmd/stint

test: ## Install what the tests need, then run everything; SCALE=quick (default), ci or soak
	scripts/test $(SCALE)

check: ## The fast checks: format, vet, linters, and the tests on SQLite alone
	@scripts/install-tools go
	@$(MAKE) --no-print-directory lint
	STINT_ENGINES=sqlite STINT_SCALE=quick go test -json -timeout 5m ./... | go run ./internal/tools/testreport

lint: # the part of check and test that only reads the code; needs scripts/install-tools go
	@unformatted=$$($(GO_FILES) -print0 | xargs -0 gofmt -s -l); \
		[ -z "$$unformatted" ] || { echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; }
	go vet ./...
	.tools/bin/golangci-lint run ./...

fmt: ## Format the Go code
	@scripts/install-tools go
	$(GO_FILES) -print0 | xargs -0 gofmt -s -w
	.tools/bin/golangci-lint fmt

bench: ## Run the benchmarks, on SQLite and on a PostgreSQL started for them; ARGS='...' adds arguments
	@scripts/install-tools system
	scripts/postgres run .tmp/pg -- go run ./internal/bench $(ARGS)

generate: ## Write the generated files anew (the API document that the tests compare with)
	go test ./internal/api -run '^TestDocument$$' -update

clean: ## Delete what was built, installed or left by tests; ./data stays
	@if [ -e .tmp/pg ] || [ -e .tmp/pg.path ]; then scripts/postgres remove .tmp/pg; fi
	rm -rf bin .tmp .tools tools/node_modules
