package store

import (
	"context"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteWatch ends the statements of a connection: when their request is given
// up, and when one runs longer than the limit. Without a context nothing ends
// them: BEGIN and COMMIT belong to more than one request.
//
// SQLite asks at every so many steps of its machine. It counts them on from one
// run of a statement to the next, so the shortest may be asked about; but few
// are, and only of those the time is taken: from when they are first asked about.
type sqliteWatch struct {
	ctx      context.Context
	limit    time.Duration
	deadline time.Time
	// ended is why a statement was ended.
	ended error
}

// watchSteps take about a millisecond.
const watchSteps = 10_000

// watchedConns are the connections by the addresses that SQLite has of them.
var watchedConns sync.Map

// askSQLiteWatch is called by SQLite. Other than 0 ends the statement with SQLITE_INTERRUPT.
func askSQLiteWatch(_ *libc.TLS, db uintptr) int32 {
	if c, ok := watchedConns.Load(db); ok && c.(*sqliteConn).watch.over() {
		return 1
	}
	return 0
}

func (w *sqliteWatch) over() bool {
	if w.ctx == nil {
		return false
	}
	if err := w.ctx.Err(); err != nil {
		w.ended = err
		return true
	}
	switch now := time.Now(); {
	case w.deadline.IsZero():
		w.deadline = now.Add(w.limit)
	case now.After(w.deadline):
		w.ended = unavailable(fmt.Errorf("a statement ran longer than %s", w.limit))
		return true
	}
	return false
}

// beAsked has SQLite ask at every so many steps.
func (c *sqliteConn) beAsked(steps int32) {
	watchedConns.Store(c.db, c)
	// A function is to C what a variable of its type holds: an address.
	f := askSQLiteWatch
	sqlite3.Xsqlite3_progress_handler(c.tls, c.db, steps, *(*uintptr)(unsafe.Pointer(&f)), c.db) // #nosec G103 -- the only way to give C a function
}

// inTransaction tells whether a transaction has begun and not ended. SQLite
// itself takes all of it back when a statement that writes is ended.
func (c *sqliteConn) inTransaction() bool {
	return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0
}
