package fault

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"stint/internal/testdb"
)

// Operators make and revoke tokens while the server runs and its clients
// write: a new token works at once, a revoked one is refused at the next request.
func TestOperateBesideTheServer(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		t.Parallel()
		address := testdb.Address(t, engine)
		p := serve(t, options{database: address})
		f := p.first()
		c, led := newCaller(t, p.url, f), newLedger(t)
		writers := newWriters(t, 4, c, led, f.project)
		until := make(chan struct{})
		var wg sync.WaitGroup
		for _, w := range writers {
			w.seen = func(r *reply, err error, _ time.Duration) {
				if err != nil || r.status >= 500 {
					t.Errorf("a request failed beside an operator's command: %s", r.failure(err))
				}
			}
			wg.Go(func() { w.persist(until) })
		}
		for i := range testdb.Scale(2, 10, 50) {
			name := fmt.Sprint("night-", i)
			guest := *c
			guest.token = operate(t, address, "token", "create", "--name", name)
			guest.must(t, 200, "GET", "clients", "")
			guest.must(t, 201, "POST", "clients", `{"name":"by the guest"}`)
			operate(t, address, "token", "revoke", tokenID(t, address, name))
			if r := guest.must(t, 401, "GET", "clients", ""); r.problem() != "Unauthorized" {
				t.Errorf("a revoked token gets %q, want Unauthorized", r.problem())
			}
			guest.must(t, 401, "POST", "clients", `{"name":"too late"}`)
		}
		close(until)
		wg.Wait()
		writes := led.compare(t, c, address, nil)
		check(t, address, f.tenant)
		t.Logf("%d writes beside", writes)
	})
}

func tokenID(t *testing.T, address, name string) string {
	t.Helper()
	for line := range strings.SplitSeq(operate(t, address, "token", "list"), "\n") {
		if fields := strings.Fields(line); len(fields) > 2 && strings.Contains(line, " "+name+" ") {
			return fields[0]
		}
	}
	t.Fatalf("the token %s is not in the list", name)
	return ""
}
