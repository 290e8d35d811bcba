package fault

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a running `stint serve`.
type process struct {
	t        *testing.T
	cmd      *exec.Cmd
	url      string
	readyIn  time.Duration
	out, log string // the files of its stdout and stderr
	ended    chan struct{}
	err      error
	kill     sync.Once
}

// options of a start.
type options struct {
	database string
	args     []string
	// within is a command that runs the program, such as nsenter.
	within []string
}

// startLimit is when a start has failed; it should take far less.
const startLimit = 30 * time.Second

// serve starts the program on a port of its own and waits until it is ready.
func serve(t *testing.T, o options) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := &process{t: t, out: filepath.Join(dir, "out"), log: filepath.Join(dir, "log"), ended: make(chan struct{})}
	argv := append(append(append([]string{}, o.within...), path, "serve", "--addr", "127.0.0.1:0", "--database", o.database, "--connections", "8"), o.args...)
	p.cmd = exec.CommandContext(context.Background(), argv[0], argv[1:]...)
	p.cmd.Env = environment()
	p.cmd.Stdout, p.cmd.Stderr = create(t, p.out), create(t, p.log)
	begin := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		_ = p.cmd.Stdout.(*os.File).Close()
		_ = p.cmd.Stderr.(*os.File).Close()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill9()
		if t.Failed() {
			t.Logf("the last lines of the server's log:\n%s", tail(read(p.log), 8))
		}
	})
	p.waitReady(begin)
	return p
}

// environment is ours without settings of Stint.
func environment() (out []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "STINT_") {
			out = append(out, v)
		}
	}
	return out
}

func create(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func read(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

var listening = regexp.MustCompile(`listening on (http://[0-9.:]+)`)

func (p *process) waitReady(begin time.Time) {
	p.t.Helper()
	for end := begin.Add(startLimit); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.ended:
			p.t.Fatalf("the server did not start: %v", p.err)
		default:
		}
		if p.url == "" {
			if m := listening.FindStringSubmatch(read(p.log)); m != nil {
				p.url = m[1]
			}
			continue
		}
		if ready(p.url) == http.StatusOK {
			p.readyIn = time.Since(begin)
			return
		}
	}
	p.t.Fatalf("the server was not ready within %s", startLimit)
}

// ready is the status of the readiness probe; 0 without an answer.
func ready(url string) int {
	c := caller{url: url, http: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
	r, err := c.send("GET", "health/ready", "")
	if err != nil {
		return 0
	}
	return r.status
}

// kill9 ends the process as a crash does, and waits until it is gone.
func (p *process) kill9() {
	p.kill.Do(func() { _ = p.cmd.Process.Kill() })
	<-p.ended
}

// stop asks the process to end and gives its exit code; it is killed after the limit.
func (p *process) stop(limit time.Duration) int {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	return p.exit(limit)
}

// exit waits for the end of a process that was asked to.
func (p *process) exit(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Errorf("the server did not end within %s of being asked to", limit)
		p.kill9()
	}
	if failed, ok := errors.AsType[*exec.ExitError](p.err); ok {
		return failed.ExitCode()
	}
	return 0
}

// first is what the first start printed.
type first struct{ token, tenant, project, billable string }

func (p *process) first() first {
	p.t.Helper()
	out := read(p.out)
	word := func(pattern string) string {
		m := regexp.MustCompile(pattern).FindString(out)
		if m == "" {
			p.t.Fatalf("the first start printed no %s", pattern)
		}
		return m
	}
	return first{word(`stint_pat_\w+`), word(`tnt_\w+`), word(`prj_\w+`), word(`bil_\w+`)}
}

// operate runs an operator's command and gives its stdout.
func operate(t *testing.T, database string, args ...string) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), path, append(args, "--database", database)...)
	cmd.Env = environment()
	var out, failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failed
	if err := cmd.Run(); err != nil {
		t.Fatalf("stint %s: %v: %s", strings.Join(args, " "), err, failed.String())
	}
	return strings.TrimSpace(out.String())
}
