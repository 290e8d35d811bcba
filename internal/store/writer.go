package store

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// writer is the one goroutine that writes. Requests that arrive while it waits
// for the disk are committed together by the next fsync.
type writer struct {
	conn         *sqliteConn
	path         string
	jobs         chan *job
	stop         chan struct{}
	done         chan struct{}
	checkpoint   chan struct{}
	wg           sync.WaitGroup
	once         sync.Once
	commits      atomic.Int64
	transactions atomic.Int64
	walPages     func() int64
	careful      int           // batches to go
	limit        time.Duration // of a statement
}

type job struct {
	ctx  context.Context
	fn   func(session) error
	err  error
	done chan struct{}
	// ended is why a statement of it was ended: it is not run again.
	ended error
}

func newWriter(conn *sqliteConn, path string, limit time.Duration) *writer {
	w := &writer{conn: conn, path: path, limit: limit, jobs: make(chan *job, 4*batchLimit), stop: make(chan struct{}), done: make(chan struct{}),
		checkpoint: make(chan struct{}, 1)}
	w.walPages = func() int64 {
		fi, err := os.Stat(path + "-wal")
		if err != nil {
			return 0
		}
		return fi.Size() / 4096
	}
	w.wg.Add(1)
	go w.checkpoints()
	go w.run()
	return w
}

func (w *writer) submit(ctx context.Context, fn func(session) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case <-w.stop:
		return errClosing
	default:
	}
	select {
	case w.jobs <- j:
	case <-w.stop:
		return errClosing
	case <-ctx.Done():
		return ctx.Err()
	}
	// From here on the outcome is the writer's: answering early would leave
	// the caller not knowing whether it was written.
	select {
	case <-j.done:
	case <-w.done:
		// The writer ended; it may have answered this job just before.
		select {
		case <-j.done:
		default:
			return errClosing
		}
	}
	return j.err
}

func (w *writer) close() {
	w.once.Do(func() {
		close(w.stop)
		<-w.done
		close(w.checkpoint)
		w.wg.Wait()
		// Leaves one file behind: an operator who copies it has all of it.
		_, _ = w.conn.exec("PRAGMA wal_checkpoint(TRUNCATE)")
		_ = w.conn.close()
	})
}

func (w *writer) run() {
	defer close(w.done)
	batch := make([]*job, 0, batchLimit)
	for {
		batch = batch[:0]
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		case <-w.stop:
			// What was accepted is still done.
			select {
			case j := <-w.jobs:
				batch = append(batch, j)
			default:
				return
			}
		}
	fill:
		for len(batch) < batchLimit {
			select {
			case j := <-w.jobs:
				batch = append(batch, j)
			default:
				break fill
			}
		}
		w.commit(batch)
		for _, j := range batch {
			close(j.done)
		}
		w.keepLogShort()
	}
}

// commit runs the jobs in one transaction and commits them together. No job
// learns of success before the fsync. As a rule all jobs succeed, so they first
// run without a savepoint each, which costs a copy of every page they change.
// When one fails, all are run again, each under a savepoint of its own.
func (w *writer) commit(batch []*job) {
	wrote, err := false, w.command("BEGIN IMMEDIATE")
	if err == nil && w.careful == 0 {
		if wrote = w.together(batch); !wrote {
			w.careful = carefulBatches
			_ = w.command("ROLLBACK") // after a full disk SQLite has done so already
			err = w.command("BEGIN IMMEDIATE")
		}
	}
	if err == nil && !wrote {
		w.careful--
		wrote, err = w.apart(batch)
	}
	if err == nil && wrote {
		err = w.command("COMMIT")
	}
	if err != nil || !wrote {
		for _, j := range batch {
			// Those that were refused too: perhaps for what another one wrote, and that is gone.
			if err != nil {
				j.err = err
			}
		}
		_ = w.command("ROLLBACK")
		return
	}
	w.commits.Add(1)
	w.transactions.Add(int64(len(batch)))
}

// carefulBatches is for how many batches each job gets its savepoint at once
// after one has failed: where requests fail often, they should not all run twice.
const carefulBatches = 16

