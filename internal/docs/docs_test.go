package docs_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"stint/internal/api"
	"stint/internal/apitest"
	"stint/internal/docs"
	"stint/internal/testdb"
)

// document is what the page is made from, and handler serves it; both are made once.
var (
	document = sync.OnceValue(func() []byte {
		return api.New(nil, api.Options{Version: "1.2.3", BaseURL: "https://stint.example.org"}).Document()
	})
	handler = sync.OnceValue(func() http.Handler { return docs.New(document()) })
)

// get asks the page's handler, without compression unless a header says so.
func get(t *testing.T, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryOperationAndSchemaIsOnThePage(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths      map[string]map[string]json.RawMessage `json:"paths"`
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(document(), &doc); err != nil {
		t.Fatal(err)
	}
	page := get(t, handler(), "/docs").Body.String()
	count := 0
	for _, path := range doc.Paths {
		for method, raw := range path {
			var op struct {
				OperationID string `json:"operationId"`
			}
			if method == "parameters" {
				continue
			}
			if err := json.Unmarshal(raw, &op); err != nil {
				t.Fatal(err)
			}
			count++
			for _, want := range []string{`<h3 id="` + op.OperationID + `">`, `<li><a href="#` + op.OperationID + `">`} {
				if strings.Count(page, want) != 1 {
					t.Errorf("the page has %d of %s, want 1", strings.Count(page, want), want)
				}
			}
		}
	}
	if count < 70 {
		t.Errorf("the document has %d operations, the contract alone has 70", count)
	}
	for name := range doc.Components.Schemas {
		if !strings.Contains(page, `<h3 id="schema-`+name+`">`) {
			t.Errorf("the schema %s is not on the page", name)
		}
	}
}

func TestAnswerIsSafeAndCached(t *testing.T) {
	t.Parallel()
	h := handler()
	for path, kind := range map[string]string{"/docs": "text/html; charset=utf-8", "/docs/style.css": "text/css; charset=utf-8"} {
		a := get(t, h, path)
		if a.Code != http.StatusOK || a.Header().Get("Content-Type") != kind {
			t.Errorf("%s answered %d %s", path, a.Code, a.Header().Get("Content-Type"))
		}
		policy := a.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'self';") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
		if a.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options is missing", path)
		}
		etag := a.Header().Get("ETag")
		if again := get(t, h, path, "If-None-Match", etag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s asked again with its ETag answered %d with %d bytes", path, again.Code, again.Body.Len())
		}
	}
}

func TestPageIsCompressedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	h := handler()
	plain := get(t, h, "/docs")
	for header, want := range map[string]bool{"gzip": true, "br, gzip;q=0.8": true, "gzip;q=0": false, "br": false, "gzip; q=0.0, br": false} {
		a := get(t, h, "/docs", "Accept-Encoding", header)
		if zipped := a.Header().Get("Content-Encoding") == "gzip"; zipped != want {
			t.Errorf("Accept-Encoding %q: compressed is %v, want %v", header, zipped, want)
		}
		if !want {
			continue
		}
		z, err := gzip.NewReader(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(z)
		if err != nil || string(page) != plain.Body.String() {
			t.Errorf("the compressed page differs from the plain one: %v", err)
		}
		if a.Header().Get("ETag") == plain.Header().Get("ETag") {
			t.Error("two encodings of the page have one ETag")
		}
	}
}

func TestServerServesThePageBesideTheAPI(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, testdb.Engines()[0])
	srv := api.New(s.App, api.Options{Version: "test", BaseURL: s.URL, Docs: docs.New})
	for path, want := range map[string]int{"/docs": 200, "/docs/style.css": 200, "/docs/": 308, "/docs/nothing": 404} {
		if a := get(t, srv, path); a.Code != want {
			t.Errorf("%s answered %d, want %d", path, a.Code, want)
		}
	}
	if a := get(t, srv, "/docs/"); a.Header().Get("Location") != "../docs" {
		t.Errorf("/docs/ leads to %q", a.Header().Get("Location"))
	}
	if a := get(t, srv, "/docs"); a.Header().Get("Cache-Control") != "no-cache" || a.Header().Get("X-Request-ID") == "" {
		t.Errorf("the page's headers are %v", a.Header())
	}
	if strings.Contains(string(srv.Document()), `"/docs`) {
		t.Error("the document lists the page as an operation")
	}
	if a := get(t, s.API, "/docs"); a.Code != http.StatusNotFound {
		t.Errorf("a server without the page answers /docs with %d", a.Code)
	}
}
