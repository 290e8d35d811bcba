package fault

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"stint/internal/testdb"
)

// The server is killed at random moments while eight clients write. What it
// had acknowledged is there when it starts again, what it had not is wholly
// there or not at all, and a client that sends it again gets one result.
func TestKill(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		t.Parallel()
		address := testdb.Address(t, engine)
		p := serve(t, options{database: address})
		f := p.first()
		c, led := newCaller(t, p.url, f), newLedger(t)
		writers := newWriters(t, 8, c, led, f.project)
		rounds := testdb.Scale(2, 20, 50)
		var slowest time.Duration
		done, open := 0, 0
		for range rounds {
			killUnderLoad(t, p, writers)
			p = serve(t, options{database: address})
			slowest = max(slowest, p.readyIn)
			*c = *c.at(p.url)
			led.compare(t, c, address, doubts(writers))
			checkTenant(t, address, f.tenant)
			for _, w := range writers {
				if w.pending == nil {
					continue
				}
				open++
				if w.checkWhole(address) {
					done++
				}
				w.settle(30 * time.Second)
			}
			if t.Failed() {
				return
			}
		}
		writes := led.compare(t, c, address, nil)
		check(t, address, f.tenant)
		t.Logf("%s: %d kills, %d acknowledged writes, 0 lost; of %d requests without an answer %d were written; ready again in %s at most",
			engine, rounds, writes, open, done, slowest.Round(time.Millisecond))
		if slowest > 10*time.Second {
			t.Errorf("the slowest start after a kill took %s; it should take less than 2 s", slowest)
		}
	})
}

// killUnderLoad lets the writers write for a while and kills the server.
func killUnderLoad(t *testing.T, p *process, writers []*writer) {
	t.Helper()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for _, w := range writers {
		w.seen = func(r *reply, err error, _ time.Duration) {
			select {
			case <-stop:
			default:
				if err != nil || r.status >= 500 {
					t.Errorf("before the kill a request failed: %s", r.failure(err))
				}
			}
		}
		wg.Go(func() { w.write(nil) })
	}
	time.Sleep(200*time.Millisecond + rand.N(800*time.Millisecond))
	close(stop)
	p.kill9()
	wg.Wait()
	for _, w := range writers {
		w.seen = nil
	}
}
