package fault

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stint/internal/testdb"
)

// outage watches what the clients get while the database is away.
type outage struct {
	mu       sync.Mutex
	away     bool
	back     time.Time // when it was back
	first    time.Time // the first success after that
	refused  int
	slowest  time.Duration
	problems []string
}

// watch looks at an attempt of a writer: it ends in a success or in a 503 that
// says when to come again, and it does not hang.
func (o *outage) watch(r *reply, err error, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.slowest = max(o.slowest, took)
	switch {
	case err != nil:
		o.problems = append(o.problems, err.Error())
	case r.status == http.StatusServiceUnavailable:
		o.refused++
		if r.header.Get("Retry-After") == "" || r.problem() != "DatabaseUnavailable" && r.problem() != "Busy" || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
			o.problems = append(o.problems, "a 503 without Retry-After or not as a problem document: "+r.short())
		}
	case r.status >= 500:
		o.problems = append(o.problems, r.short())
	case r.status < 300 && !o.away && o.first.IsZero():
		o.first = time.Now()
	}
}

func (o *outage) goes() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away, o.first = true, time.Time{}
}

func (o *outage) returns() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away, o.back = false, time.Now()
}

// recovered is how long the first success took after the database was back.
func (o *outage) recovered() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.first.IsZero() {
		return time.Hour
	}
	return o.first.Sub(o.back)
}

// The database server is killed and started again, and hangs and goes on,
// while eight clients write. The outage costs time, not data, and Stint needs
// no restart.
func TestDatabaseOutage(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.PostgreSQL) {
		return
	}
	pg := startCluster(t)
	p := serve(t, options{database: pg.address(), args: []string{"--statement-timeout", "2s"}})
	f := p.first()
	c, led := newCaller(t, p.url, f), newLedger(t)
	watcher := &outage{}
	writers := newWriters(t, 8, c, led, f.project)
	until := make(chan struct{})
	var wg sync.WaitGroup
	for _, w := range writers {
		w.seen = watcher.watch
		wg.Go(func() { w.persist(until) })
	}
	finish := sync.OnceFunc(func() { close(until); wg.Wait() })
	t.Cleanup(finish)
	rounds := testdb.Scale(1, 4, 20)
	var slowest time.Duration
	for range rounds {
		for _, kind := range []string{"killed", "paused"} {
			time.Sleep(500 * time.Millisecond)
			slowest = max(slowest, interrupt(t, pg, p, watcher, kind))
		}
	}
	finish()
	writes := led.compare(t, c, pg.address(), nil)
	check(t, pg.address(), f.tenant)
	for i, s := range watcher.problems {
		if i < 5 {
			t.Errorf("a request ended otherwise than in success or 503: %s", s)
		}
	}
	// 2 s for a statement, 5 s to connect, and again for a second transaction; the rest is for a busy machine.
	if watcher.slowest > 25*time.Second {
		t.Errorf("a request took %s while the database was away", watcher.slowest)
	}
	t.Logf("%d kills and %d pauses of PostgreSQL, %d acknowledged writes, 0 lost, %d attempts refused; first success after %s, slowest answer after %s",
		rounds, rounds, writes, watcher.refused, slowest.Round(time.Millisecond), watcher.slowest.Round(time.Millisecond))
}

// interrupt takes the database away for a while and gives how long the first success took after.
func interrupt(t *testing.T, pg *cluster, p *process, watcher *outage, kind string) time.Duration {
	t.Helper()
	watcher.goes()
	if kind == "killed" {
		pg.kill()
	} else {
		pg.pause()
	}
	if got := ready(p.url); got != http.StatusServiceUnavailable {
		t.Errorf("readiness answers %d while the database is %s, want 503", got, kind)
	}
	before := watcher.count()
	eventually(20*time.Second, func() bool { return watcher.count() >= before+8 })
	if watcher.count() == before {
		t.Errorf("no request was refused while the database was %s", kind)
	}
	if kind == "killed" {
		pg.start()
	} else {
		pg.goOn()
	}
	watcher.returns()
	eventually(30*time.Second, func() bool { return watcher.recovered() < time.Hour })
	took := watcher.recovered()
	if took > 5*time.Second {
		t.Errorf("the first success came %s after the database had been %s was back, want at most 5 s", took, kind)
	}
	if got := ready(p.url); got != http.StatusOK {
		t.Errorf("readiness answers %d after the database was %s, want 200", got, kind)
	}
	return took
}

func (o *outage) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.refused
}
