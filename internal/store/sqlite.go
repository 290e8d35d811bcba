package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	moderncsqlite "modernc.org/sqlite"
)

// How SQLite is run; the figures behind the choices are in docs/dev/decisions.
const (
	// batchLimit bounds how many requests share one fsync.
	batchLimit = 256
	// checkpointPages is when the write-ahead log (4 KiB a page) is copied
	// into the file beside the writer, and writerPages when the writer waits for it.
	checkpointPages = 2_000
	writerPages     = 16_000
)

type sqlite struct {
	readers *sqliteReaders
	w       *writer
	limit   time.Duration // of a statement
}

// sqliteURI names a file in a way that SQLite reads whatever is in its path.
func sqliteURI(path string, readOnly bool) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	if readOnly {
		u.RawQuery = "mode=ro"
	}
	return u.String()
}

// sqlitePragmas are set on each connection.
func sqlitePragmas(readOnly bool) []string {
	p := []string{"busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)", "temp_store(2)"}
	if readOnly {
		return append(p, "query_only(1)", "cache_size(-4096)")
	}
	return append(p, "journal_mode(WAL)", "cache_size(-16384)", "wal_autocheckpoint(0)")
}

// sqliteDSN is the same for database/sql, which migrations use.
func sqliteDSN(path string) string {
	q := url.Values{"_pragma": sqlitePragmas(false), "_txlock": {"immediate"}}
	return sqliteURI(path, false) + "?" + q.Encode()
}

func openSQLite(_ context.Context, path string, o Options) (*sqlite, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("the database file cannot be opened: %w. Run `stint migrate --database %s` to create it", err, path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// As SQLite's own build does on Linux: the data and the size are synced, the
	// file's timestamps are not. Where there is no fdatasync, it stays fsync.
	_, _ = moderncsqlite.Fdatasync(true)
	conn, err := openSQLiteConn(path, false)
	if err != nil {
		return nil, fmt.Errorf("the database file %s cannot be opened: %w. Check that it is a Stint database and that its folder is writable", path, err)
	}
	if err := mustHave(conn, path); err != nil {
		return nil, errors.Join(err, conn.close())
	}
	n := o.Connections
	if n == 0 {
		n = max(4, 2*runtime.GOMAXPROCS(0))
	}
	e := &sqlite{readers: newSQLiteReaders(path, n), limit: o.StatementTimeout}
	if err := e.ping(context.Background()); err != nil {
		return nil, errors.Join(fmt.Errorf("the database file %s cannot be read: %w", path, err), conn.close())
	}
	e.w = newWriter(conn, path, o.StatementTimeout)
	return e, nil
}

// mustHave asks back what the DSN asked for.
func mustHave(conn *sqliteConn, path string) error {
	for pragma, want := range map[string]any{"foreign_keys": int64(1), "synchronous": int64(2), "journal_mode": "wal"} {
		var got any
		err := conn.query("PRAGMA "+pragma, nil, func(scan scan) error { return scan(&got) })
		if err != nil || got != want {
			return errors.Join(fmt.Errorf("SQLite answers %s=%v for %s, %v is needed. The file's system must support write-ahead logs (no network file systems)", pragma, got, path, want), err)
		}
	}
	return nil
}

func (e *sqlite) do(ctx context.Context, _ string, fn func(session) error) error {
	return e.w.submit(ctx, fn)
}

func (e *sqlite) view(ctx context.Context, _ string, fn func(session) error) error {
	c, err := e.readers.take(ctx)
	if err != nil {
		return err
	}
	defer e.readers.give(c)
	r := &sqliteReader{ctx: ctx, conn: c}
	defer r.end()
	c.watch = sqliteWatch{ctx: ctx, limit: e.limit}
	err = fn(r)
	if c.watch.ended != nil {
		return c.watch.ended // whatever fn makes of what it read until then
	}
	return err
}

func (e *sqlite) ping(ctx context.Context) error {
	return e.view(ctx, "", func(s session) error {
		return s.query("PRAGMA schema_version", nil, func(scan) error { return nil })
	})
}

func (e *sqlite) stats() Stats {
	return Stats{Commits: e.w.commits.Load(), Transactions: e.w.transactions.Load(), Connections: int(e.readers.opened.Load()) + 1}
}

func (e *sqlite) close() error {
	e.w.close()
	return e.readers.close()
}

// sqliteReaders are the connections that only read. They are opened when they
// are first needed.
type sqliteReaders struct {
	path   string
	places chan struct{} // one for each connection that may be in use
	mu     sync.Mutex
	// idle are the open ones; the one used last is taken first, for what it has in its caches.
	idle   []*sqliteConn
	opened atomic.Int64
	closed chan struct{}
	once   sync.Once
}

func newSQLiteReaders(path string, n int) *sqliteReaders {
	return &sqliteReaders{path: path, places: make(chan struct{}, n), closed: make(chan struct{})}
}

func (r *sqliteReaders) take(ctx context.Context) (*sqliteConn, error) {
	select {
	case <-r.closed:
		return nil, errClosing
	default:
	}
	select {
	case r.places <- struct{}{}:
	default:
		select {
		case r.places <- struct{}{}:
		case <-r.closed:
			return nil, errClosing
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if c := r.pop(); c != nil {
		return c, nil
	}
	c, err := openSQLiteConn(r.path, true)
	if err != nil {
		<-r.places
		return nil, err
	}
	r.opened.Add(1)
	return c, nil
}

func (r *sqliteReaders) pop() (c *sqliteConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.idle); n > 0 {
		c, r.idle = r.idle[n-1], r.idle[:n-1]
	}
	return c
}

func (r *sqliteReaders) give(c *sqliteConn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	<-r.places
}

// close waits for those that read. Who comes later is refused.
func (r *sqliteReaders) close() error {
	var errs []error
	r.once.Do(func() {
		close(r.closed)
		for range cap(r.places) {
			r.places <- struct{}{}
		}
		for c := r.pop(); c != nil; c = r.pop() {
			errs = append(errs, c.close())
		}
	})
	return errors.Join(errs...)
}

type sqliteReader struct {
	ctx    context.Context
	conn   *sqliteConn
	count  int
	begun  bool
	queued error
}

func (r *sqliteReader) query(text string, args []any, each func(scan) error) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	// The locks, and the look at what has changed, cost as much as a small
	// statement: who asks a second time gets a transaction for the rest.
	if r.count++; r.count == 2 {
		r.begun = true // even when it is ended: it may be so after it was done
		if _, err := r.conn.exec("BEGIN"); err != nil {
			return err
		}
	}
	return r.conn.query(text, args, each)
}

func (r *sqliteReader) end() {
	r.conn.watch = sqliteWatch{}
	if r.begun {
		_, _ = r.conn.exec("ROLLBACK")
	}
}

func (r *sqliteReader) one(text string, args []any, each func(scan) error) error {
	return r.query(text, args, each)
}

func (r *sqliteReader) exec(string, []any) (int64, error) {
	return 0, errors.New("store: a view cannot write")
}

func (r *sqliteReader) queue(s statement) {
	if s.each == nil {
		panic("store: a view cannot write")
	}
	if r.queued == nil {
		r.queued = r.query(s.sql, s.args, s.each)
	}
}

func (r *sqliteReader) send() error { return r.queued }

func (r *sqliteReader) attempt() int { return 0 }
