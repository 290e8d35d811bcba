package api_test

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// Row "errors": one body in two media types, by what Accept names, with the
// members of RFC 9457 and the contract's error and message.
func TestErrorBody(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		b.finalized("F-1")
		for name, provoke := range map[string]struct {
			status             int
			method, path, body string
			header             [2]string
		}{
			"400 body":      {400, "POST", "clients", `{}`, [2]string{}},
			"400 parameter": {400, "GET", "clients?limit=0", ``, [2]string{}},
			"401":           {401, "GET", "clients", ``, [2]string{"Authorization", ""}},
			"404":           {404, "GET", "clients/x", ``, [2]string{}},
			"404 path":      {404, "GET", "/api/v2/clients", ``, [2]string{}},
			"405":           {405, "PATCH", "clients", `{}`, [2]string{}},
			"409":           {409, "DELETE", "clients/" + b.client, ``, [2]string{}},
			"412":           {412, "DELETE", "clients/" + b.client, ``, [2]string{"If-Match", `"9"`}},
			"413":           {413, "POST", "clients", strings.Repeat(" ", 1<<20+1), [2]string{}},
			"415":           {415, "POST", "clients", `{}`, [2]string{"Content-Type", "text/plain"}},
			"422":           {422, "POST", "contacts", `{"clientId":"x","name":"A","isDefault":false}`, [2]string{}},
		} {
			s.run(name, func(s *suite) {
				for accept, kind := range map[string]string{
					"": "application/json", "*/*": "application/json", "application/json": "application/json", "text/html": "application/json",
					"application/problem+json": "application/problem+json", "application/json, application/problem+json;q=0.5": "application/problem+json",
				} {
					opts := []apitest.Option{apitest.Header("Accept", accept)}
					if provoke.header[0] != "" {
						opts = append(opts, apitest.Header(provoke.header[0], provoke.header[1]))
					}
					var body any
					if provoke.body != "" {
						body = provoke.body
					}
					errorBody(s.t, b.For(s.t).Must(provoke.status, provoke.method, provoke.path, body, opts...), kind)
				}
			})
		}
	})
}

var pascalCase = regexp.MustCompile(`^[A-Z][a-z]+([A-Z][A-Za-z]*)?$`)

func errorBody(t *testing.T, a *apitest.Answer, kind string) {
	t.Helper()
	if got, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";"); got != kind {
		t.Errorf("Content-Type is %s, want %s", got, kind)
	}
	o := objectOf(t, a.Body)
	if want := []string{"type", "title", "status", "detail", "instance", "error", "message"}; len(o.names) < 7 || !slices.Equal(o.names[:7], want) {
		t.Errorf("the members are %v, want %v first", o.names, want)
	}
	if a.Str("type") != "about:blank" || a.Str("title") != http.StatusText(a.Status) || a.Str("detail") == "" || a.Str("message") == "" || !pascalCase.MatchString(a.Str("error")) {
		t.Errorf("a member is not as it should be: %s", a.Body)
	}
	if string(o.values["status"]) != strconv.Itoa(a.Status) {
		t.Errorf("status is %s, want the number %d", o.values["status"], a.Status)
	}
	if id := a.Header.Get("X-Request-Id"); id == "" || a.Str("instance") != id {
		t.Errorf("instance is %s, want the request's id %s", a.Str("instance"), id)
	}
	if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v", a.Header)
	}
}

