// Package leak asks, of every operation in the OpenAPI document, whether it
// shows or changes anything of another tenant. The requests are made from the
// document: an operation, a parameter or a field that the tests here cannot
// place fails them.
package leak_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// Wherever an id can stand, that of another tenant gets the answer of one that
// was never issued, and nothing of the other tenant is shown or changed.
func TestMatrix(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := apitest.Start(t, engine)
			ops := operations(t, s.API.Document())
			m := &matrix{rows: openRows(t, s.Address),
				a: newWorld(t, s, s.Client, ops, "ours-aaaa", 100_000), b: newWorld(t, s, s.NewUser(t), ops, "theirs-bb", 500_000)}
			m.never, m.left = m.a.never("tenant"), m.a.gone("tenant")
			for _, noun := range []string{"client", "contract", "billable", "timeEntry"} {
				m.a.id(noun)
				m.b.id(noun)
			}
			for _, op := range ops {
				t.Run(op.id, func(t *testing.T) { m.operation(t, op) })
			}
			for k := range kinds {
				if m.tried[k] == 0 && m.ran == len(ops) {
					t.Errorf("nothing was tried at places of kind %d; the document has them no more, or this test no longer finds them", k)
				}
			}
			t.Logf("%d operations, %d requests with a foreign id", len(ops), m.sent)
		})
	}
}

type matrix struct {
	rows        *rows
	a, b        *world
	never, left string // tenants that a is not in
	tried       [kinds]int
	sent, ran   int
	foreign     map[string]bool // the ids of b
}

// group is a number of requests that must get one answer; the first of them
// names nothing of anybody's.
type group struct {
	name    string
	trials  []trial
	refused bool // so that a's own rows stay as they are, too
	expect  func(a *apitest.Answer) string
}

type trial struct {
	whose string
	sent  string // what is put at the place; it may come back in the answer
	r     *request
}

func (m *matrix) operation(t *testing.T, op *operation) {
	t.Helper()
	m.ran++
	m.a.t, m.a.Client, m.b.t, m.b.Client = t, m.a.For(t), t, m.b.For(t)
	var groups []group
	for _, shape := range shapes(op) {
		_, key := m.theirs(t, op, shape)
		must(t, m.a.valid(op, shape), m.a.Client)
		groups = append(groups, m.tenants(op, shape))
		if !op.public {
			m.b.marked(both, func() {
				copied, _ := m.theirs(t, op, shape)
				groups = append(groups, m.copies(op, copied))
			})
		}
		for _, p := range places(t, op) {
			groups = append(groups, m.place(t, op, shape, p, key)...)
		}
	}
	before, ours := m.rows.of(t, m.b), m.rows.of(t, m.a)
	m.foreign = before.ids()
	for _, g := range groups {
		if g.refused {
			m.run(t, g)
		}
	}
	ours.same(t, m.rows.of(t, m.a), "a refused request changed the caller's own tenant")
	for _, g := range groups {
		if !g.refused {
			m.run(t, g)
		}
	}
	before.same(t, m.rows.of(t, m.b), "the other tenant changed")
}

// theirs sends a valid request of the other tenant, with an Idempotency-Key where there can be one.
func (m *matrix) theirs(t *testing.T, op *operation, shape map[string]any) (r *request, key string) {
	t.Helper()
	r, key = m.b.valid(op, shape), m.b.unique("I")
	if op.param("header", "Idempotency-Key") != nil {
		r.header["Idempotency-Key"] = key
	}
	must(t, r, m.b.Client)
	return r, key
}

// run sends the requests of a group and compares the answers.
func (m *matrix) run(t *testing.T, g group) {
	t.Helper()
	first := ""
	for i, tr := range g.trials {
		a := tr.r.send(t, m.a.Client)
		m.sent++
		if what := betrays(tr.r, a, m.foreign, m.b.mark); what != "" {
			t.Errorf("%s, %s: the answer shows %s, which is another tenant's: %s", g.name, tr.whose, what, a.Body)
		}
		if wrong := g.expect(a); wrong != "" {
			t.Errorf("%s, %s: %s: %d %s", g.name, tr.whose, wrong, a.Status, a.Body)
		}
		switch f := face(a, tr.sent); {
		case i == 0:
			first = f
		case f != first:
			t.Errorf("%s: the answer tells %s from %s:\n%s\n%s", g.name, tr.whose, g.trials[0].whose, f, first)
		}
	}
}

// must sends a request that has to be taken: only then a refusal is one of the id.
func must(t *testing.T, r *request, c *apitest.Client) *apitest.Answer {
	t.Helper()
	a := r.send(t, c)
	if a.Status >= http.StatusBadRequest {
		t.Fatalf("%s: this test cannot make a valid request: %d %s\n%s", r.op.id, a.Status, a.Body, r.text())
	}
	return a
}

// shapes are the forms in which one body is read differently.
func shapes(op *operation) []map[string]any {
	if op.id == "batchTimeEntries" {
		return []map[string]any{{"mode": "create", "atomic": false}, {"mode": "upsert", "atomic": true},
			{"mode": "create", "atomic": true}, {"mode": "upsert", "atomic": false}}
	}
	return []map[string]any{nil}
}

