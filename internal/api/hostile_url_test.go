package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"stint/internal/testdb"
)

// badIDs are ids and keys, percent-encoded, that no record has.
func badIDs() []string {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 50_000)
	for i := range noise {
		noise[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"[random.IntN(64)]
	}
	return []string{"%00", "a%00b", "%00%00", "%ff", "%c0%af", "%c0%80", "%ed%a0%80", "%f4%90%80%80", "%80", "a%fe", "%e2%82", "%2F", "%2f..%2f..%2fetc%2fpasswd", "%5c", "..%5c..", "%2e%2e",
		"%2e", "%2e%2e%2f%2e%2e", "%252e", "%2500", "%20", "%09", "%0a", "%0d%0aX-Injected:%20yes", "%1b%5b31m", "%22", "%27", "%27%20OR%20%271%27=%271", "1;DROP%20TABLE%20clients", "%25", "_", "*", "~", "$1",
		"null", "undefined", "0", "-1", "NaN", "true", "%7b%7d", "%5b%5d", "x", "order", "batch", "by-key", "%E2%80%AE", "%F0%9F%98%80", "%EF%BF%BF", "%EF%BB%BF", "%EF%BF%BD", ";a=b", "a;b=c", "a,b", "a&b", "a+b", "a=b",
		strings.Repeat("a", 300), strings.Repeat("%F0%9F%98%80", 256), string(noise[:5000]), string(noise), strings.Repeat("%00", 5000), strings.Repeat("%ff", 5000)}
}

// Every operation with an id in its path × ids that cannot be: refused, nothing written.
func TestHostileIDsInPaths(t *testing.T) {
	t.Parallel()
	parameter := regexp.MustCompile(`\{\w+\}`)
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		before := w.everyRow(t)
		for _, op := range w.ops {
			if !strings.Contains(op.template, "{") {
				continue
			}
			var body []byte
			if op.body != nil {
				body = plainJSON(t, w.sample(t, op))
			}
			own := strings.Split(op.path, "/")[4]
			if strings.Contains(op.template, "by-key") {
				own = strings.Split(op.path, "/")[5]
			}
			ids := append(badIDs(), strings.ToUpper(own), own+"%00", own+"%20", "%20"+own, own+"%0a", own[:len(own)-1], own+"a", own+"%2f", own+"/..%2f"+own, own+"%ff", own+"'--", own+"%3fx=1", own+"%23")
			for _, id := range ids {
				if key, err := url.PathUnescape(id); op.body != nil && strings.Contains(op.template, "by-key") && err == nil && isKey(key) {
					continue // a new record may have any text as its key
				}
				path := parameter.ReplaceAllString(op.template, strings.ReplaceAll(id, "$", "$$"))
				g := w.send(t, op.method, path, body, func(r *http.Request) {
					if op.method == "POST" {
						r.Header.Set("Idempotency-Key", "hostile")
					}
				})
				refused(t, fmt.Sprintf("%s %.100s", op.id, id), g)
				if g.header.Get("X-Injected") != "" {
					t.Errorf("%s %.100s set a header", op.id, id)
				}
			}
		}
		w.unchanged(t, "ids that cannot be", before)
	})
}

// isKey tells whether a text can be an externalKey.
func isKey(s string) bool {
	return utf8.ValidString(s) && !strings.Contains(s, "\x00") && utf8.RuneCountInString(s) <= 255
}

