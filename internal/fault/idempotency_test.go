package fault

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"stint/internal/testdb"
)

// once is a request that must happen once, however often it is sent.
type once struct {
	method, path, body, key string
	table, match            string // what it writes, and the column that holds the key
	answer                  *reply
}

// requests are n different ones, of several kinds.
func requests(n int, f first, contract string) (out []*once) {
	for i := range n {
		key := fmt.Sprint("storm-", i)
		o := &once{method: "POST", key: key, match: "external_key"}
		entry := map[string]any{"projectId": f.project, "date": "2023-10-05", "durationSeconds": 60 + i, "externalKey": key}
		switch i % 5 {
		case 0, 1:
			o.path, o.table, o.body = "time-entries", "time_entries", toJSON(entry)
		case 2:
			o.path, o.table, o.body = "clients", "clients", toJSON(map[string]any{"name": "ACME", "externalKey": key})
		case 3:
			o.path, o.table, o.match = "invoices", "invoices", "invoice_number"
			o.body = toJSON(map[string]any{"contractId": contract, "invoiceNumber": key, "currencyCode": "EUR"})
		case 4:
			o.path, o.table, o.body = "time-entries/batch", "time_entries", toJSON(map[string]any{"items": []any{entry}})
		}
		out = append(out, o)
	}
	return out
}

// patiently sends a request until it is not told that a copy is still running.
func (o *once) patiently(c *caller) (*reply, error) {
	for range 100 {
		r, err := c.send(o.method, o.path, o.body, "Idempotency-Key", o.key)
		if err != nil || r.problem() != "IdempotencyKeyInUse" {
			return r, err
		}
		wait, err := strconv.Atoi(r.header.Get("Retry-After"))
		if err != nil || wait < 1 {
			return nil, fmt.Errorf("409 IdempotencyKeyInUse without Retry-After: %w", err)
		}
		time.Sleep(time.Duration(wait) * time.Second)
	}
	return nil, errors.New("a copy of the request is still running after 100 tries")
}

// check holds one answer against the first of its request.
func (o *once) check(t *testing.T, r *reply, replayed bool) {
	t.Helper()
	if got := r.header.Get("Idempotency-Replayed") == "true"; got != replayed {
		t.Errorf("%s with %s: Idempotency-Replayed is %v, want %v", o.path, o.key, got, replayed)
	}
	if r.status != o.answer.status || !bytes.Equal(r.body, o.answer.body) || r.header.Get("Location") != o.answer.header.Get("Location") || r.header.Get("ETag") != o.answer.header.Get("ETag") {
		t.Errorf("%s with %s was answered differently:\n%d %s\n%d %s", o.path, o.key, o.answer.status, o.answer.short(), r.status, r.short())
	}
}

// storm sends copies of each request at once, a copy to each server in turn, a
// few requests at a time. One that was answered in an earlier storm gets that answer only.
func storm(t *testing.T, all []*once, copies int, callers []*caller) {
	t.Helper()
	turn := make(chan struct{}, 4)
	var wg sync.WaitGroup
	for _, o := range all {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			replies, errs := make([]*reply, copies), make([]error, copies)
			together(copies, func(i int) { replies[i], errs[i] = o.patiently(callers[i%len(callers)]) })
			if err := errors.Join(errs...); err != nil {
				t.Error(err)
				return
			}
			for _, r := range replies {
				if r.header.Get("Idempotency-Replayed") == "" {
					if o.answer != nil {
						t.Errorf("%s with %s was done twice:\n%s\n%s", o.path, o.key, o.answer.short(), r.short())
					}
					o.answer = r
				}
			}
			if o.answer == nil || o.answer.status > 299 {
				t.Errorf("%s with %s was not done: %d %s", o.path, o.key, replies[0].status, replies[0].short())
				return
			}
			for _, r := range replies {
				o.check(t, r, r != o.answer)
			}
		})
	}
	wg.Wait()
}

