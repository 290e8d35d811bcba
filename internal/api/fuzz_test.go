package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
	"stint/internal/wire"
)

// unstarted is a server with its routes and without a database: enough to parse.
func unstarted() *Server {
	s := &Server{app: &app.App{}, mux: http.NewServeMux()}
	s.routes()
	return s
}

// filterNames are the conditions that the store knows, by the last part of a list's path.
var filterNames = map[string]map[string]string{
	"tenants": store.Tenants.Filter, "clients": store.Clients.Filter, "contacts": store.Contacts.Filter, "emails": store.Emails.Filter, "addresses": store.Addresses.Filter,
	"contracts": store.Contracts.Filter, "projects": store.Projects.Filter, "time-entries": store.TimeEntries.Filter, "invoices": store.Invoices.Filter, "billables": store.Billables.Filter,
}

// FuzzCursor: only what was signed is a cursor, and it is the key that was signed.
func FuzzCursor(f *testing.F) {
	s := unstarted()
	scope := cursorScope("tnt_a", "clients", []store.SortKey{{Field: "name"}})
	for _, c := range []string{"", "AAAA", s.cursor(scope, []any{int64(1), "a"}), s.cursor([]string{"other"}, []any{"x"}), `["i1","sa"]`, "null", `["i9223372036854775808"]`, `["x"]`, "[]", `["i+1"]`, `["i-0"]`, "\xff", "=", "A\n"} {
		f.Add(c, []byte(c), int64(len(c)))
	}
	f.Fuzz(func(t *testing.T, text string, raw []byte, n int64) {
		after := func(scope []string, c string) ([]any, error) {
			p := &query{values: url.Values{"cursor": {c}}}
			return p.after(s, scope), p.err()
		}
		if key, ok := decodeKey(raw); ok {
			if again, ok := decodeKey(encodeKey(key)); !ok || !reflect.DeepEqual(key, again) && len(key)+len(again) > 0 {
				t.Fatalf("%q is the key %v, and then %v", raw, key, again)
			}
		}
		key := []any{n, strings.ToValidUTF8(text, "\ufffd"), string(raw), int64(len(raw))}
		if !utf8.Valid(raw) {
			key = key[:2]
		}
		c := s.cursor(scope, key)
		if got, err := after(scope, c); err != nil || !reflect.DeepEqual(got, key) {
			t.Fatalf("the key %v came back as %v, %v", key, got, err)
		}
		if got, err := after(append(slices.Clone(scope), ""), c); err == nil || got != nil {
			t.Fatalf("the cursor of one list is taken by another: %v", got)
		}
		if got, err := after(scope, text); err == nil {
			// Base64 has spellings that mean the same bytes, but nobody can sign others.
			sent, e1 := base64.RawURLEncoding.DecodeString(text)
			own, e2 := base64.RawURLEncoding.DecodeString(s.cursor(scope, got))
			if e1 != nil || e2 != nil || !bytes.Equal(sent, own) {
				t.Fatalf("%q was taken for the key %v", text, got)
			}
		} else if got != nil {
			t.Fatalf("%q is refused, with the key %v", text, got)
		}
		if i := int(uint64(n) % uint64(len(c)-1)); c[i] != 'A' {
			broken := c[:i] + "A" + c[i+1:]
			if got, err := after(scope, broken); err == nil || got != nil {
				t.Fatalf("a changed cursor was taken for %v", got)
			}
		}
	})
}

