package api_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// family is a scope of an order with some resources in it.
type family struct {
	*books

	sp  *spec
	ids []string // by creation
}

// newFamily makes five resources under a parent that has none, or in a tenant
// that has none where the order is the tenant's.
func newFamily(s *suite, sp *spec) *family {
	s.t.Helper()
	b := s.books()
	f := &family{books: b, sp: sp}
	if sp.siblings == "" {
		f.books = &books{Client: s.user(), t: b.t}
		if sp.path == "contracts" {
			f.client = f.Create("clients", `{"name":"ACME"}`)
		}
	} else {
		f.books = secondClient(b)
	}
	for _, row := range f.rows() {
		f.Must(204, "DELETE", sp.path+"/"+row.str("id"), nil)
	}
	for i := range 5 {
		body := sp.least(f.books, create)
		if i%2 == 0 {
			body["order"] = strconv.Itoa(10 - i)
		}
		f.ids = append(f.ids, strings.TrimPrefix(sp.one(s.t, f.Client, body), sp.path+"/"))
	}
	return f
}

// parent is the id the order is within.
func (f *family) parent() string {
	return map[string]string{"clientId": f.client, "contactId": f.contact, "contractId": f.contract, "invoiceId": f.invoice}[f.sp.siblings]
}

func (f *family) send(ids []string) *apitest.Answer {
	f.t.Helper()
	body := raw{"ids": quoteAll(ids)}
	if f.sp.siblings != "" {
		body[f.sp.siblings] = quote(f.parent())
	}
	return f.Do("POST", f.sp.path+"/order", body)
}

// rows are all of the scope, in the order of the list.
func (f *family) rows() []object {
	f.t.Helper()
	path := f.sp.path
	if f.sp.siblings != "" {
		path += "?" + f.sp.siblings + "=" + f.parent()
	}
	return rowsOf(f.t, f.Must(200, "GET", path, nil))
}

// Row "reorder": it writes order 0, 1, 2… to the listed ids; those left out
// follow by creation, without an order; the answer is all ids of the scope.
func TestReorder(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, sp := range specs {
			if !sp.does("reorder") {
				continue
			}
			s.run(sp.path, func(s *suite) {
				f := newFamily(s, sp)
				x := f.ids
				for _, try := range []struct{ listed, want []string }{
					{[]string{x[4], x[1]}, []string{x[4], x[1], x[0], x[2], x[3]}},
					{[]string{x[2]}, []string{x[2], x[0], x[1], x[3], x[4]}},
					{[]string{x[3], x[2], x[1], x[0], x[4]}, []string{x[3], x[2], x[1], x[0], x[4]}},
					{nil, x},
				} {
					a := f.send(try.listed)
					if a.Status != 200 {
						s.t.Fatalf("answered %d: %s", a.Status, a.Body)
					}
					if want := `{"data":` + quoteAll(try.want) + `}`; string(a.Body) != want {
						s.t.Errorf("the answer is %s, want %s", a.Body, want)
					}
					for i, row := range f.rows() {
						order := ""
						if i < len(try.listed) {
							order = strconv.Itoa(i)
						}
						if row.str("id") != try.want[i] || string(row.values["order"]) != order {
							s.t.Errorf("after the order %v, place %d has %s with order %s", try.listed, i, row.str("id"), row.values["order"])
						}
					}
				}
				onlyWhatMoved(s.t, f)
			})
		}
	})
}

// Those whose place does not change keep their version.
func onlyWhatMoved(t *testing.T, f *family) {
	t.Helper()
	etags := func() (out []string) {
		for _, id := range f.ids {
			out = append(out, f.Must(200, "GET", f.sp.path+"/"+id, nil).Header.Get("ETag"))
		}
		return out
	}
	x := f.ids
	f.send([]string{x[0], x[1]})
	before := etags()
	f.send([]string{x[0], x[1]})
	if after := etags(); !slices.Equal(before, after) {
		t.Errorf("the same order again changes versions from %v to %v", before, after)
	}
	f.send([]string{x[0], x[3]})
	after := etags()
	for i, moved := range []bool{false, true, false, true, false} {
		if (before[i] != after[i]) != moved {
			t.Errorf("place %d: version %s became %s", i, before[i], after[i])
		}
	}
}

