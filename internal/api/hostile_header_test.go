package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"stint/internal/testdb"
)

// set gives a header several values, or none, past all canonical spelling of values.
func set(name string, values ...string) func(*http.Request) {
	return func(r *http.Request) { r.Header[http.CanonicalHeaderKey(name)] = values }
}

func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		other := w.NewUser(t)
		before := w.everyRow(t)
		long := strings.Repeat("a", 300_000)
		for _, c := range []struct {
			name   string
			status int
			edit   func(*http.Request)
		}{
			{"no token", 401, set("Authorization")}, {"an empty token", 401, set("Authorization", "")}, {"no secret", 401, set("Authorization", "Bearer")}, {"a blank secret", 401, set("Authorization", "Bearer ")},
			{"two tokens", 401, set("Authorization", "Bearer "+w.Token, "Bearer "+w.Token)}, {"two callers", 401, set("Authorization", "Bearer "+w.Token, "Bearer "+other.Token)},
			{"two tokens in one", 401, set("Authorization", "Bearer "+w.Token+" "+w.Token)}, {"tokens by comma", 401, set("Authorization", "Bearer "+w.Token+",Bearer "+w.Token)}, {"another scheme", 401, set("Authorization", "Basic "+w.Token)},
			{"no scheme", 401, set("Authorization", w.Token)}, {"a token in capitals", 401, set("Authorization", "Bearer "+strings.ToUpper(w.Token))}, {"a token with more", 401, set("Authorization", "Bearer "+w.Token+"x")},
			{"a token with less", 401, set("Authorization", "Bearer "+w.Token[:len(w.Token)-1])}, {"a long token", 401, set("Authorization", "Bearer "+long)}, {"a long token of ours", 401, set("Authorization", "Bearer stint_pat_"+long)},
			{"a broken token", 401, set("Authorization", "Bearer stint_pat_\xff\xfe")}, {"SQL for a token", 401, set("Authorization", "Bearer stint_pat_' OR '1'='1")}, {"a token by another header", 401, func(r *http.Request) { r.Header.Set("X-Api-Key", w.Token); r.Header.Del("Authorization") }},
			{"a hash for a token", 401, set("Authorization", "Bearer "+hashOf(w.Token))},
			{"no tenant", 400, set("Tenant-Id")}, {"an empty tenant", 400, set("Tenant-Id", "")}, {"a blank tenant", 400, set("Tenant-Id", "  ")}, {"two tenants", 400, set("Tenant-Id", w.Tenant, w.Tenant)}, {"two different tenants", 400, set("Tenant-Id", w.Tenant, other.Tenant)},
			{"tenants by comma", 404, set("Tenant-Id", w.Tenant+","+w.Tenant)}, {"another's tenant", 404, set("Tenant-Id", other.Tenant)}, {"a tenant in capitals", 404, set("Tenant-Id", strings.ToUpper(w.Tenant))}, {"a broken tenant", 404, set("Tenant-Id", "\xff\xfe")},
			{"a long tenant", 404, set("Tenant-Id", long)}, {"SQL for a tenant", 404, set("Tenant-Id", "' OR '1'='1")}, {"an id for a tenant", 404, set("Tenant-Id", w.ids["clientId"])}, {"emoji for a tenant", 404, set("Tenant-Id", "😀")},
			{"an empty key", 400, set("Idempotency-Key", "")}, {"two keys", 400, set("Idempotency-Key", "a", "a")}, {"two different keys", 400, set("Idempotency-Key", "a", "b")}, {"a long key", 400, set("Idempotency-Key", strings.Repeat("a", 256))},
			{"a very long key", 400, set("Idempotency-Key", long)}, {"a key of emoji", 400, set("Idempotency-Key", "😀")}, {"a key with a tab", 400, set("Idempotency-Key", "a\tb")}, {"a broken key", 400, set("Idempotency-Key", "\xff")},
			{"text", 415, set("Content-Type", "text/plain")}, {"a form", 415, set("Content-Type", "application/x-www-form-urlencoded")}, {"an upload", 415, set("Content-Type", "multipart/form-data; boundary=x")}, {"XML", 415, set("Content-Type", "application/xml")},
			{"UTF-16", 415, set("Content-Type", "application/json; charset=utf-16")}, {"Latin-1", 415, set("Content-Type", "application/json; charset=iso-8859-1")}, {"two types in one", 415, set("Content-Type", "application/json, text/plain")}, {"no type at all", 415, set("Content-Type", "json")},
			{"a broken type", 415, set("Content-Type", ";;;\xff")}, {"a merge patch by POST", 415, set("Content-Type", "application/merge-patch+json")}, {"a JSON patch", 415, set("Content-Type", "application/json-patch+json")}, {"JSON lines", 415, set("Content-Type", "application/x-ndjson")},
			{"a long type", 415, set("Content-Type", long)}, {"gzip", 415, set("Content-Encoding", "gzip")}, {"br", 415, set("Content-Encoding", "br")}, {"layers", 415, set("Content-Encoding", strings.Repeat("gzip, ", 2)+"gzip")}, {"an unknown encoding", 415, set("Content-Encoding", "x\xff")},
		} {
			g := w.send(t, "POST", "/api/v1/clients", []byte(spokenBody), c.edit)
			refused(t, c.name, g)
			if g.status != c.status {
				t.Errorf("%s: answered %d, not %d: %.300s", c.name, g.status, c.status, g.body)
			}
		}
		g := w.send(t, "POST", "/api/v1/clients", zipped(t, 100<<20), set("Content-Encoding", "gzip"))
		if refused(t, "100 MiB of nothing in gzip", g); g.status != 415 && g.status != 413 {
			t.Errorf("100 MiB of nothing in gzip: answered %d", g.status)
		}
		w.unchanged(t, "headers", before)
		for _, c := range []struct{ name, value string }{{"If-None-Match", long}, {"If-None-Match", "\xff"}, {"If-None-Match", `W/"1`}, {"Accept", long}, {"Accept", "\xff"}, {"Accept", "text/html"}, {"Accept-Encoding", "gzip;q=x"}, {"Range", "bytes=0-1"},
			{"Origin", "null"}, {"Origin", "https://evil.example"}, {"Forwarded", "for=\"\xff\""}, {"X-Forwarded-For", "127.0.0.1"}, {"X-Forwarded-Host", "evil.example"}, {"X-Original-URL", "/api/v1/tenants"}, {"X-Rewrite-URL", "/admin"},
			{"X-Request-Id", "mine\xff"}, {"Cookie", long}, {"X-" + strings.Repeat("a", 10_000), "x"}, {"User-Agent", "() { :; }; echo"}, {"Te", "trailers"}} {
			g := w.send(t, "GET", "/api/v1/clients/"+w.ids["clientId"], nil, set(c.name, c.value))
			if g.status != 200 || g.header.Get("Access-Control-Allow-Origin") != "" || bytes.Contains(g.body, []byte("evil.example")) || g.header.Get("X-Request-Id") == "mine\xff" {
				t.Errorf("%.40s: %.40q: answered %d with %v: %.200s", c.name, c.value, g.status, g.header, g.body)
			}
		}
		// The server's own address does not come from the caller.
		g = w.send(t, "GET", "/api/v1/invoices/"+w.ids["invoiceId"]+"/pdf", nil, func(r *http.Request) { r.Host = "evil.example"; r.Header.Set("X-Forwarded-Host", "evil.example") })
		if g.status != 200 || bytes.Contains(g.body, []byte("evil.example")) || !bytes.Contains(g.body, []byte(w.URL)) {
			t.Errorf("the link follows the caller's Host: %d: %.300s", g.status, g.body)
		}
		for _, match := range []string{long, "\xff", `"1`, `W/"1"`, `"0"`, `"-1"`, `1`, `"1"x`, `"9999999999999999999999"`, `'"1"`, `""`} {
			if g := w.send(t, "PATCH", "/api/v1/clients/"+w.ids["clientId"], []byte(`{"name":"x"}`), set("If-Match", match)); g.status != 412 {
				t.Errorf("If-Match %.40q: answered %d: %.300s", match, g.status, g.body)
			}
		}
		w.unchanged(t, "preconditions", before)
	})
}

