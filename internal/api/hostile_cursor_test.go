package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"stint/internal/testdb"
)

// Texts without a limit are sorted by as well, and their pages' cursors still fit into an address.
func TestHostileLongTextsMakeShortCursors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		long := strings.Repeat("\U0010ffff", 200_000)
		for i := range 3 {
			line := map[string]any{"description": fmt.Sprintf("%d%s%d", i/2, long, i), "quantity": 1, "amountMinor": 1, "currencyCode": "EUR"}
			w.make(t, "billables", map[string]any{"invoiceId": w.ids["invoiceId"], "billables": []any{line}})
			w.make(t, "addresses", map[string]any{"contactId": w.ids["contactId"], "address1": "a", "country": "b", "city": "c", "zip": fmt.Sprintf("%d%s%d", i/2, long, i)})
			w.make(t, "tenants", map[string]any{"name": strings.Repeat("\ufdfa", 250) + fmt.Sprint(i)})
		}
		for _, list := range []string{"billables?sort=description", "billables?sort=description:desc", "addresses?sort=zip", "addresses?sort=zip,city:desc", "tenants?sort=name"} {
			list = "/api/v1/" + list + "&limit=1"
			seen, next := map[any]bool{}, ""
			for range 10 {
				p := w.listAt(t, list+next)
				for _, rec := range p.Data {
					seen[rec["id"]] = true
				}
				if p.Page.Next == "" {
					break
				}
				if n := len(p.Page.Next); n > 64<<10 {
					t.Errorf("%s: the cursor has %d bytes", list, n)
				}
				next = "&cursor=" + url.QueryEscape(p.Page.Next)
			}
			if len(seen) != 4 {
				t.Errorf("%s: its pages have %d of 4 records", list, len(seen))
			}
		}
	})
}

func (w *world) make(t *testing.T, path string, body any) {
	t.Helper()
	if g := w.send(t, "POST", "/api/v1/"+path, plainJSON(t, body)); g.status != 201 {
		t.Fatalf("POST %s answered %d: %.300s", path, g.status, g.body)
	}
}