// Row "errors": every problem of a body is told at once, each with its place.
func TestEveryProblemAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invalid(s.t, b.Do("POST", "time-entries", `{"projectId":1,"date":"2023-02-29","durationSeconds":3600.5,"Description":"","description":1,"description":"x"}`), map[string]string{
			"/projectId": "WrongType", "/date": "NotADate", "/durationSeconds": "NotInteger", "/Description": "UnknownField", "/description": "DuplicateKey"})
		invalid(s.t, b.Do("POST", "contracts", `{"name":"","amountMinor":-1,"currencyCode":"euro","validFrom":"2023-01-02T00:00:00Z","validTo":"2023-01-01T00:00:00Z","foo":{}}`), map[string]string{
			"/name": "TooShort", "/amountMinor": "TooSmall", "/currencyCode": "NotACurrency", "/foo": "UnknownField", "/clientId": "Required", "/validTo": "BeforeStart"})
		line := `{"description":"x","quantity":1,"amountMinor":1,"currencyCode":"EUR"}`
		invalid(s.t, b.Do("POST", "billables", `{"billables":[`+line+`,{"quantity":-1,"metadata":{"a":{"b":1,"b":2}}},`+line+`,{"description":"x","quantity":"1","amountMinor":1.5,"currencyCode":"EUR","x":1}],"y":2}`), map[string]string{
			"/invoiceId": "Required", "/y": "UnknownField", "/billables/1/quantity": "TooSmall", "/billables/1/metadata/a/b": "DuplicateKey",
			"/billables/1/description": "Required", "/billables/1/amountMinor": "Required", "/billables/1/currencyCode": "Required",
			"/billables/3/quantity": "WrongType", "/billables/3/amountMinor": "NotInteger", "/billables/3/x": "UnknownField"})
		refusal(s.t, b.Do("GET", "time-entries?limit=0&expand=x&sort=x&cursor=x&dateFrom=x&billed=x&createdAfter=x", nil), 400, "InvalidParameter", map[string]string{
			"limit": "OutOfRange", "expand": "NotAllowed", "sort": "NotAllowed", "cursor": "NotACursor", "dateFrom": "NotADate", "billed": "NotAllowed", "createdAfter": "NotAnInstant"})
	})
}

// Row "400": what is not one JSON object in UTF-8.
func TestBodiesThatAreNotJSON(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, op := range []string{create, replace, patch} {
			s.run(op, func(s *suite) {
				eachSpec(s, op, func(sp *spec, b *books) {
					one := sp.one(b.t, b.Client, sp.least(b, create))
					method, path := map[string]string{create: "POST", replace: "PUT", patch: "PATCH"}[op], one
					if op == create {
						path = sp.path
					}
					before := b.Must(200, "GET", one, nil)
					for _, body := range []string{"", " ", "{", "{}}", "{} {}", `{"a":1,}`, `{'a':1}`, `{a:1}`, `{"a" 1}`, "\xef\xbb\xbf{}", "{}\x00", "// c\n{}", `{"a":NaN}`, `{"a":01}`,
						`{"a":1.}`, `{"a":.5}`, `{"a":+1}`, `{"a":"` + "\n" + `"}`, `{"a":"\x"}`, `{"a":tru}`, "{\x00}", "\xff\xfe{\x00}\x00", "NaN", "undefined"} {
						if a := b.Do(method, path, body); a.Status != 400 || a.Errors()[""] != "InvalidJSON" {
							b.t.Errorf("%s %q: %d %.300s", method, body, a.Status, a.Body)
						}
					}
					for _, body := range []string{"null", "[]", "[{}]", `"{}"`, "1", "true"} {
						if a := b.Do(method, path, body); a.Status != 400 || a.Errors()[""] != "WrongType" {
							b.t.Errorf("%s %q: %d %.300s", method, body, a.Status, a.Body)
						}
					}
					stillAs(b.t, b.Client, one, before)
				})
			})
		}
	})
}

// Row "400": objects inside each other are taken to a depth of 64.
func TestDeepBodies(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
		b.Must(200, "PATCH", "billables/"+b.billable, raw{"metadata": deep(63)})
		a := b.Do("PATCH", "billables/"+b.billable, raw{"metadata": deep(64)})
		if a.Status != 400 || !strings.Contains(string(a.Body), "TooDeep") {
			s.t.Errorf("65 deep: %d %s", a.Status, a.Body)
		}
		b.Must(400, "PATCH", "billables/"+b.billable, strings.Repeat("[", 100_000))
	})
}