func zipped(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	chunk := make([]byte, 1<<20)
	for range n >> 20 {
		if _, err := z.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// HEAD answers as GET does, without the body.
func TestHostileHeadIsGetWithoutBody(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		items := make([]any, 1000)
		for i := range items {
			items[i] = map[string]any{"projectId": w.ids["projectId"], "date": "2023-10-05", "durationSeconds": i + 1}
		}
		for range 2 { // a list of more than one part
			if g := w.send(t, "POST", "/api/v1/time-entries/batch", plainJSON(t, map[string]any{"items": items})); g.status != 200 {
				t.Fatalf("%d: %.300s", g.status, g.body)
			}
		}
		paths := []string{"/api/v1/nowhere", "/api/v1/clients/clnt_nope", "/api/v1/clients?limit=0", "/api/v1/clients?limit=1", "/api/v1/time-entries?limit=1000", "/api/v1/time-entries?expand=project"}
		for _, op := range w.ops {
			if op.method == "GET" {
				paths = append(paths, op.path)
			}
		}
		for _, path := range paths {
			get, head := w.send(t, "GET", path, nil), w.send(t, "HEAD", path, nil)
			if len(head.body) > 0 || head.status != get.status {
				t.Errorf("HEAD %s: answered %d and %d bytes, GET %d", path, head.status, len(head.body), get.status)
			}
			for _, h := range []http.Header{get.header, head.header} {
				for _, name := range []string{"X-Request-Id", "Date"} {
					if h.Get(name) == "" {
						t.Errorf("%s: no %s", path, name)
					}
					h.Del(name)
				}
			}
			if !maps.EqualFunc(get.header, head.header, slices.Equal[[]string]) {
				t.Errorf("HEAD %s: headers %v, GET %v", path, head.header, get.header)
			}
			for _, name := range []string{"Content-Type", "Cache-Control", "X-Content-Type-Options"} {
				if get.header.Get(name) == "" {
					t.Errorf("%s: no %s in %v", path, name, get.header)
				}
			}
		}
	})
}

// A method that a path does not have is refused with those it has, and does nothing.
func TestHostileMethods(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		before := w.everyRow(t)
		has := map[string][]string{}
		for _, op := range w.ops {
			has[op.path] = append(has[op.path], op.method)
		}
		for path, own := range has {
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get", "post", "Delete", "PROPFIND", "LOCK", "PURGE", "M-SEARCH", "A", strings.Repeat("X", 100)} {
				if slices.Contains(own, method) {
					continue
				}
				g := w.send(t, method, path, []byte(`{}`))
				what := fmt.Sprintf("%.20s %s", method, path)
				refused(t, what, g)
				allow := strings.Split(g.header.Get("Allow"), ", ")
				if g.status != 405 || !slices.Contains(allow, "OPTIONS") || slices.Contains(allow, method) {
					t.Errorf("%s: answered %d, Allow: %s", what, g.status, allow)
				}
				for _, m := range own {
					if !slices.Contains(allow, m) {
						t.Errorf("%s: Allow lacks %s: %s", what, m, allow)
					}
				}
			}
		}
		w.unchanged(t, "methods", before)
	})
}