// FuzzSort: a sort is fields of the list, each once.
func FuzzSort(f *testing.F) {
	for _, s := range []string{"", "name", "name:asc", "name:desc,order", " name , order:asc", "name:", ":", ",", "name:asc:desc", "NAME", "name,name", "contract.name:desc", "createdAt:desc,updatedAt:asc", "name_fold", "id", "\x00", "\xff"} {
		f.Add(s)
	}
	ops := unstarted().ops
	f.Fuzz(func(t *testing.T, s string) {
		for _, op := range ops {
			keys, ok := parseSort(op.sort, s)
			if !ok {
				if keys != nil {
					t.Fatalf("%q is refused, with %v", s, keys)
				}
				continue
			}
			var canonical []string
			seen := map[string]bool{}
			for _, k := range keys {
				if seen[k.Field] || !slices.Contains(op.sort, k.Field) {
					t.Fatalf("%s: %q sorts by %q", op.id, s, k.Field)
				}
				seen[k.Field] = true
				canonical = append(canonical, k.Field+map[bool]string{true: ":desc", false: ":asc"}[k.Desc])
			}
			if len(keys) != strings.Count(s, ",")+1 {
				t.Fatalf("%q is %v", s, keys)
			}
			if again, ok := parseSort(op.sort, strings.Join(canonical, ",")); !ok || !slices.Equal(keys, again) {
				t.Fatalf("%q is %v, and then %v", s, keys, again)
			}
		}
	})
}

// FuzzExpand: an expansion reaches what the list allows, and nothing else.
func FuzzExpand(f *testing.F) {
	for _, s := range []string{"", "contract", "contract.client", "contract, contract.client ,,", "client.contract", ".", "contract.", ".client", "contract..client", "emails,addresses,client", "project.contract.client,billable.invoice.contract.client", "id", "\x00", "\xff", "CONTRACT"} {
		f.Add(s)
	}
	ops := unstarted().ops
	f.Fuzz(func(t *testing.T, s string) {
		for _, op := range ops {
			e, ok := app.ParseExpand(op.expand, s)
			if !ok {
				if e != nil {
					t.Fatalf("%q is refused, with %v", s, e)
				}
				continue
			}
			paths := pathsOf(e, "")
			for _, p := range paths {
				if !slices.ContainsFunc(op.expand, func(a string) bool { return a == p || strings.HasPrefix(a, p+".") }) {
					t.Fatalf("%s: %q reaches %q", op.id, s, p)
				}
			}
			for part := range strings.SplitSeq(s, ",") {
				if part = strings.TrimSpace(part); part != "" && !slices.Contains(paths, part) {
					t.Fatalf("%s: %q does not reach %q", op.id, s, part)
				}
			}
		}
	})
}

// pathsOf are all paths of an expansion.
func pathsOf(e *app.Expand, at string) (out []string) {
	if e == nil {
		return nil
	}
	for name, sub := range e.Fields {
		out = append(append(out, at+name), pathsOf(sub, at+name+".")...)
	}
	return out
}

// FuzzFilter: a query string is refused with what is wrong, or asks the store
// for conditions that it has, with values that any database takes.
func FuzzFilter(f *testing.F) {
	for _, q := range []string{"", "limit=1", "limit=+1", "limit=0&limit=1", "ids=a,b,,c", "createdAfter=2023-10-05T14:48:00.000Z", "dateFrom=2023-10-06&dateTo=2023-10-05", "dateFrom=2023-02-29", "billed=true", "billed=1", "status=DRAFT", "status=draft",
		"referenceId=%00", "referenceId=%ff", "clientId=' OR 1=1", "%zz", "a;b", "search=%25", "projectId=a&projectId=b", "expand=x&sort=y&cursor=z", "userId=%F0%9F%98%80", "updatedAfter=", "referenceSource", "=", "&&"} {
		f.Add(q)
	}
	ops := unstarted().ops
	f.Fuzz(func(t *testing.T, raw string) {
		for _, op := range ops {
			known, isList := filterNames[op.path[strings.LastIndex(op.path, "/")+1:]]
			if !op.list || !isList {
				continue
			}
			p := (&request{r: &http.Request{URL: &url.URL{RawQuery: raw}}}).query()
			filters := p.filters(op.params)
			p.sort(op.sort)
			p.expand(op.expand)
			limit := p.limit()
			if err := p.err(); err != nil {
				readable(t, err)
				continue
			}
			if limit < 0 || limit > 1000 {
				t.Fatalf("%q has the limit %d", raw, limit)
			}
			for _, filter := range filters {
				if _, ok := known[filter.Name]; !ok {
					t.Fatalf("%s: %q asks for %q, which the store does not know", op.id, raw, filter.Name)
				}
				wants := strings.Count(known[filter.Name], "?")
				if filter.Name == "ids" {
					wants = len(filter.Values)
				}
				if len(filter.Values) != wants || wants > 1000 {
					t.Fatalf("%s: %q gives %s %d values", op.id, raw, filter.Name, len(filter.Values))
				}
				for _, v := range filter.Values {
					switch v := v.(type) {
					case int64:
					case string:
						if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
							t.Fatalf("%s: %q asks a database for %q", op.id, raw, v)
						}
					default:
						t.Fatalf("%s: %q gives a %T", op.id, raw, v)
					}
				}
			}
		}
	})
}

