package fault

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a PostgreSQL server of the test's own, in a folder of its own: it
// may be killed. It keeps its port.
type cluster struct {
	t       *testing.T
	dir     string
	port    string
	stopped []int
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: filepath.Join(t.TempDir(), "pg")}
	t.Cleanup(func() {
		c.goOn()
		if out, err := c.script("remove", c.dir); err != nil {
			t.Errorf("the test's PostgreSQL was not removed: %v: %s", err, out)
		}
	})
	c.start()
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, c.server("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	if _, err := admin.Exec(ctx, "CREATE DATABASE stint"); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cluster) script(args ...string) (string, error) {
	out, err := exec.CommandContext(context.Background(), filepath.Join("..", "..", "scripts", "postgres"), args...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// start starts the server, again when it was killed, and waits until it answers.
func (c *cluster) start() {
	c.t.Helper()
	args := []string{"start", c.dir}
	if c.port != "" {
		args = append(args, "-c", "port="+c.port)
	}
	out, err := c.script(args...)
	if err != nil {
		c.t.Fatalf("%v: %s", err, out)
	}
	u, err := url.Parse(out)
	if err != nil {
		c.t.Fatal(err)
	}
	c.port = u.Port()
}

func (c *cluster) server(database string) string {
	return "postgres://stint:stint@127.0.0.1:" + c.port + "/" + database + "?sslmode=disable"
}

// address is that of its database for Stint.
func (c *cluster) address() string { return c.server("stint") }

// processes are the server of this very folder and its children, no others:
// the number in postmaster.pid could by now be somebody else's.
func (c *cluster) processes() []int {
	c.t.Helper()
	root := c.dir
	if moved, err := os.ReadFile(c.dir + ".path"); err == nil {
		root = strings.TrimSpace(string(moved))
	}
	data := filepath.Join(root, "data")
	line, _, _ := strings.Cut(read(filepath.Join(data, "postmaster.pid")), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		c.t.Fatal(err)
	}
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err != nil || cwd != data {
		c.t.Fatalf("process %d works in %q (%v), not in %s", pid, cwd, err, data)
	}
	return append([]int{pid}, children(pid)...)
}

func children(pid int) (out []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		s := read(path) // pid (name) state ppid …; the name may hold anything
		fields := strings.Fields(s[strings.LastIndexByte(s, ')')+1:])
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			out = append(out, child)
		}
	}
	return out
}

// kill ends the server as a crash of its machine does, and waits until it is gone.
func (c *cluster) kill() {
	c.t.Helper()
	pids := c.processes()
	for _, pid := range pids { // the parent first: it would end in order otherwise
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if !eventually(10*time.Second, func() bool { return !slices.ContainsFunc(pids, alive) }) {
		c.t.Fatal("the killed PostgreSQL did not go away")
	}
}

// alive tells whether a process runs; one that only waits to be collected does not.
func alive(pid int) bool {
	s := read(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(s[strings.LastIndexByte(s, ')')+1:])
	return len(fields) > 0 && fields[0] != "Z" && fields[0] != "X"
}

// pause lets the server hang: it keeps its connections and answers nothing.
func (c *cluster) pause() {
	c.t.Helper()
	c.stopped = c.processes()
	for _, pid := range c.stopped {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
	}
}

// goOn ends the pause.
func (c *cluster) goOn() {
	for _, pid := range c.stopped {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
	c.stopped = nil
}
