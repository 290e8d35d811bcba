package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"stint/internal/testdb"
)

// Naughty texts in every text of a billable and in its metadata come back as
// sent, by GET, list, PATCH and PUT.
func TestHostileTextsOfBillables(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		var create, patch, put attacked
		for _, op := range w.ops {
			switch op.id {
			case "createBillables":
				create = op
			case "updateBillable":
				patch = op
			case "replaceBillable":
				put = op
			}
		}
		r := texts{fields: textFields(put.body)}
		if len(r.fields) != 3 {
			t.Fatalf("a billable has the text fields %v", r.fields)
		}
		var ids []string
		var want []map[string]string
		for begin := 0; begin < len(naughty); begin += 100 {
			var lines []any
			for i := begin; i < min(begin+100, len(naughty)); i++ {
				body := w.sampleOf(t, put, i)
				want = append(want, r.give(body, i, 0))
				body["metadata"] = textMetadata(i)
				lines = append(lines, body)
			}
			g := w.send(t, "POST", create.path, plainJSON(t, map[string]any{"invoiceId": w.ids["invoiceId"], "billables": lines}))
			var made page
			if err := json.Unmarshal(g.body, &made); err != nil || g.status != 201 {
				t.Fatalf("%d billables were answered %d: %v: %.300s", len(lines), g.status, err, g.body)
			}
			for i, rec := range made.Data {
				w.sameRecord(t, create.id, rec, want[begin+i])
				ids = append(ids, fmt.Sprint(rec["id"]))
			}
		}
		w.sameList(t, create, ids, want)
		w.everyText(testdb.Scale(4, 1, 1), func(i int) {
			path := strings.Replace(patch.path, w.ids["billableId"], ids[i], 1)
			body := map[string]any{}
			want[i] = r.give(body, i, 1)
			w.same(t, patch.id, 200, w.send(t, "PATCH", path, plainJSON(t, body)), want[i])
			body = w.sampleOf(t, put, i)
			want[i] = r.give(body, i, 2)
			body["metadata"] = textMetadata(i)
			w.same(t, put.id, 200, w.send(t, "PUT", path, plainJSON(t, body)), want[i])
		})
		w.sameList(t, create, ids, want)
		for i, rec := range w.listAt(t, create.path+"?sort=order&invoiceId="+w.ids["invoiceId"]).Data[:len(naughty)] {
			if !reflect.DeepEqual(rec["metadata"], textMetadata(i)) {
				t.Errorf("metadata with %.100q came back as %.300v", naughty[i], rec["metadata"])
			}
		}
	})
}

// textMetadata is metadata with a text as name and as value.
func textMetadata(i int) any {
	return map[string]any{naughty[i]: naughty[i], "list": []any{naughty[i], map[string]any{"x" + naughty[i]: []any{naughty[i]}}}}
}

// An invoice whose every text is naughty is printed, and its file has a harmless name.
func TestHostileTextsArePrinted(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		for begin := 0; begin < len(naughty); begin += 100 {
			var lines []any
			for _, text := range naughty[begin:min(begin+100, len(naughty))] {
				lines = append(lines, map[string]any{"description": text, "quantity": 1, "amountMinor": 1, "currencyCode": "EUR"})
			}
			if g := w.send(t, "POST", "/api/v1/billables", plainJSON(t, map[string]any{"invoiceId": w.ids["invoiceId"], "billables": lines})); g.status != 201 {
				t.Fatalf("%d: %.300s", g.status, g.body)
			}
		}
		w.prints(t)
		limit := func(i, n int) string { return textField{limit: n}.text(i) }
		for i := 0; i < len(naughty); i += testdb.Scale(12, 2, 1) {
			for path, body := range map[string]any{
				"tenants/" + w.Tenant:              map[string]any{"name": limit(i, 255)},
				"clients/" + w.ids["clientId"]:     map[string]any{"name": limit(i+1, 255)},
				"contracts/" + w.ids["contractId"]: map[string]any{"name": limit(i+2, 255)},
				"contacts/" + w.ids["contactId"]:   map[string]any{"name": limit(i+3, 255), "salutation": limit(i+4, 50)},
				"invoices/" + w.ids["invoiceId"]:   map[string]any{"invoiceNumber": limit(i+5, 255)},
				"addresses/" + w.ids["addressId"]: map[string]any{"address1": limit(i+6, 200), "address2": limit(i+7, 200), "city": limit(i+8, 100), "zip": naughty[(i+9)%len(naughty)],
					"region": limit(i+10, 100), "country": limit(i+11, 100)},
			} {
				if g := w.send(t, "PATCH", "/api/v1/"+path, plainJSON(t, body)); g.status != 200 {
					t.Errorf("PATCH %s with %q answered %d: %.300s", path, body, g.status, g.body)
				}
			}
			w.prints(t)
		}
	})
}

var harmlessFile = regexp.MustCompile(`^[A-Za-z0-9._-]{1,110}\.pdf$`)

// prints fetches the PDF of the world's invoice by its link.
func (w *world) prints(t *testing.T) {
	t.Helper()
	g := w.send(t, "GET", "/api/v1/invoices/"+w.ids["invoiceId"]+"/pdf", nil)
	var link struct {
		Data struct{ URL, FileName string }
	}
	if err := json.Unmarshal(g.body, &link); err != nil || g.status != 200 {
		t.Errorf("the link was answered %d: %v: %.300s", g.status, err, g.body)
		return
	}
	if !harmlessFile.MatchString(link.Data.FileName) {
		t.Errorf("the file is called %q", link.Data.FileName)
	}
	g = w.send(t, "GET", strings.TrimPrefix(link.Data.URL, w.URL), nil)
	if g.status != 200 || !bytes.HasPrefix(g.body, []byte("%PDF-")) || !bytes.Contains(g.body[len(g.body)-32:], []byte("%%EOF")) {
		t.Errorf("the PDF was answered %d: %.300q", g.status, g.body)
	}
	if got := g.header.Get("Content-Disposition"); got != `inline; filename="`+link.Data.FileName+`"` {
		t.Errorf("Content-Disposition is %q, the link said %q", got, link.Data.FileName)
	}
}