// together answers whether all jobs succeeded.
func (w *writer) together(batch []*job) bool {
	for _, j := range batch {
		if w.do(j) != nil {
			return false
		}
	}
	return true
}

// apart keeps what the jobs that succeed write. wrote tells whether there is one.
func (w *writer) apart(batch []*job) (wrote bool, err error) {
	for _, j := range batch {
		if err := w.command("SAVEPOINT job"); err != nil {
			return false, err
		}
		if j.err = w.do(j); j.err != nil {
			if j.ended != nil && !w.conn.inTransaction() {
				// A statement was ended that wrote, and with it all before: the others write again.
				if err := w.command("BEGIN IMMEDIATE"); err != nil {
					return false, err
				}
				return w.apart(batch)
			}
			// After a full disk SQLite has already rolled everything back.
			if err := w.command("ROLLBACK TO job"); err != nil {
				return false, j.err
			}
		} else {
			wrote = true
		}
		if err := w.command("RELEASE job"); err != nil {
			return false, err
		}
	}
	return wrote, nil
}

// do runs one job, but for one of which a statement was ended before.
func (w *writer) do(j *job) error {
	if j.ended != nil {
		return j.ended
	}
	if err := j.ctx.Err(); err != nil {
		return err
	}
	ses := &sqliteWriter{w: w}
	w.conn.watch = sqliteWatch{ctx: j.ctx, limit: w.limit}
	err := guarded(func() error { return j.fn(ses) })
	j.ended = w.conn.watch.ended
	w.conn.watch = sqliteWatch{}
	switch {
	case j.ended != nil:
		return j.ended // whatever the job makes of it
	case err != nil:
		return err
	}
	return ses.failed
}

// guarded turns a panic into an error: one request must not stop the writer.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			buf := make([]byte, 8<<10)
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, buf[:runtime.Stack(buf, false)])
		}
	}()
	return fn()
}

func (w *writer) command(text string) error {
	_, err := w.conn.exec(text)
	return err
}

// keepLogShort asks for a checkpoint beside the writer, and finishes one
// itself when the log has grown long: only a pause lets the log start again from its beginning.
func (w *writer) keepLogShort() {
	if w.commits.Load()%64 != 0 {
		return
	}
	pages := w.walPages()
	if pages < checkpointPages {
		return
	}
	if pages >= writerPages {
		_ = w.runCheckpoint(w.conn)
		return
	}
	select {
	case w.checkpoint <- struct{}{}:
	default:
	}
}

func (w *writer) runCheckpoint(c *sqliteConn) error {
	_, err := c.exec("PRAGMA wal_checkpoint(PASSIVE)")
	return err
}

func (w *writer) checkpoints() {
	defer w.wg.Done()
	c, err := openSQLiteConn(w.path, false)
	if err != nil {
		return
	}
	defer func() { _ = c.close() }()
	for range w.checkpoint {
		_ = w.runCheckpoint(c)
		time.Sleep(20 * time.Millisecond)
	}
}

// sqliteWriter is the session of one job. A statement that fails ends it, also
// when the job does not look: after a full disk SQLite has taken back everything,
// and what came later would stand alone.
type sqliteWriter struct {
	w      *writer
	failed error
}

func (s *sqliteWriter) query(text string, args []any, each func(scan) error) error {
	if s.failed == nil {
		s.failed = s.w.conn.query(text, args, each)
	}
	return s.failed
}

func (s *sqliteWriter) one(text string, args []any, each func(scan) error) error {
	return s.query(text, args, each)
}

func (s *sqliteWriter) exec(text string, args []any) (n int64, err error) {
	if s.failed == nil {
		n, s.failed = s.w.conn.exec(text, args...)
	}
	return n, s.failed
}

func (s *sqliteWriter) queue(st statement) {
	switch {
	case s.failed != nil:
	case st.each != nil:
		s.failed = s.w.conn.query(st.sql, st.args, st.each)
	default:
		n, err := s.w.conn.exec(st.sql, st.args...)
		s.failed = st.settle(n, err)
	}
}

func (s *sqliteWriter) send() error { return s.failed }

// attempt is 0: there is one writer, so no race is ever lost.
func (s *sqliteWriter) attempt() int { return 0 }