// readable checks that a refusal is the caller's, and makes a problem document.
func readable(t *testing.T, err error) {
	t.Helper()
	var e *stint.Error
	if !errors.As(err, &e) || e.Kind != stint.Invalid || len(e.Problems) == 0 {
		t.Fatalf("refused with %v", err)
	}
	if b := appendError(nil, e, 400, "req_x"); !jsontext.Value(b).IsValid() {
		t.Fatalf("not a problem document: %s", b)
	}
}

// FuzzBody: bodies that are more than one record are decoded without harm, and
// what a record cannot tell of a body agrees with another reader of JSON.
func FuzzBody(f *testing.F) {
	for _, b := range []string{``, `{}`, `{"items":[{"projectId":"p","date":"2023-10-05","durationSeconds":1,"externalKey":"k"},1,null,{}]}`, `{"mode":"upsert","atomic":true,"items":[{"externalKey":null}]}`, `{"ids":["a","b"],"clientId":"c"}`,
		`{"contractId":"c","currencyCode":"EUR","amountMinor":0}`, `{"contractId":"c","currencyCode":"EUR","amountM\u0069nor":null}`, `{"contractId":"c","currencyCode":"EUR","exchangeRate":{"amountMinor":1}}`,
		`{"invoiceId":"i","billables":[{"description":"","quantity":1,"amountMinor":1,"currencyCode":"EUR","metadata":{"a":[]}}]}`, ` { "amountMinor" : 1 } `} {
		f.Add([]byte(b))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		var b batchBody
		if problems := batchShape.Decode(body, wire.Create, &b, ""); len(problems) == 0 {
			items, problems := batchItems(b.Items)
			for _, p := range problems {
				if !strings.HasPrefix(p.Pointer, "/items/") {
					t.Fatalf("the problem of an item is at %q", p.Pointer)
				}
			}
			for i, it := range items {
				one, own := it.Fresh()
				if again, _ := it.Fresh(); one == again || cmp.Diff(one, again) != "" {
					t.Fatal("an item is not made anew each time")
				}
				at := fmt.Sprintf("/items/%d", i)
				if told := slices.ContainsFunc(problems, func(p stint.Problem) bool { return p.Pointer == at || strings.HasPrefix(p.Pointer, at+"/") }); told != (len(own) > 0) {
					t.Fatalf("item %d has the problems %v, of all %v", i, own, problems)
				}
			}
		}
		for _, parent := range []string{"", "clientId", "contactId", "contractId", "invoiceId"} {
			if id, ids, problems := decodeOrder(body, parent); len(problems) == 0 && (ids == nil || (id == "") != (parent == "") && !bytes.Contains(body, []byte(`""`))) {
				t.Fatalf("%s: %q is the order %v of %q", parent, body, ids, id)
			}
		}
		for _, op := range []wire.Op{wire.Create, wire.Replace, wire.Patch} {
			inv, problems := decode[stint.Invoice](shapes["invoice"], body, op, "")
			if len(problems) > 0 {
				continue
			}
			var other map[string]any
			if err := json.Unmarshal(body, &other); err != nil {
				t.Fatalf("%q was taken: %v", body, err)
			}
			amountSent(inv, body, op)
			if inv.AmountSent != (other["amountMinor"] != nil) {
				t.Fatalf("%q: the amount was sent: %v", body, inv.AmountSent)
			}
		}
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
	})
}
