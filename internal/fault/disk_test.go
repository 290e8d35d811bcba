package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"stint/internal/testdb"
)

// disk is a small file system in a mount namespace of its own: it goes away
// with the process that holds it, whatever happens to the test.
type disk struct {
	holder  *exec.Cmd
	dir     string // as seen within
	outside string // the same, as seen by the test
	user    bool   // in a user namespace too, because the test is not root
}

// newDisk mounts one of some MiB; nil when this machine does not allow it.
func newDisk(t *testing.T, mib int) *disk {
	t.Helper()
	d := &disk{dir: t.TempDir(), user: os.Geteuid() != 0}
	args := []string{"--mount", "--propagation", "private"}
	if d.user {
		args = append(args, "--user", "--map-root-user")
	}
	d.holder = exec.CommandContext(context.Background(), "unshare", append(args, "sh", "-c", `mount -t tmpfs -o size=`+strconv.Itoa(mib)+`m,mode=0700 tmpfs "$0" && touch "$0/mounted" && exec sleep 3600`, d.dir)...)
	var failed strings.Builder
	d.holder.Stderr = &failed
	ended := make(chan struct{})
	if err := d.holder.Start(); err != nil {
		return d.impossible(t, err.Error())
	}
	go func() { _ = d.holder.Wait(); close(ended) }()
	t.Cleanup(func() { _ = d.holder.Process.Kill(); <-ended })
	d.outside = fmt.Sprintf("/proc/%d/root%s", d.holder.Process.Pid, d.dir)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		select {
		case <-ended:
			return d.impossible(t, failed.String())
		default:
		}
		if _, err := os.Stat(filepath.Join(d.outside, "mounted")); err == nil {
			return d
		}
	}
	return d.impossible(t, "the mount took too long")
}

// impossible says so; in CI, where everything has to be tested, it is a failure.
func (d *disk) impossible(t *testing.T, why string) *disk {
	t.Helper()
	t.Logf("NOT TESTED, a small file system cannot be mounted here: %s", strings.TrimSpace(why))
	if os.Getenv("CI") == "true" {
		t.Fail()
	}
	return nil
}

// within is the command that runs another one where the disk is.
func (d *disk) within() []string {
	args := []string{"nsenter", "--target", strconv.Itoa(d.holder.Process.Pid), "--mount"}
	if d.user {
		args = append(args, "--user", "--preserve-credentials")
	}
	return append(args, "--")
}

// take fills the disk but for a little, give frees it again.
func (d *disk) take(t *testing.T) {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(d.outside, &st); err != nil {
		t.Fatal(err)
	}
	const left = 256 << 10
	n := max(0, int(st.Bavail)*int(st.Bsize)-left)
	// The writers may have been faster, and then it is full as well.
	if err := os.WriteFile(filepath.Join(d.outside, "filler"), make([]byte, n), 0o600); err != nil && !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
}

func (d *disk) give(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(d.outside, "filler")); err != nil {
		t.Fatal(err)
	}
}

