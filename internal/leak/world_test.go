package leak_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"stint"
	"stint/internal/apitest"
	"stint/internal/store"
)

// nouns are what an id can stand for: where each lives and the prefix of its ids.
var nouns = map[string]struct{ collection, prefix string }{
	"tenant": {"tenants", stint.PrefixTenant}, "user": {"", stint.PrefixUser}, "token": {"tokens", stint.PrefixToken},
	"client": {"clients", stint.PrefixClient}, "contact": {"contacts", stint.PrefixContact}, "email": {"emails", stint.PrefixEmail},
	"address": {"addresses", stint.PrefixAddress}, "contract": {"contracts", stint.PrefixContract}, "project": {"projects", stint.PrefixProject},
	"timeEntry": {"time-entries", stint.PrefixTimeEntry}, "invoice": {"invoices", stint.PrefixInvoice}, "billable": {"billables", stint.PrefixBillable},
}

// nounOf is the noun that lives at a collection.
func nounOf(collection string) string {
	for noun, n := range nouns {
		if n.collection == collection {
			return noun
		}
	}
	return ""
}

// reference is the noun that a parameter or field refers to by an id, if it does.
func reference(name string) (noun string, ok bool) {
	noun, ok = strings.CutSuffix(name, "Id")
	if _, known := nouns[noun]; !ok || !known {
		return "", false
	}
	return noun, true
}

// world is what one user has in one tenant, made through the API.
type world struct {
	*apitest.Client
	t      testing.TB
	server *apitest.Server
	ops    []*operation
	// mark is in every text of this world.
	mark   string
	count  int
	shared map[string]string
	gones  map[string]string
	keys   map[string]string // the externalKey or invoiceNumber by id
	mate   *world
}

// newWorld starts counting at n: worlds that start alike hold the same names, numbers and keys.
func newWorld(tb testing.TB, server *apitest.Server, c *apitest.Client, ops []*operation, mark string, n int) *world {
	tb.Helper()
	return &world{Client: c.For(tb), t: tb, server: server, ops: ops, mark: mark, count: n,
		shared: map[string]string{"tenant": c.Tenant, "user": c.User}, gones: map[string]string{}, keys: map[string]string{}}
}

// both marks what one world writes because another one has it.
const both = "both-have"

// marked runs fn with another mark.
func (w *world) marked(mark string, fn func()) {
	own := w.mark
	w.mark = mark
	fn()
	w.mark = own
}

// unique makes a key, a number or the like, all of one length.
func (w *world) unique(kind string) string {
	w.count++
	return fmt.Sprintf("%s-%06d", kind, w.count)
}

func (w *world) text(name string) string { return name + " of " + w.mark }

// never is an id that nobody was ever given.
func (w *world) never(noun string) string { return w.server.DB.IDs.New(nouns[noun].prefix) }

// id is a lasting record of the world.
func (w *world) id(noun string) string {
	if w.shared[noun] == "" {
		w.shared[noun] = w.make(noun, nil)
	}
	return w.shared[noun]
}

// gone is the id of a record that was deleted; of a tenant, one that the user has left.
func (w *world) gone(noun string) string {
	if w.gones[noun] == "" {
		w.gones[noun] = w.delete(noun, w.make(noun, nil))
	}
	return w.gones[noun]
}

func (w *world) delete(noun, id string) string {
	switch noun {
	case "tenant":
		leave(w.t, w.server.Address, id)
	case "user": // users are never deleted; this one is in no tenant of ours
	default:
		w.Must(204, "DELETE", nouns[noun].collection+"/"+id, nil)
	}
	return id
}

// make creates a record of a noun with nothing under it; given fixes what it refers to.
func (w *world) make(noun string, given map[string]string) string {
	w.t.Helper()
	if noun == "user" {
		return w.server.NewUser(w.t).User
	}
	op := w.create(noun)
	parent := func(noun string) string {
		switch noun {
		case "invoice", "contact": // a new line changes its invoice, a new email its contact
			return w.make(noun, nil)
		}
		return w.id(noun)
	}
	body, ok := w.value(op, "", op.body, parent, given).(map[string]any)
	if !ok {
		w.t.Fatalf("%s takes no object", op.id)
	}
	a := w.Must(201, op.method, op.path, body)
	id := a.Str("data.id")
	if id == "" {
		id = a.Str("data.0.id")
	}
	for _, name := range []string{"externalKey", "invoiceNumber"} {
		if key, ok := body[name].(string); ok {
			w.keys[id] = key
		}
	}
	return id
}

func (w *world) create(noun string) *operation {
	for _, op := range w.ops {
		if op.method == "POST" && op.path == "/api/v1/"+nouns[noun].collection {
			return op
		}
	}
	w.t.Fatalf("no operation creates a %s", noun)
	return nil
}

