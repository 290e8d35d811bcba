package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stint/internal/config"
)

// serveSlowly serves a handler that answers when it is let go, until stop is called.
func serveSlowly(t *testing.T, c *config.Config) (url string, started, release chan struct{}, stop context.CancelFunc, ended chan error) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started, release, ended = make(chan struct{}, 1), make(chan struct{}), make(chan error, 1)
	h := &gate{next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			started <- struct{}{}
			select {
			case <-release:
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			}
		}
		_, _ = io.WriteString(w, "done")
	})}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go func() { ended <- serveUntil(ctx, l, h, c, slog.New(slog.DiscardHandler)) }()
	return "http://" + l.Addr().String(), started, release, stop, ended
}

func get(url string) (int, string, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

// TestStopFinishesWhatRuns: readiness turns red first, requests are still
// taken for a while, and one that runs gets its answer.
func TestStopFinishesWhatRuns(t *testing.T) {
	url, started, release, stop, ended := serveSlowly(t, &config.Config{StopDelay: 300 * time.Millisecond, StopTimeout: 20 * time.Second})
	if status, _, err := get(url + "/api/v1/health/ready"); status != 200 || err != nil {
		t.Fatal(status, err)
	}
	answer := make(chan string, 1)
	go func() {
		_, body, err := get(url + "/slow")
		answer <- body
		if err != nil {
			t.Error(err)
		}
	}()
	<-started
	stop()
	for status := 0; status != 503; {
		var body string
		var err error
		if status, body, err = get(url + "/api/v1/health/ready"); err != nil {
			t.Fatal("readiness did not turn red:", err)
		}
		if status == 503 && !strings.HasPrefix(body, `{"name":"stint","version":"`) || status == 503 && !strings.Contains(body, `"status":"down"}`) {
			t.Error(body)
		}
	}
	if status, _, err := get(url + "/other"); status != 200 || err != nil {
		t.Error("while readiness is red, a request is refused:", status, err)
	}
	for {
		if _, _, err := get(url + "/other"); err != nil {
			break // the listener is closed
		}
		time.Sleep(10 * time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatal("it did not wait for the request that runs:", err)
	default:
	}
	close(release)
	if body := <-answer; body != "done" {
		t.Errorf("the answer is %q", body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestStopIsBounded(t *testing.T) {
	url, started, _, stop, ended := serveSlowly(t, &config.Config{StopTimeout: 100 * time.Millisecond})
	cut := make(chan error, 1)
	go func() {
		_, _, err := get(url + "/slow")
		cut <- err
	}()
	<-started
	stop()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "--stop-timeout") {
		t.Error(err)
	}
	if err := <-cut; err == nil {
		t.Error("the request that never ends got an answer")
	}
}

// TestSIGTERM ends a real process.
func TestSIGTERM(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Under this name, the test's program is the program itself (see TestMain).
	stint := filepath.Join(dir, "stint")
	if err := os.Symlink(self, stint); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), stint, "serve", "--addr", "127.0.0.1:0", "--database", filepath.Join(dir, "stint.db"), "--stop-delay", "0s")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		all.Write(append(lines.Bytes(), '\n'))
		if strings.Contains(lines.Text(), "listening on") {
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(all.String(), `"msg":"stopped"`) {
		t.Errorf("%v\n%s", err, all.String())
	}
}
