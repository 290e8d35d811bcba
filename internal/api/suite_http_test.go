package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// Row "health": no token, no envelope, the product and its version; 503 when
// the database is gone.
func TestHealth(t *testing.T) {
	onEach(t, func(s *suite) {
		want := `{"name":"stint","version":"test","status":"ok"}`
		for _, path := range []string{"/api/v1/health", "/api/v1/health/ready"} {
			for _, a := range []*apitest.Answer{stranger(s, "GET", path), s.Do("GET", path, nil, bearer("x"))} {
				if a.Status != 200 || string(a.Body) != want {
					s.t.Errorf("%s answers %d %s, want %s", path, a.Status, a.Body, want)
				}
			}
		}
		if err := s.DB.Close(); err != nil {
			s.t.Fatal(err)
		}
		if a := stranger(s, "GET", "/api/v1/health/ready"); a.Status != 503 || a.Str("status") != "down" {
			s.t.Errorf("without a database it answers %d %s", a.Status, a.Body)
		}
	})
}

// Row "docs.json": our document, to everybody.
func TestDocumentIsServed(t *testing.T) {
	onEach(t, func(s *suite) {
		a := stranger(s, "GET", "/api/v1/docs.json")
		if a.Status != 200 || !bytes.Equal(a.Body, s.API.Document()) || a.Str("openapi") != "3.1.0" || !json.Valid(a.Body) {
			s.t.Errorf("docs.json answers %d %.200s", a.Status, a.Body)
		}
	})
}

// Row "HEAD, OPTIONS": HEAD answers what GET would, without the body.
func TestHead(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		paths := []string{"health", "docs.json", "users/me", "tokens", "tenants/" + b.Tenant, "invoices/" + b.invoice + "/pdf", "clients/x", "clients?limit=0", "time-entries?limit=1&expand=project"}
		for _, sp := range specs {
			paths = append(paths, sp.path)
		}
		for _, path := range append(paths, "clients/"+b.client, "time-entries/"+b.entry) {
			get, head := b.Do("GET", path, nil), b.Do("HEAD", path, nil)
			if head.Status != get.Status || len(head.Body) != 0 {
				s.t.Errorf("HEAD %s answers %d and %d bytes, GET %d", path, head.Status, len(head.Body), get.Status)
			}
			for _, name := range []string{"Content-Type", "Content-Length", "ETag", "Link", "Cache-Control"} {
				if path == "invoices/"+b.invoice+"/pdf" && name == "Content-Length" || name == "Link" && get.Header.Get(name) == "" {
					continue
				}
				if head.Header.Get(name) != get.Header.Get(name) {
					s.t.Errorf("HEAD %s: %s is %q, GET says %q", path, name, head.Header.Get(name), get.Header.Get(name))
				}
			}
		}
	})
}

// Row "HEAD, OPTIONS": 405 with Allow, and OPTIONS with the same list.
func TestAllow(t *testing.T) {
	onEach(t, func(s *suite) {
		for path, allow := range map[string]string{
			"clients": "GET, HEAD, POST, OPTIONS", "clients/x": "GET, HEAD, PUT, PATCH, DELETE, OPTIONS", "clients/order": "POST, OPTIONS",
			"tenants/x": "GET, HEAD, PATCH, OPTIONS", "invoices/x/finalize": "POST, OPTIONS", "invoices/x/pdf": "GET, HEAD, OPTIONS", "users/me": "GET, HEAD, OPTIONS",
			"clients/by-key/x": "GET, HEAD, PUT, OPTIONS", "billables": "GET, HEAD, POST, OPTIONS", "health": "GET, HEAD, OPTIONS",
		} {
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
				if slices.Contains(strings.Split(allow, ", "), method) {
					continue
				}
				a := s.Do(method, path, "{}")
				refusal(s.t, a, 405, "MethodNotAllowed", map[string]string{})
				if got := a.Header.Get("Allow"); got != allow {
					s.t.Errorf("%s %s: Allow is %q, want %q", method, path, got, allow)
				}
			}
			a := stranger(s, "OPTIONS", "/api/v1/"+path)
			if a.Status != 204 || a.Header.Get("Allow") != allow || len(a.Body) != 0 {
				s.t.Errorf("OPTIONS %s: %d, Allow %q, want %q", path, a.Status, a.Header.Get("Allow"), allow)
			}
		}
		refusal(s.t, s.Do("GET", "/api/v1/nothing", nil), 404, "NotFound", map[string]string{})
		refusal(s.t, s.Do("OPTIONS", "/api/v1/nothing", nil), 404, "NotFound", map[string]string{})
	})
}

