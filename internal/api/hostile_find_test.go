package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"stint/internal/store"
	"stint/internal/testdb"
)

// escapeAll percent-encodes every byte of a path's segment that can be anything but itself.
func escapeAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// idsAt reads the ids of a list.
func (w *world) idsAt(t *testing.T, path string) (ids []string) {
	t.Helper()
	for _, rec := range w.listAt(t, path).Data {
		ids = append(ids, fmt.Sprint(rec["id"]))
	}
	return ids
}

type page struct {
	Data []map[string]any
	Page struct{ Next string }
}

func (w *world) listAt(t *testing.T, path string) (p page) {
	t.Helper()
	g := w.send(t, "GET", path, nil)
	if err := json.Unmarshal(g.body, &p); err != nil || g.status != 200 {
		t.Errorf("GET %.200s answered %d: %v: %.300s", path, g.status, err, g.body)
	}
	return p
}

// A naughty text finds its record, and no other: by filter, by key in the path, by search.
func TestHostileTextsFindTheirRecord(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		f := textField{limit: 255}
		items := make([]any, len(naughty))
		for i := range naughty {
			items[i] = map[string]any{"projectId": w.ids["projectId"], "date": "2023-10-05", "durationSeconds": 1,
				"externalKey": f.text(i), "referenceId": f.text(i), "referenceSource": f.text(i)}
		}
		g := w.send(t, "POST", "/api/v1/time-entries/batch", plainJSON(t, map[string]any{"items": items, "atomic": true}))
		var batch struct {
			Data []struct{ Data map[string]any }
		}
		if err := json.Unmarshal(g.body, &batch); err != nil || g.status != 200 {
			t.Fatalf("the batch was answered %d: %v: %.300s", g.status, err, g.body)
		}
		w.eachText(func(i int) {
			text, id := f.text(i), fmt.Sprint(batch.Data[i].Data["id"])
			for _, name := range []string{"referenceId", "referenceSource"} {
				if ids := w.idsAt(t, "/api/v1/time-entries?"+name+"="+url.QueryEscape(text)); !slices.Equal(ids, []string{id}) {
					t.Errorf("%s=%.100q finds %v, not %s", name, text, ids, id)
				}
			}
			path := "/api/v1/time-entries/by-key/" + escapeAll(text)
			want := map[string]string{"id": id, "externalKey": text, "referenceId": text, "referenceSource": text}
			w.same(t, "GET by key", 200, w.send(t, "GET", path, nil), want)
			body := plainJSON(t, map[string]any{"projectId": w.ids["projectId"], "date": "2023-10-06", "durationSeconds": 2, "description": text})
			w.same(t, "PUT by key", 200, w.send(t, "PUT", path, body), map[string]string{"id": id, "externalKey": text, "description": text, "date": "2023-10-06"})
			body = plainJSON(t, map[string]any{"name": text})
			made := w.same(t, "PUT by a new key", 201, w.send(t, "PUT", "/api/v1/clients/by-key/"+escapeAll(text), body), map[string]string{"name": text, "externalKey": text})
			w.same(t, "PUT by the key again", 200, w.send(t, "PUT", "/api/v1/clients/by-key/"+escapeAll(text), body), map[string]string{"id": made, "name": text, "externalKey": text})
			tenant := w.same(t, "createTenant", 201, w.send(t, "POST", "/api/v1/tenants", body), map[string]string{"name": text})
			if ids := w.idsAt(t, "/api/v1/tenants?search="+url.QueryEscape(text)); !slices.Contains(ids, tenant) {
				t.Errorf("search=%.100q does not find the tenant of that name", text)
			}
		})
		for _, wild := range []string{"%", "_", `\`, "%a%", `\%`} {
			for _, rec := range w.listAt(t, "/api/v1/tenants?search="+url.QueryEscape(wild)).Data {
				if name := fmt.Sprint(rec["name"]); !strings.Contains(store.Fold(name), store.Fold(wild)) {
					t.Errorf("search=%q found %q: it is read as a pattern", wild, name)
				}
			}
		}
	})
}

// Lists sorted by naughty texts have the same order on every engine, and their
// pages together are the whole list.
func TestHostileTextsSort(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		f := textField{limit: 255}
		w.eachText(func(i int) {
			g := w.send(t, "POST", "/api/v1/contracts", plainJSON(t, map[string]any{"clientId": w.ids["clientId"], "name": f.text(i), "amountMinor": i, "currencyCode": "EUR"}))
			id := w.same(t, "createContract", 201, g, map[string]string{"name": f.text(i)})
			w.same(t, "createProject", 201, w.send(t, "POST", "/api/v1/projects", plainJSON(t, map[string]any{"contractId": id, "name": f.text(i)})), map[string]string{"name": f.text(i)})
		})
		key := func(field string, rec map[string]any) []byte {
			if c, ok := rec["contract"].(map[string]any); ok && field == "contract.name" {
				rec = c
			}
			return []byte(store.Fold(fmt.Sprint(rec["name"])))
		}
		for _, list := range []string{"/api/v1/contracts?sort=name", "/api/v1/contracts?sort=name:desc", "/api/v1/projects?sort=name,createdAt:desc",
			"/api/v1/projects?expand=contract&sort=contract.name", "/api/v1/projects?expand=contract&sort=contract.name:desc,name:asc"} {
			field := strings.FieldsFunc(list[strings.Index(list, "sort=")+5:], func(r rune) bool { return r == ':' || r == ',' })[0]
			whole := w.listAt(t, list).Data
			if len(whole) <= len(naughty) {
				t.Fatalf("%s has %d records", list, len(whole))
			}
			for i := range whole[1:] {
				order := bytes.Compare(key(field, whole[i]), key(field, whole[i+1]))
				if strings.Contains(list, field+":desc") {
					order = -order
				}
				if order > 0 {
					t.Errorf("%s: %.60q stands before %.60q", list, key(field, whole[i]), key(field, whole[i+1]))
				}
			}
			var paged []map[string]any
			for next, n := "", 0; n < 100; n++ {
				p := w.listAt(t, list+"&limit=17"+next)
				paged = append(paged, p.Data...)
				if p.Page.Next == "" {
					break
				}
				next = "&cursor=" + url.QueryEscape(p.Page.Next)
			}
			same := func(a, b map[string]any) bool { return a["id"] == b["id"] }
			if !slices.EqualFunc(whole, paged, same) {
				t.Errorf("%s: its pages have %d records, which are not the %d of the whole list in their order", list, len(paged), len(whole))
			}
		}
	})
}
