package fault

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stint/internal/testdb"
)

// slowLimit is when the server must have ended every slow connection: its
// longest timeout is 30 s; the rest is for a busy machine.
const slowLimit = 60 * time.Second

// slow is a kind of client that keeps a connection without getting on.
type slow struct {
	name string
	// head is sent at once, then one letter at a time for ever.
	head func(f first) string
	// within is when the server must have ended it.
	within time.Duration
}

const hostLine = " HTTP/1.1\r\nHost: stint\r\n"

func withToken(f first) string {
	return "Authorization: Bearer " + f.token + "\r\ntenant-id: " + f.tenant + "\r\n"
}

var slowClients = []slow{
	{"headers", func(first) string { return "GET /api/v1/clients" + hostLine + "X-Slow: " }, 15 * time.Second},
	{"silence", func(first) string { return "" }, 15 * time.Second},
	{"body", func(f first) string {
		return "POST /api/v1/clients" + hostLine + withToken(f) + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
	}, slowLimit},
	{"chunked body", func(f first) string {
		return "POST /api/v1/clients" + hostLine + withToken(f) + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n"
	}, slowLimit},
	{"body without a token", func(first) string {
		return "POST /api/v1/clients" + hostLine + "Content-Length: 100000\r\n\r\n"
	}, slowLimit},
	{"body that nobody asked for", func(f first) string {
		return "GET /api/v1/clients" + hostLine + withToken(f) + "Content-Length: 100000\r\n\r\n"
	}, slowLimit},
	{"body to no route", func(first) string { return "POST /nowhere" + hostLine + "Content-Length: 100000\r\n\r\n" }, slowLimit},
}

// Clients that send byte by byte, or never read what they asked for, are ended,
// and the others are served meanwhile.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	p := serve(t, options{database: testdb.Address(t, testdb.Engines()[0])})
	f := p.first()
	c := newCaller(t, p.url, f)
	fill(t, c, f.project, 8000)
	quiet := honest(t, c, f, 100, nil)
	before := connections(t, p)
	stop, cut := make(chan struct{}), make(chan struct{})
	var busy []time.Duration
	var beside, all sync.WaitGroup
	beside.Go(func() { busy = honest(t, c, f, 1_000_000, stop) })
	for i := range testdb.Scale(50, 200, 1000) {
		all.Go(func() {
			if kind := i % (len(slowClients) + 2); kind < len(slowClients) {
				trickle(t, p.url, f, slowClients[kind])
			} else {
				neverRead(t, p.url, f, kind == len(slowClients), cut)
			}
		})
	}
	time.Sleep(time.Second) // until all are there
	waitForConnections(t, p, before)
	close(cut)
	all.Wait()
	close(stop)
	beside.Wait()
	t.Logf("an honest client's slowest answers of 100: %s alone, %s beside slow clients (%d requests)", p99(quiet), p99(busy), len(busy))
	if worst := p99(busy); worst > 2*time.Second {
		t.Errorf("beside slow clients the 99th percentile of an honest one is %s", worst)
	}
}

// waitForConnections waits until the server has given up all connections but so many.
func waitForConnections(t *testing.T, p *process, want int) {
	t.Helper()
	if !eventually(slowLimit, func() bool { return connections(t, p) <= want }) {
		t.Errorf("after %s the server still holds %d connections, without the slow clients it held %d", slowLimit, connections(t, p), want)
	}
}

// trickle sends a byte now and then until the server ends the connection.
func trickle(t *testing.T, url string, f first, s slow) {
	t.Helper()
	conn := dial(t, url)
	begin := time.Now()
	_, _ = conn.Write([]byte(s.head(f)))
	ended := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, conn); close(ended) }()
	pulse := time.NewTicker(200 * time.Millisecond)
	defer pulse.Stop()
	for time.Since(begin) < s.within {
		select {
		case <-ended:
			return
		case <-pulse.C:
			if s.head(f) != "" {
				if _, err := conn.Write([]byte("x")); err != nil {
					return
				}
			}
		}
	}
	t.Errorf("a client that sends its %s byte by byte is still connected after %s", s.name, s.within)
	_ = conn.Close()
	<-ended
}

// neverRead asks for much and reads nothing. When it reads at last, the
// connection has been cut: it gets the beginning only.
func neverRead(t *testing.T, url string, f first, stream bool, cut <-chan struct{}) {
	t.Helper()
	conn := dial(t, url)
	_ = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	request := "GET /api/v1/time-entries" + hostLine + withToken(f) + "\r\n"
	if !stream { // many whole answers instead of one long one
		request = strings.Repeat("GET /api/v1/time-entries?limit=900"+hostLine+withToken(f)+"\r\n", 20)
	}
	go func() { _, _ = conn.Write([]byte(request)) }()
	<-cut
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	got, err := io.ReadAll(conn)
	if e, ok := err.(net.Error); ok && e.Timeout() { //nolint:errorlint // the connection answers it unwrapped
		t.Errorf("a client that reads nothing is still connected (one stream: %v)", stream)
	}
	whole := 0
	for r := bufio.NewReader(bytes.NewReader(got)); ; whole++ {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			break
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			break
		}
	}
	if stream && whole > 0 || whole >= 20 {
		t.Errorf("a client that read nothing for long got all of its answers after that (%d bytes)", len(got))
	}
}

func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// honest reads and writes n times, or until stop, and gives how long each took.
func honest(t *testing.T, c *caller, f first, n int, stop <-chan struct{}) (took []time.Duration) {
	t.Helper()
	body := toJSON(map[string]any{"projectId": f.project, "date": "2023-10-05", "durationSeconds": 60})
	for i := range n {
		select {
		case <-stop:
			return took
		case <-time.After(5 * time.Millisecond):
		}
		begin := time.Now()
		var r *reply
		var err error
		if i%2 == 0 {
			r, err = c.send("GET", "time-entries?limit=20", "")
		} else {
			r, err = c.send("POST", "time-entries", body)
		}
		if err != nil || r.status > 201 {
			t.Errorf("an honest client's request failed: %s", r.failure(err))
			return took
		}
		took = append(took, time.Since(begin))
	}
	return took
}

func p99(took []time.Duration) time.Duration {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)*99/100].Round(10 * time.Microsecond)
}

// connections counts the server's, the listening one included.
func connections(t *testing.T, p *process) (n int) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if to, err := os.Readlink(dir + "/" + e.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}