// copy copies the database to where the test can open it: SQLite follows the
// way into the namespace to its end, and finds nothing there. The log is copied
// before and after, so that the two files fit each other.
func (d *disk) copy(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stint.db")
	for range 50 {
		wal := read(filepath.Join(d.outside, "stint.db-wal"))
		main := read(filepath.Join(d.outside, "stint.db"))
		if wal != read(filepath.Join(d.outside, "stint.db-wal")) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		for to, b := range map[string]string{path: main, path + "-wal": wal} {
			if err := os.WriteFile(to, []byte(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	t.Fatal("the database's log does not come to rest")
	return ""
}

// full counts what the writers get.
type full struct{ refused, written atomic.Int64 }

func (s *full) watch(t *testing.T) func(*reply, error, time.Duration) {
	t.Helper()
	return func(r *reply, err error, took time.Duration) {
		switch {
		case err != nil:
			t.Errorf("a request on a full disk got no answer: %v", err)
		case r.status == http.StatusServiceUnavailable:
			s.refused.Add(1)
			if r.problem() != "StorageFull" || !strings.Contains(string(r.body), `"detail"`) {
				t.Errorf("a request on a full disk got %s, want StorageFull", r.short())
			}
		case r.status < 300:
			s.written.Add(1)
		}
		if took > 20*time.Second {
			t.Errorf("a request on a full disk took %s", took)
		}
	}
}

// waitFor waits until a count has grown by n.
func waitFor(t *testing.T, what string, count *atomic.Int64, n int64) {
	t.Helper()
	from := count.Load()
	if !eventually(time.Minute, func() bool { return count.Load() >= from+n }) {
		t.Fatalf("%s: %d of %d within a minute", what, count.Load()-from, n)
	}
}

// The disk under SQLite becomes full while eight clients write: writes are
// refused and say why, reads go on, what was acknowledged stays. When there is
// room again writes go on, without a restart; so they do after a kill meanwhile.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.SQLite) {
		return
	}
	d := newDisk(t, 96)
	if d == nil {
		return
	}
	start := options{database: filepath.Join(d.dir, "stint.db"), within: d.within()}
	p := serve(t, start)
	f := p.first()
	c, led := newCaller(t, p.url, f), newLedger(t)
	writers := newWriters(t, 8, c, led, f.project)
	for range testdb.Scale(1, 3, 10) {
		fullAndRoom(t, d, p, writers)
		p = killedWhenFull(t, d, p, start, writers)
	}
	writes := led.compare(t, c, d.copy(t), nil)
	if code := p.stop(startLimit); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
	check(t, d.copy(t), f.tenant)
	t.Logf("%d acknowledged writes, 0 lost", writes)
}

// fullAndRoom fills the disk while the writers write, and makes room again.
func fullAndRoom(t *testing.T, d *disk, p *process, writers []*writer) {
	t.Helper()
	counts := &full{}
	until := make(chan struct{})
	var wg sync.WaitGroup
	finish := sync.OnceFunc(func() { close(until); wg.Wait() })
	defer finish()
	for _, w := range writers {
		w.seen = counts.watch(t)
		wg.Go(func() { w.persist(until) })
	}
	waitFor(t, "writes before the disk is full", &counts.written, 50)
	d.take(t)
	waitFor(t, "refusals on the full disk", &counts.refused, 100)
	c := writers[0].c
	for range 20 {
		c.must(t, 200, "GET", "time-entries?limit=100", "")
	}
	if got := ready(p.url); got != http.StatusOK {
		t.Errorf("readiness answers %d on a full disk, want 200: reads go on", got)
	}
	d.give(t)
	waitFor(t, "writes when there is room again", &counts.written, 50)
	finish()
	path := d.copy(t)
	writers[0].led.compare(t, c, path, nil)
	check(t, path, c.tenant)
	t.Logf("%d refused on the full disk, %d written before and after", counts.refused.Load(), counts.written.Load())
}

// killedWhenFull fills the disk until each writer is refused, and kills the server then.
func killedWhenFull(t *testing.T, d *disk, p *process, start options, writers []*writer) *process {
	t.Helper()
	d.take(t)
	until := make(chan struct{})
	time.AfterFunc(time.Minute, func() { close(until) })
	var wg sync.WaitGroup
	for _, w := range writers {
		w.seen = nil
		wg.Go(func() { w.write(until) })
	}
	wg.Wait()
	p.kill9()
	d.give(t)
	p = serve(t, start)
	c, path := writers[0].c, d.copy(t)
	*c = *c.at(p.url)
	writers[0].led.compare(t, c, path, doubts(writers))
	for _, w := range writers {
		if w.pending == nil {
			t.Error("a writer was not refused on the full disk within a minute")
			continue
		}
		if w.checkWhole(path) {
			t.Errorf("%s was refused because the disk was full, and is written", w.pending.kind)
		}
		w.settle(30 * time.Second)
	}
	return p
}
