package api_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"stint/internal/api"
)

var update = flag.Bool("update", false, "write the document anew")

// The document is checked in, so that a review sees what a change does to it.
func TestDocument(t *testing.T) {
	const path = "testdata/openapi.json"
	got := api.New(nil, api.Options{Version: "0.0.0", BaseURL: "http://127.0.0.1:8080"}).Document()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the document differs from testdata/openapi.json; look at what changes, then run: make generate")
	}
}