// Many copies of each request arrive at once: each is done once, and all get
// its answer. So they do after a restart, and from another server on the same database.
func TestIdempotencyStorm(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		t.Parallel()
		address := testdb.Address(t, engine)
		p := serve(t, options{database: address})
		f := p.first()
		c := newCaller(t, p.url, f)
		servers, callers := []*process{p}, []*caller{c}
		if engine == testdb.PostgreSQL {
			servers = append(servers, serve(t, options{database: address}))
			callers = append(callers, c.at(servers[1].url))
		}
		all := requests(testdb.Scale(20, 200, 1000), f, contractOf(t, c, f))
		copies := testdb.Scale(20, 100, 100)
		storm(t, all, copies, callers)
		if t.Failed() {
			return
		}
		eachOnce(t, address, f, all)
		otherUses(t, c, address, f, all)
		for i := range servers {
			if code := servers[i].stop(startLimit); code != 0 {
				t.Errorf("the server stopped with %d", code)
			}
			servers[i] = serve(t, options{database: address})
			callers[i] = c.at(servers[i].url)
		}
		storm(t, all, copies, callers)
		eachOnce(t, address, f, all)
		check(t, address, f.tenant)
	})
}

// eachOnce checks that each request wrote one row.
func eachOnce(t *testing.T, address string, f first, all []*once) {
	t.Helper()
	conn := look(t, address, f.tenant)
	for _, o := range all {
		if got := texts(t, conn, `SELECT COUNT(*) FROM `+o.table+` WHERE tenant_id = $1 AND `+o.match+` = $2`, f.tenant, o.key); got[0] != "1" {
			t.Errorf("%s with %s wrote %s rows, want 1", o.path, o.key, got[0])
		}
	}
}

func contractOf(t *testing.T, c *caller, f first) string {
	t.Helper()
	var v struct {
		Contract string `json:"contract"`
	}
	parse(t, c.must(t, 200, "GET", "projects/"+f.project, "").data(), &v)
	return v.Contract
}

// otherUses takes keys of the storm for something else.
func otherUses(t *testing.T, c *caller, address string, f first, all []*once) {
	t.Helper()
	for i, o := range all[:5] {
		r := c.must(t, 422, o.method, o.path, all[i+5].body, "Idempotency-Key", o.key)
		if r.problem() != "IdempotencyKeyReused" {
			t.Errorf("another body under a used key: %s, want IdempotencyKeyReused", r.problem())
		}
	}
	// The same key under another route is another request.
	c.must(t, 201, "POST", "clients", `{"name":"x"}`, "Idempotency-Key", all[0].key)

	// So it is from another caller of the same tenant.
	user := operate(t, address, "user", "create", "--name", "Somebody else")
	operate(t, address, "member", "add", "--user", user, "--tenant", f.tenant, "--role", "OWNER")
	colleague := *c
	colleague.token = operate(t, address, "token", "create", "--user", user)
	mine := colleague.must(t, 201, "POST", "clients", `{"name":"y"}`, "Idempotency-Key", all[2].key)
	if mine.header.Get("Idempotency-Replayed") != "" || bytes.Equal(mine.body, all[2].answer.body) {
		t.Errorf("another caller got the answer of somebody else's key: %s", mine.short())
	}

	// And in another tenant of the same caller.
	there := *c
	there.tenant = id(c.must(t, 201, "POST", "tenants", `{"name":"Other"}`).data())
	own := there.must(t, 201, "POST", "clients", all[2].body, "Idempotency-Key", all[2].key)
	if own.header.Get("Idempotency-Replayed") != "" || bytes.Equal(own.body, all[2].answer.body) {
		t.Errorf("another tenant got the answer of this one's key: %s", own.short())
	}

	// A refused request leaves its key free.
	there.must(t, 400, "POST", "clients", `{"name":1}`, "Idempotency-Key", "refused")
	there.must(t, 422, "POST", "contacts", `{"clientId":"clnt_x","name":"x","order":0,"isDefault":false}`, "Idempotency-Key", "refused")
	there.must(t, 422, "POST", "contacts", `{"clientId":"clnt_y","name":"x","order":0,"isDefault":false}`, "Idempotency-Key", "refused")
	there.must(t, 201, "POST", "clients", `{"name":"z"}`, "Idempotency-Key", "refused")
	checkTenant(t, address, there.tenant)
}