// Row "reorder": unknown, foreign or repeated ids: 422, each with its place,
// and nothing is written.
func TestReorderRefusals(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, sp := range specs {
			if !sp.does("reorder") {
				continue
			}
			s.run(sp.path, func(s *suite) {
				f, stranger := newFamily(s, sp), newFamily(s, sp)
				x, before := f.ids, f.rows()
				others := []string{"x", "", sp.prefix + "_000000000000000000000000", stranger.ids[0], strings.ToUpper(x[0])}
				if sp.siblings != "" {
					cousin := *f
					cousin.books = secondClient(f.books)
					cousin.invoice = cousin.newInvoice("")
					others = append(others, strings.TrimPrefix(sp.one(s.t, f.Client, sp.least(cousin.books, create)), sp.path+"/"))
					before = f.rows()
				}
				for _, other := range others {
					refusal(s.t, f.send([]string{x[4], other, x[0]}), 422, "UnknownReference", map[string]string{"/ids/1": "UnknownReference"})
				}
				refusal(s.t, f.send([]string{x[1], x[0], x[1], "x", x[1]}), 422, "UnknownReference", map[string]string{"/ids/2": "Repeated", "/ids/3": "UnknownReference", "/ids/4": "Repeated"})
				if sp.siblings != "" {
					for _, parent := range []string{"x", stranger.parent(), f.address} {
						a := f.Do("POST", sp.path+"/order", raw{sp.siblings: quote(parent), "ids": quoteAll(x)})
						refusal(s.t, a, 422, "UnknownReference", map[string]string{"/" + sp.siblings: "UnknownReference"})
					}
				}
				bodiesOfReorder(s.t, f)
				after := f.rows()
				for i := range before {
					if before[i].str("id") != after[i].str("id") || before[i].str("updatedAt") != after[i].str("updatedAt") {
						s.t.Errorf("a refused order moved or touched %s", before[i].str("id"))
					}
				}
			})
		}
	})
}

func bodiesOfReorder(t *testing.T, f *family) {
	t.Helper()
	post := func(r raw) *apitest.Answer { return f.Do("POST", f.sp.path+"/order", r) }
	good := raw{"ids": "[]"}
	missing := map[string]string{"/ids": "Required"}
	if f.sp.siblings != "" {
		good[f.sp.siblings] = quote(f.parent())
		missing["/"+f.sp.siblings] = "Required"
		invalid(t, post(good.with(f.sp.siblings, "1")), map[string]string{"/" + f.sp.siblings: "WrongType"})
	}
	invalid(t, post(raw{}), missing)
	invalid(t, post(good.with("ids", `"x"`)), map[string]string{"/ids": "WrongType"})
	invalid(t, post(good.with("ids", `[1,"x",null]`)), map[string]string{"/ids/0": "WrongType", "/ids/2": "WrongType"})
	invalid(t, post(good.with("ids", `["a\u0000"]`)), map[string]string{"/ids/0": "NullCharacter"})
	invalid(t, post(good.with("ids", "null")), map[string]string{"/ids": "Required"})
	invalid(t, post(good.with("order", "[]")), map[string]string{"/order": "UnknownField"})
	for _, other := range []string{"clientId", "contactId", "contractId", "invoiceId", "projectId"} {
		if other != f.sp.siblings {
			invalid(t, post(good.with(other, quote(f.client))), map[string]string{"/" + other: "UnknownField"})
		}
	}
}

// Row "reorder", billables: only a draft's, and the invoice gets a new version.
func TestReorderBillables(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		two := b.newBillable(b.invoice, "1", "1")
		before := b.Must(200, "GET", "invoices/"+b.invoice, nil)
		body := raw{"invoiceId": quote(b.invoice), "ids": quoteAll([]string{two})}
		b.Must(200, "POST", "billables/order", body)
		after := b.Must(200, "GET", "invoices/"+b.invoice, nil)
		changedOnly(s.t, before, after)
		b.Must(200, "POST", "billables/order", body)
		same(s.t, after, b.Must(200, "GET", "invoices/"+b.invoice, nil))
		b.Must(200, "PATCH", "invoices/"+b.invoice, `{"invoiceNumber":"R-1"}`)
		b.Must(200, "POST", "invoices/"+b.invoice+"/finalize", nil)
		refusal(s.t, b.Do("POST", "billables/order", body), 409, "InvoiceFinalized", map[string]string{})
		b.Must(200, "POST", "invoices/"+b.invoice+"/void", nil)
		refusal(s.t, b.Do("POST", "billables/order", body), 409, "InvoiceVoid", map[string]string{})
	})
}