// place tries every value at one place, and once more without the header
// tenant-id where that may be left out.
func (m *matrix) place(t *testing.T, op *operation, shape map[string]any, p place, key string) (out []group) {
	t.Helper()
	m.tried[p.kind]++
	switch p.kind {
	case idempotencyKey:
		return []group{m.keyed(t, op, shape, p, key)}
	case tenantHeader:
		return nil // see tenants
	}
	list := values(op, p, m.a, m.b)
	modes := []bool{true}
	if op.tenant() == "optional" {
		modes = append(modes, false)
	}
	for _, header := range modes {
		g := group{name: p.name, expect: expectation(op, shape, p), refused: refuses(op, shape, p)}
		for _, v := range list {
			g.trials = append(g.trials, m.trial(op, shape, p, v, header))
		}
		if !header {
			g.name += " without tenant-id"
		}
		out = append(out, g)
		if p.kind == pathID || p.kind == pathKey {
			out = append(out, m.versioned(op, g)...)
		}
	}
	return out
}

func (m *matrix) trial(op *operation, shape map[string]any, p place, v value, header bool) trial {
	r := m.a.valid(op, shape)
	p.set(r, v.text)
	if !header {
		r.header["tenant-id"] = ""
	}
	return trial{v.whose, v.text, r}
}

// versioned are the requests of a group again, with the version that the other tenant's record has.
func (m *matrix) versioned(op *operation, g group) (out []group) {
	for _, name := range []string{"If-Match", "If-None-Match"} {
		if op.param("header", name) == nil {
			continue
		}
		again := group{name: g.name + " with " + name, expect: g.expect, refused: true}
		switch { // where the request creates what is not there
		case g.refused:
		case name == "If-Match":
			again.expect = status(http.StatusPreconditionFailed)
		default:
			again.refused = false
		}
		for _, tr := range g.trials {
			r := tr.r.mapped(func(s string) string { return s })
			r.header[name] = `"1"`
			again.trials = append(again.trials, trial{tr.whose, tr.sent, r})
		}
		out = append(out, again)
	}
	return out
}

// keyed uses an Idempotency-Key that the other tenant has used for the same
// operation, for what is there still and for what was deleted since.
func (m *matrix) keyed(t *testing.T, op *operation, shape map[string]any, p place, key string) group {
	t.Helper()
	g := group{name: p.name, expect: taken}
	list := []value{{"never used", m.a.unique("I")}, {"another tenant's", key}}
	if noun := nounOf(op.collection()); op == m.b.create(noun) && noun != "tenant" {
		r, gone := m.b.valid(op, shape), m.b.unique("I")
		r.header["Idempotency-Key"] = gone
		a := must(t, r, m.b.Client)
		m.b.delete(noun, cmp.Or(a.Str("data.id"), a.Str("data.0.id")))
		list = append(list, value{"another tenant's, of what is deleted", gone})
	}
	for _, v := range list {
		g.trials = append(g.trials, m.trial(op, shape, p, v, true))
	}
	return g
}

// tenants are valid requests in tenants that the caller is not in. Operations
// that are in no tenant take no notice.
func (m *matrix) tenants(op *operation, shape map[string]any) group {
	g := group{name: "header tenant-id", expect: taken}
	if op.tenant() != "none" {
		g.expect, g.refused = status(http.StatusNotFound), true
	}
	for _, v := range []value{{"never issued", m.never}, {"another tenant's", m.b.Tenant}, {"left", m.left}} {
		r := m.a.valid(op, shape)
		r.header["tenant-id"] = v.text
		g.trials = append(g.trials, trial{v.whose, v.text, r})
	}
	m.tried[tenantHeader]++
	return g
}

// copies are the very request that the other tenant sent with success, with its
// ids, keys and all, and the same with ids and keys that nobody has.
func (m *matrix) copies(op *operation, theirs *request) group {
	g := group{name: "a copy of another tenant's request", expect: func(*apitest.Answer) string { return "" }}
	fresh := map[string]string{}
	nobodys := theirs.mapped(func(s string) string {
		s = anyID.ReplaceAllStringFunc(s, func(id string) string {
			if fresh[id] == "" {
				prefix, _, _ := strings.Cut(id, "_")
				fresh[id] = m.a.server.DB.IDs.New(prefix)
			}
			return fresh[id]
		})
		return anyKey.ReplaceAllStringFunc(s, func(key string) string {
			if fresh[key] == "" {
				fresh[key] = m.a.unique(key[:1])
			}
			return fresh[key]
		})
	})
	if anyID.MatchString(theirs.text()) {
		g.expect, g.refused = refused, !slices.Contains([]string{"GET"}, op.method) && op.id != "batchTimeEntries"
	}
	g.trials = []trial{{"with nobody's ids", "", nobodys}, {"as it was", "", theirs}}
	return g
}