// value makes a valid value for a schema. Every field of an object is in it;
// ref gives the ids of what it refers to.
func (w *world) value(op *operation, name string, s *schema, ref func(noun string) string, given map[string]string) any {
	w.t.Helper()
	noun, refers := reference(name)
	switch {
	case given[name] != "":
		return given[name]
	case refers:
		return ref(noun)
	case s.is("object"):
		if s.Properties == nil {
			return map[string]any{"note": w.text("note")}
		}
		out := map[string]any{}
		for _, field := range slices.Sorted(maps.Keys(s.Properties)) { // in order: equal worlds count alike
			out[field] = w.value(op, field, s.Properties[field], ref, given)
		}
		return out
	case name == "scopes":
		return []any{"*:write"}
	case name == "tenants":
		return []any{w.Tenant}
	case s.is("array"):
		return []any{w.value(op, name, s.Items, ref, given)}
	case s.is("boolean"):
		return false
	case s.is("integer"):
		return 100
	case s.is("number"):
		return 1.5
	case s.is("string"):
		return w.string(name, s)
	}
	w.t.Fatalf("%s: the schema of %s is of a type that this test cannot make: %v", op.id, name, s.Type)
	return nil
}

func (w *world) string(name string, s *schema) string {
	if len(s.Enum) > 0 {
		return s.Enum[0].(string)
	}
	switch name {
	case "externalKey":
		return w.unique("K")
	case "invoiceNumber":
		return w.unique("N")
	case "currencyCode":
		return "EUR"
	}
	switch s.Format {
	case "email":
		return "person@" + w.mark + ".example"
	case "date":
		return "2024-02-29"
	case "date-time":
		return "2099-01-31T12:30:00.000Z"
	}
	return w.text(name)
}

// valid makes a request of an operation that must succeed. What a write refers
// to is new, so that no two requests change the same record.
func (w *world) valid(op *operation, shape map[string]any) *request {
	w.t.Helper()
	r := &request{op: op, path: map[string]string{}, query: url.Values{}, header: map[string]string{}}
	if op.param("query", "signature") != nil {
		r.follow(w.link(w.id("invoice")))
		return r
	}
	for _, p := range op.params {
		noun, refers := reference(p.Name)
		switch {
		case p.In == "query" && p.Name == "ids":
			r.own = w.id(nounOf(op.collection()))
		case p.In == "query" && p.Name == "expand":
			r.query.Set("expand", strings.Join(p.Allowed, ","))
		case p.In != "path":
		case refers && op.writes():
			r.path[p.Name] = w.make(noun, nil)
		case refers:
			r.path[p.Name] = w.id(noun)
		case p.Name == "externalKey" && op.writes():
			r.path[p.Name] = w.unique("K")
		case p.Name == "externalKey":
			r.path[p.Name] = w.keys[w.id(nounOf(op.collection()))]
		default:
			w.t.Fatalf("%s: this test does not know what stands at {%s}; teach it in reference or valid", op.id, p.Name)
		}
	}
	if op.id == "voidInvoice" {
		w.Must(200, "POST", "invoices/"+r.path["invoiceId"]+"/finalize", nil)
	}
	if op.body != nil {
		r.body = w.body(op)
		maps.Copy(r.body, shape)
	}
	return r
}

func (w *world) body(op *operation) map[string]any {
	if _, order := op.body.Properties["ids"]; order {
		return w.order(op)
	}
	body := w.value(op, "", op.body, func(noun string) string { return w.make(noun, nil) }, nil).(map[string]any)
	if op.param("path", "externalKey") != nil {
		delete(body, "externalKey") // it is in the path
	}
	return body
}

// order makes the body of a reorder: a parent, if it has one, and a child of it.
func (w *world) order(op *operation) map[string]any {
	child := nounOf(op.collection())
	for name := range op.body.Properties {
		if parent, refers := reference(name); refers {
			id := w.make(parent, nil)
			return map[string]any{name: id, "ids": []any{w.make(child, map[string]string{name: id})}}
		}
	}
	return map[string]any{"ids": []any{w.id(child)}}
}

// link is the signed link to the PDF of an invoice.
func (w *world) link(invoice string) *url.URL {
	w.t.Helper()
	u, err := url.Parse(w.Must(200, "GET", "invoices/"+invoice+"/pdf", nil).Str("data.url"))
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// colleague is another member of the tenant.
func (w *world) colleague() *world {
	w.t.Helper()
	if w.mate == nil {
		c := w.server.NewUser(w.t)
		err := w.server.DB.Global(context.Background(), func(g *store.GlobalTx) error {
			return g.InsertMembership(stint.Membership{TenantID: w.Tenant, UserID: c.User, Role: stint.RoleOwner})
		})
		if err != nil {
			w.t.Fatal(err)
		}
		c.Tenant = w.Tenant
		w.mate = newWorld(w.t, w.server, c, w.ops, w.mark, w.count)
	}
	w.mate.t, w.mate.Client = w.t, w.mate.For(w.t) // the test of now
	return w.mate
}