// Row "HEAD, OPTIONS": browsers of configured origins may call, others not.
func TestCORS(t *testing.T) {
	const ours = "https://app.example.org"
	from := func(origin string, more ...string) []apitest.Option {
		opts := []apitest.Option{apitest.Header("Origin", origin)}
		for i := 0; i < len(more); i += 2 {
			opts = append(opts, apitest.Header(more[i], more[i+1]))
		}
		return opts
	}
	onEachWith(t, apitest.Options{Origins: []string{ours, "https://two.example.org"}}, func(s *suite) {
		preflight := from(ours, "Access-Control-Request-Method", "PATCH", "Access-Control-Request-Headers", "authorization,tenant-id", "Authorization", "", "Tenant-Id", "")
		a := s.Do("OPTIONS", "clients/x", nil, preflight...)
		if a.Status != 204 || a.Header.Get("Access-Control-Allow-Origin") != ours || a.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD, PUT, PATCH, DELETE, OPTIONS" {
			s.t.Errorf("a preflight answers %d %v", a.Status, a.Header)
		}
		for _, name := range []string{"Authorization", "Content-Type", "tenant-id", "Idempotency-Key", "If-Match", "If-None-Match"} {
			if !strings.Contains(strings.ToLower(a.Header.Get("Access-Control-Allow-Headers")), strings.ToLower(name)) {
				s.t.Errorf("a preflight does not allow %s: %s", name, a.Header.Get("Access-Control-Allow-Headers"))
			}
		}
		for _, a := range []*apitest.Answer{s.Do("GET", "clients", nil, from(ours)...), s.Do("GET", "clients", nil, from(ours, "Authorization", "")...), s.Do("POST", "clients", "{}", from(ours)...)} {
			if a.Header.Get("Access-Control-Allow-Origin") != ours || !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), "ETag") || a.Header.Get("Access-Control-Allow-Credentials") != "" {
				s.t.Errorf("an answer to %s has %v", ours, a.Header)
			}
		}
		for _, other := range []string{"https://evil.example", "https://app.example.org.evil.example", "http://app.example.org", "null", "https://APP.example.org", "*"} {
			for _, a := range []*apitest.Answer{s.Do("OPTIONS", "clients/x", nil, from(other, "Access-Control-Request-Method", "PATCH")...), s.Do("GET", "clients", nil, from(other)...)} {
				if a.Header.Get("Access-Control-Allow-Origin") != "" || a.Header.Get("Access-Control-Allow-Methods") != "" {
					s.t.Errorf("the origin %s is let in: %v", other, a.Header)
				}
				if !slices.Contains(a.Header.Values("Vary"), "Origin") {
					s.t.Errorf("an answer that depends on the origin does not vary by it: %v", a.Header)
				}
			}
		}
	})
}

// Without configured origins no browser's page may call.
func TestNoCORS(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, method := range []string{"OPTIONS", "GET"} {
			a := s.Do(method, "clients", nil, apitest.Header("Origin", "https://app.example.org"), apitest.Header("Access-Control-Request-Method", "POST"))
			if a.Header.Get("Access-Control-Allow-Origin") != "" {
				s.t.Errorf("%s lets an origin in: %v", method, a.Header)
			}
		}
	})
}

// Every answer has the id of its request; a whole short list has its length.
func TestHeadersOfAnswers(t *testing.T) {
	onEach(t, func(s *suite) {
		seen := map[string]bool{}
		for _, path := range []string{"clients", "clients/x", "users/me", "/nowhere", "health"} {
			a := s.Do("GET", path, nil)
			id := a.Header.Get("X-Request-Id")
			if !strings.HasPrefix(id, "req_") || seen[id] {
				s.t.Errorf("%s: the request's id is %q", path, id)
			}
			seen[id] = true
			if a.Header.Get("Content-Length") != strconv.Itoa(len(a.Body)) || a.Header.Get("Content-Type") != "application/json; charset=utf-8" {
				s.t.Errorf("%s: %v for %d bytes", path, a.Header, len(a.Body))
			}
			if http.StatusText(a.Status) == "" {
				s.t.Errorf("%s answers %d", path, a.Status)
			}
		}
	})
}
