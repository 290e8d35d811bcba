//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// builds are the programs that are started: stint, and this one for its children.
type builds struct{ self, stint string }

func (b *builds) build(ctx context.Context) (err error) {
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.stint, "./cmd/stint")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./cmd/stint: %w\n%s", err, out)
	}
	return nil
}

// process is a running server.
type process struct {
	cmd  *exec.Cmd
	addr string
	// pprof is where a profiled server gives its profiles.
	pprof string
	// readyAfter is from the start to the first answer that says ready.
	readyAfter time.Duration
}

// stint starts the server under test on a database.
func (b *builds) serve(ctx context.Context, database string, profiled bool) (*process, error) {
	if profiled {
		return start(ctx, b.self, "profiled", database)
	}
	return start(ctx, b.stint, "serve", "--database", database, "--stop-delay", "0s", "--addr")
}

// limit starts the server that stores nothing.
func (b *builds) limit(ctx context.Context) (*process, error) { return start(ctx, b.self, "limit") }

// start runs a server with its address as the last argument and waits until it is ready.
func start(ctx context.Context, program string, args ...string) (*process, error) {
	p := &process{}
	var err error
	if p.addr, err = freeAddress(); err != nil {
		return nil, err
	}
	if args[0] == "profiled" {
		if p.pprof, err = freeAddress(); err != nil {
			return nil, err
		}
		args = append(args, p.pprof)
	}
	p.cmd = exec.CommandContext(ctx, program, append(args, p.addr)...) // #nosec G204 -- our own programs
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	// No Stderr: it logs into /dev/null, where a line costs a call and no more.
	p.cmd.WaitDelay = 20 * time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if err := p.untilReady(began); err != nil {
		return nil, errors.Join(fmt.Errorf("it does not start; run it by hand to see why: %s: %w", p.cmd, err), p.stop())
	}
	return p, nil
}

func (p *process) untilReady(began time.Time) error {
	client := http.Client{Timeout: 5 * time.Second}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+p.addr+"/api/v1/health/ready", http.NoBody)
	if err != nil {
		return err
	}
	for time.Since(began) < 30*time.Second {
		if err := p.cmd.Process.Signal(syscall.Signal(0)); err != nil {
			return err
		}
		res, err := client.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				p.readyAfter = time.Since(began)
				return nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("not ready within 30 s")
}

func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	err := p.cmd.Wait()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return fmt.Errorf("a server ended with %w", err)
	}
	return nil
}

func freeAddress() (string, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// memory is what the process has in RAM, in bytes, and the most there has been
// since resetPeak.
func (p *process) memory() (now, peak int64, err error) {
	b, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			now = kb << 10
		case "VmHWM":
			peak = kb << 10
		}
	}
	return now, peak, nil
}

func (p *process) resetPeak() error { return os.WriteFile(p.proc("clear_refs"), []byte("5"), 0o600) }

func (p *process) proc(file string) string {
	return "/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/" + file
}

// tick is the unit of processor time in /proc: USER_HZ, 100 on Linux.
const tick = 10 * time.Millisecond

// processorTime is what the process has used.
func processorTime(proc string) (time.Duration, error) {
	b, err := os.ReadFile(proc) // #nosec G304 -- /proc
	if err != nil {
		return 0, err
	}
	// After the name, which may hold anything, in brackets: state is the 3rd field, utime the 14th, stime the 15th.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}