// A path that leads to an operation only by a reader's kindness leads nowhere.
func TestHostilePaths(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		for _, path := range []string{"/", "//", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/clients", "/api/v1/clients/", "/api/v1//clients", "//api/v1/clients", "/api//v1/clients", "/api/v1/./clients", "/api/v1/../v1/clients",
			"/api/v1/clients/..", "/api/v1/clients/.", "/api/v1/x/../clients", "/../api/v1/clients", "/api/v1/clients/%2e%2e/clients", "/api/v1/%2e/clients", "/api/v1/CLIENTS", "/API/V1/clients", "/api/v1/clients;a=b", "/api/v1/clients%20",
			"/api/v1/clients%00", "/api/v1/clients%0a", "/api/v1/clients%3Flimit=1", "/api/v1/clients%23", "/api%2Fv1%2Fclients", "/api/v1%2fclients", "/api/v1/%63lients%00", "/api/v1/clients.json", "/api/v1/clients/by-key", "/api/v1/clients/by-key/",
			"/api/v1/clients/by-key//", "/api/v1/clients/" + w.ids["clientId"] + "/", "/api/v1/clients/" + w.ids["clientId"] + "/x", "/api/v1/invoices//pdf", "/api/v1/invoices//finalize", "/debug/pprof/", "/metrics", "/admin", "/.env", "/.git/config",
			"/favicon.ico", "/robots.txt", "/etc/passwd", "/api/v1/clients/" + strings.Repeat("../", 1000), "/" + strings.Repeat("a", 500_000), "/" + strings.Repeat("%ff", 1000), "/api/v1/" + strings.Repeat("clients/", 1000)} {
			for _, method := range []string{"GET", "POST", "PUT", "DELETE", "HEAD"} {
				g := w.send(t, method, path, nil)
				what := fmt.Sprintf("%s %.100s", method, path)
				if method == "HEAD" {
					if g.status < 400 || g.status > 499 {
						t.Errorf("%s: answered %d", what, g.status)
					}
					continue
				}
				refused(t, what, g)
			}
		}
		// What only looks odd is as good as what it stands for.
		for _, path := range []string{"/api/v1/%63lients", "/api/v1/clients?", "/api/v1/clients?&&", "/api/v1/clients?=", "/api/v1/clients?unknown=1", "/api/v1/clients?LIMIT=x"} {
			if g := w.send(t, "GET", path, nil); g.status != 200 {
				t.Errorf("GET %s: answered %d: %.300s", path, g.status, g.body)
			}
		}
	})
}

// Every parameter of every list × values that mean harm: refused, or an empty
// or whole list, but never an error of ours.
func TestHostileQueries(t *testing.T) {
	t.Parallel()
	values := []string{"", "%00", "a%00", "%ff", "%c0%af", "%ed%a0%80", "%zz", "%", "%2", ";", "a;b", "%27", "%27%20OR%201=1--", "%22", "%25", "_", "%5c", "%5c%5c", "*", "NaN", "null", "undefined", "-1", "0", "1.5", "1e3", "+1", "%2b1", "00001", "1001", "9223372036854775808",
		"99999999999999999999999999", "%0a", "%0d%0aX-Injected:%20yes", "%1b[31m", "%F0%9F%98%80", "%EF%BF%BD", "%E2%80%AE", "id", "name", "name:asc", "name:", ":", ":asc", ",", ",,", "name:asc,name:desc", "name:sideways", "name;asc", "name:asc:desc", "tenant_id", "name_fold",
		"(SELECT%201)", "1;DROP%20TABLE%20clients", "contract", "contract.client.contract", "client.", ".", "..", "__proto__", "contract,contract,%20,contract", "true", "TRUE", "2023-10-05", "2023-02-30", "2023-10-05T14:48:00.000Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
		"AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "W10", "e30", "[]", "{}", strings.Repeat("a", 60_000), strings.Repeat("%25", 20_000), strings.Repeat("%EF%B7%BA", 5000), strings.Repeat("a,", 1001), strings.Repeat("name:asc,", 5000), strings.Repeat("contract,", 5000), strings.Repeat("9", 5000)}
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		before := w.everyRow(t)
		n := 0
		for _, op := range w.ops {
			if op.method != "GET" {
				continue
			}
			names := append(slices.Clone(op.query), "nope", "expand", "limit", "cursor", "sort")
			slices.Sort(names)
			for _, name := range slices.Compact(names) {
				for _, value := range values {
					if n++; n%testdb.Scale(2, 1, 1) != 0 {
						continue
					}
					w.harmless(t, op, name+"="+value)
				}
				w.harmless(t, op, name+"=1&"+name+"=2")
				w.harmless(t, op, name)
				w.harmless(t, op, "%00"+name+"=1&"+name+"%00=1&%ff=%ff")
			}
			if op.id != "getInvoicePdf" && len(op.query) > 0 && slices.Contains(op.query, "limit") {
				for _, bad := range []string{"limit=0", "limit=x", "limit=", "limit=1&limit=1", "limit=%ff", "cursor=x", "cursor=", "sort=nope", "sort=id%00", "ids=%ff", "createdAfter=x", "updatedAfter=", "sort=%ff", "%zz"} {
					if name, _, _ := strings.Cut(bad, "="); name != "%zz" && !slices.Contains(op.query, name) {
						continue
					}
					if g := w.send(t, "GET", op.path+"?"+bad, nil); g.status != 400 {
						t.Errorf("%s?%s: answered %d, not 400: %.300s", op.path, bad, g.status, g.body)
					}
				}
			}
		}
		w.unchanged(t, "queries", before)
		w.cursorsAreNotExchanged(t)
	})
}

