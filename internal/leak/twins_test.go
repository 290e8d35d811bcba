package leak_test

import (
	"testing"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// Tenants that hold the same names, numbers, external keys and idempotency keys
// know nothing of each other: every operation answers each of them as if it
// were alone. Two of the three belong to one user.
func TestTwins(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := apitest.Start(t, engine)
			ops := operations(t, s.API.Document())
			second := s.For(t)
			second.Tenant = s.Create("tenants", `{"name":"The second tenant of one user"}`)
			rows := openRows(t, s.Address)
			var first map[string]string
			var before []snapshot
			var worlds []*world
			for i, c := range []*apitest.Client{s.NewUser(t), s.Client, second} {
				w := newWorld(t, s, c, ops, both, 100_000)
				answers := w.runAll(ops, i == 2)
				if i == 0 {
					first = answers
				}
				for _, op := range ops {
					if got, ran := answers[op.id]; ran && got != first[op.id] && op.tenant() != "none" {
						t.Errorf("%s: the answer tells that another tenant has the same:\n%s\nalone it was:\n%s", op.id, got, first[op.id])
					}
				}
				before, worlds = append(before, rows.of(t, w)), append(worlds, w)
			}
			for i, w := range worlds {
				if i < 2 { // the third's requests are the last
					before[i].same(t, rows.of(t, w), "the twin changed")
				}
				w.refusesTwice()
			}
		})
	}
}

// runAll sends a valid request of every operation, with an Idempotency-Key that
// the other worlds use for it too, and gives what was answered. inTenant leaves
// out what belongs to the user: two tenants of one user share that.
func (w *world) runAll(ops []*operation, inTenant bool) map[string]string {
	out := map[string]string{}
	for _, op := range ops {
		if inTenant && op.tenant() == "none" && !op.public {
			continue
		}
		r := w.valid(op, nil)
		if op.param("header", "Idempotency-Key") != nil {
			r.header["Idempotency-Key"] = "the key of " + op.id
		}
		a := r.send(w.t, w.Client)
		if wrong := taken(a); wrong != "" {
			w.t.Errorf("%s: %s: %d %s", op.id, wrong, a.Status, a.Body)
		}
		out[op.id] = face(a, "")
	}
	return out
}

// refusesTwice shows that the values of this test are such as must be unique:
// within the tenant, each is refused the second time.
func (w *world) refusesTwice() {
	w.t.Helper()
	for path, body := range map[string]map[string]any{
		"clients":  {"name": "again", "externalKey": w.keys[w.id("client")]},
		"invoices": {"contractId": w.id("contract"), "currencyCode": "EUR", "invoiceNumber": w.keys[w.id("invoice")]},
	} {
		w.Must(409, "POST", path, body)
	}
	w.Must(422, "POST", "clients", `{"name":"again"}`, apitest.Header("Idempotency-Key", "the key of createClient"))
}