// Row "413": a body of 1 MiB is taken, one of a byte more is not, with or
// without a length told beforehand.
func TestBodySize(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		one := "contracts/" + b.contract
		ofSize := func(body raw, size int) string {
			body = body.with("description", `""`)
			return body.with("description", quote(strings.Repeat("a", size-len(body.String())))).String()
		}
		contracts := specs[slices.IndexFunc(specs, func(sp *spec) bool { return sp.path == "contracts" })]
		chunked := func(r *http.Request) { r.ContentLength = -1 }
		lengths := map[string]apitest.Option{"with a length": func(*http.Request) {}, "chunked": chunked}
		for name, how := range lengths {
			s.run(name, func(s *suite) {
				b := b.For(s.t)
				books := &books{client: one[len("contracts/"):], t: s.t}
				books.client = dataOf(s.t, b.Must(200, "GET", one, nil)).str("client")
				for _, op := range []struct{ verb, method, path string }{{create, "POST", "contracts"}, {replace, "PUT", one}, {patch, "PATCH", one}} {
					least := contracts.least(books, op.verb)
					if a := b.Do(op.method, op.path, ofSize(least, 1<<20), how); a.Status >= 300 {
						s.t.Errorf("%s of 1 MiB: %d %.300s", op.method, a.Status, a.Body)
					}
					refusal(s.t, b.Do(op.method, op.path, ofSize(least, 1<<20+1), how), 413, "BodyTooLarge", map[string]string{})
				}
			})
		}
		s.run("a body that ends early", func(s *suite) {
			half := func(r *http.Request) {
				r.ContentLength = 100
				r.Body = io.NopCloser(strings.NewReader(`{"name":`))
			}
			req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/api/v1/clients", http.NoBody)
			if err != nil {
				s.t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+s.Token)
			req.Header.Set("Tenant-Id", s.Tenant)
			half(req)
			if res, err := http.DefaultClient.Do(req); err == nil {
				_ = res.Body.Close()
				if res.StatusCode != http.StatusBadRequest {
					s.t.Errorf("answered %d, want 400", res.StatusCode)
				}
			}
			if a := s.Must(200, "GET", "clients", nil); a.Len("data") != 0 {
				s.t.Errorf("half a body made a client: %s", a.Body)
			}
		})
	})
}

// Row "415": only JSON in UTF-8, as it is.
func TestMediaTypes(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		one := "clients/" + b.client
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/jsonx", "json", "application/json; charset=iso-8859-1", "application/json;;", "*/*"} {
			refusal(s.t, b.Do("POST", "clients", `{"name":"x"}`, apitest.Header("Content-Type", kind)), 415, "UnsupportedMediaType", map[string]string{})
			refusal(s.t, b.Do("PUT", one, `{"name":"x"}`, apitest.Header("Content-Type", kind)), 415, "UnsupportedMediaType", map[string]string{})
			refusal(s.t, b.Do("PATCH", one, `{"name":"x"}`, apitest.Header("Content-Type", kind)), 415, "UnsupportedMediaType", map[string]string{})
		}
		refusal(s.t, b.Do("POST", "clients", `{"name":"x"}`, apitest.Header("Content-Type", "application/merge-patch+json")), 415, "UnsupportedMediaType", map[string]string{})
		refusal(s.t, b.Do("POST", "clients", `{"name":"x"}`, apitest.Header("Content-Encoding", "gzip")), 415, "UnsupportedMediaType", map[string]string{})
		for _, kind := range []string{"application/json", "application/json; charset=utf-8", `application/json;charset="UTF-8"`, "Application/JSON"} {
			b.Must(201, "POST", "clients", `{"name":"x"}`, apitest.Header("Content-Type", kind))
		}
		b.Must(200, "PATCH", one, `{"name":"x"}`, apitest.Header("Content-Type", "application/merge-patch+json; charset=utf-8"))
	})
}