func (w *world) harmless(t *testing.T, op attacked, query string) {
	t.Helper()
	g := w.send(t, "GET", op.path+"?"+query, nil)
	what := fmt.Sprintf("%s?%.100s", op.path, query)
	if g.status != 200 {
		refused(t, what, g)
	}
	if g.header.Get("X-Injected") != "" || len(g.body) > 1<<20 {
		t.Errorf("%s: answered %d bytes with %v", what, len(g.body), g.header)
	}
}

// A cursor is good for its own list, order, and tenant only.
func (w *world) cursorsAreNotExchanged(t *testing.T) {
	t.Helper()
	for i := range 3 {
		w.send(t, "POST", "/api/v1/clients", fmt.Appendf(nil, `{"name":"c%d"}`, i))
		w.send(t, "POST", "/api/v1/contracts", fmt.Appendf(nil, `{"clientId":%q,"name":"c%d","amountMinor":1,"currencyCode":"EUR"}`, w.ids["clientId"], i))
	}
	cursor := w.listAt(t, "/api/v1/clients?limit=1&sort=name").Page.Next
	if cursor == "" {
		t.Fatal("no cursor")
	}
	if p := w.listAt(t, "/api/v1/clients?limit=1&sort=name&cursor="+url.QueryEscape(cursor)); len(p.Data) != 1 {
		t.Error("the cursor does not work on its own list")
	}
	for _, other := range []string{"/api/v1/clients?limit=1&cursor=", "/api/v1/clients?limit=1&sort=name:desc&cursor=", "/api/v1/contracts?limit=1&sort=name&cursor=", "/api/v1/tenants?limit=1&sort=name&cursor=", "/api/v1/tokens?limit=1&cursor=",
		"/api/v1/clients?limit=1&sort=name&cursor=A", "/api/v1/clients?limit=1&sort=name&cursor=%00"} {
		refused(t, other, w.send(t, "GET", other+url.QueryEscape(cursor), nil))
	}
	for i := range len(cursor) {
		broken := []byte(cursor)
		if broken[i] = 'A'; cursor[i] == 'A' {
			broken[i] = 'B'
		}
		refused(t, "a changed cursor", w.send(t, "GET", "/api/v1/clients?limit=1&sort=name&cursor="+url.QueryEscape(string(broken)), nil))
	}
	other := w.NewUser(t)
	w.Client, other = other, w.Client
	refused(t, "a cursor of another tenant", w.send(t, "GET", "/api/v1/clients?limit=1&sort=name&cursor="+url.QueryEscape(cursor), nil))
	w.Client = other
}
