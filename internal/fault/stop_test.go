package fault

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"stint/internal/store"
	"stint/internal/testdb"
)

// Asked to stop while requests are in flight, the server answers all it has
// taken, writes no more than it answered, and leaves one whole file behind.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		t.Parallel()
		for range testdb.Scale(1, 5, 20) {
			gracefulStop(t, testdb.Address(t, engine))
		}
	})
}

func gracefulStop(t *testing.T, address string) {
	t.Helper()
	const inFlight, stopTimeout = 64, 15 * time.Second
	p := serve(t, options{database: address, args: []string{"--stop-delay", "300ms", "--stop-timeout", stopTimeout.String()}})
	f := p.first()
	body := func(key string) string {
		return toJSON(map[string]any{"projectId": f.project, "date": "2023-10-05", "durationSeconds": 60, "externalKey": key})
	}

	// These have begun when the stop comes: all but the end of the body is sent.
	begun := make([]net.Conn, inFlight)
	for i := range begun {
		begun[i] = begin(t, p.url, f, body(fmt.Sprint("begun-", i)))
	}
	// And these go on sending new ones until nobody takes them.
	var written sync.Map
	var wg sync.WaitGroup
	for i := range inFlight {
		wg.Go(func() {
			untilClosed(t, p.url, f, &written, func(n int) (string, string) { k := fmt.Sprintf("new-%d-%d", i, n); return k, body(k) })
		})
	}
	time.Sleep(100 * time.Millisecond)
	asked := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if !eventually(stopTimeout, func() bool { got := ready(p.url); return got == http.StatusServiceUnavailable || got == 0 }) {
		t.Error("readiness goes on answering that all is well while the server stops")
	}
	time.Sleep(500 * time.Millisecond) // the delay is over: no new connections any more
	for i, conn := range begun {
		if status, err := end(conn, body(fmt.Sprint("begun-", i))); err != nil || status != http.StatusCreated {
			t.Errorf("a request that had begun before the stop was answered %d, %v", status, err)
		} else {
			written.Store(fmt.Sprint("begun-", i), true)
		}
	}
	if code := p.exit(stopTimeout + 5*time.Second); code != 0 {
		t.Errorf("the server ended with %d: %s", code, tail(read(p.log), 3))
	}
	took := time.Since(asked)
	wg.Wait()
	if !store.IsPostgres(address) {
		address = alone(t, address)
	}
	answered := 0
	written.Range(func(any, any) bool { answered++; return true })
	conn := look(t, address, f.tenant)
	there := texts(t, conn, `SELECT external_key FROM time_entries WHERE tenant_id = $1 AND external_key IS NOT NULL`, f.tenant)
	for _, key := range there {
		if _, ok := written.Load(key); !ok {
			t.Errorf("%s was written and never answered", key)
		}
	}
	if len(there) != answered {
		t.Errorf("%d requests were answered 201 and %d are written", answered, len(there))
	}
	check(t, address, f.tenant)
	t.Logf("stopped in %s; %d requests answered and written", took.Round(time.Millisecond), answered)
}

// begin opens a connection and sends a request but for the last byte of its body.
func begin(t *testing.T, url string, f first, body string) net.Conn {
	t.Helper()
	conn := dial(t, url)
	_, err := fmt.Fprintf(conn, "POST /api/v1/time-entries HTTP/1.1\r\nHost: stint\r\nAuthorization: Bearer %s\r\ntenant-id: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		f.token, f.tenant, len(body), body[:len(body)-1])
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// end sends the last byte and reads the answer.
func end(conn net.Conn, body string) (int, error) {
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := conn.Write([]byte(body[len(body)-1:])); err != nil {
		return 0, err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// untilClosed sends requests, each on a connection of its own, until the server takes none any more.
func untilClosed(t *testing.T, url string, f first, written *sync.Map, next func(n int) (key, body string)) {
	t.Helper()
	c := &caller{url: url, token: f.token, tenant: f.tenant, http: &http.Client{Timeout: requestLimit, Transport: &http.Transport{DisableKeepAlives: true}}}
	for n := range 100_000 {
		key, body := next(n)
		r, err := c.send("POST", "time-entries", body)
		switch {
		case err == nil && r.status == http.StatusCreated:
			written.Store(key, true)
		case err == nil:
			t.Errorf("a request was answered %d while stopping: %s", r.status, r.short())
		case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF):
			return // not taken; that it was not written is checked at the end
		default:
			t.Errorf("a request failed while stopping: %v", err)
			return
		}
	}
}

// alone copies the database's main file, and nothing beside it, to another place.
func alone(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "alone.db")
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}
