// Package store holds every SQL statement, once, for SQLite and PostgreSQL.
//
// The only way to a tenant's table is DB.Do or DB.View, whose Tx binds the
// tenant as $1 of every statement. It knows rows and constraints; it knows
// nothing of JSON, HTTP or who may do what.
package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"stint"
)

// Options are what Open needs besides the address.
type Options struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Random feeds ids; nil is crypto/rand.
	Random io.Reader
	// StatementTimeout ends a statement that runs longer; 0 is 30 s.
	StatementTimeout time.Duration
	// Connections bounds the pool; 0 chooses.
	Connections int
}

// DB is an open, migrated database on one of the two engines.
type DB struct {
	IDs *stint.IDs
	now func() time.Time
	eng engine

	statements *atomic.Int64
}

// Scope is for whom a transaction runs.
type Scope struct {
	Tenant string
	User   string
	// Role is what the user is in the tenant; empty for the operator.
	Role      stint.Role
	Token     string
	RequestID string
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	// do runs fn in a write transaction that is durable when do returns nil.
	do(ctx context.Context, tenant string, fn func(session) error) error
	// view runs fn on a connection that sees what is committed; each statement by itself.
	view(ctx context.Context, tenant string, fn func(session) error) error
	ping(ctx context.Context) error
	stats() Stats
	close() error
}

// session runs statements. queue may put a statement off until the next query,
// send or the commit; its error then comes from there, through the given function.
type session interface {
	query(sql string, args []any, each func(scan) error) error
	// one is query for a row that is found by its key.
	one(sql string, args []any, each func(scan) error) error
	exec(sql string, args []any) (int64, error)
	queue(s statement)
	// send runs what is queued, in one round trip.
	send() error
	// attempt counts from 0 how often the transaction lost a race and was run again.
	attempt() int
}

type scan func(dest ...any) error

// statement is one that the transaction may send later.
type statement struct {
	sql  string
	args []any
	// each, when not nil, gets the rows of a query.
	each func(scan) error
	// small says that the query reads few rows, by key.
	small bool
	// rows, when not nil, checks the number of rows before the commit.
	rows func(n int64) error
	// fail, when not nil, turns a broken constraint into the caller's words.
	fail func(error) error
}

// ErrNoRow says that a row is not there.
var ErrNoRow = errors.New("no such row")

// IsPostgres tells which engine an address names.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Open opens the database at an address: a file's path, or postgres://… . It
// neither migrates nor looks at the version: see Migrate and CheckVersion.
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 30 * time.Second
	}
	db := &DB{now: o.Now, IDs: stint.NewIDs(o.Now, o.Random), statements: new(atomic.Int64)}
	var err error
	if IsPostgres(address) {
		db.eng, err = openPostgres(ctx, address, o)
	} else {
		db.eng, err = openSQLite(ctx, address, o)
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Close waits for the writer and closes the connections.
func (db *DB) Close() error { return db.eng.close() }

// Ping answers whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.eng.ping(ctx) }

// Now is the database's clock in the wire's precision.
func (db *DB) Now() stint.Instant { return stint.InstantOf(db.now()) }

// Stats are counters of the engine since it was opened.
type Stats struct {
	Commits, Transactions int64
	// Statements are those of tenants' transactions and views.
	Statements  int64
	Connections int
}

// Stats reads the counters.
func (db *DB) Stats() Stats {
	s := db.eng.stats()
	s.Statements = db.statements.Load()
	return s
}

// Do runs fn in one write transaction of a tenant: all of it is durable when Do
// returns nil, none of it otherwise. fn may run more than once.
func (db *DB) Do(ctx context.Context, s Scope, fn func(*Tx) error) error {
	return db.eng.do(ctx, s.Tenant, func(ses session) error {
		return fn(&Tx{Scope: s, db: db, s: ses, now: db.Now()})
	})
}

// View runs fn's statements on what is committed, without a transaction around them.
func (db *DB) View(ctx context.Context, s Scope, fn func(*Tx) error) error {
	return db.eng.view(ctx, s.Tenant, func(ses session) error {
		return fn(&Tx{Scope: s, db: db, s: ses, now: db.Now()})
	})
}

// Tx is a tenant's transaction. Its statements get the tenant as $1.
type Tx struct {
	Scope
	db  *DB
	s   session
	now stint.Instant
}

// Now is the transaction's clock: the same for everything in it.
func (tx *Tx) Now() stint.Instant { return tx.now }

// Attempt counts from 0 how often the transaction lost a race and was run again.
func (tx *Tx) Attempt() int { return tx.s.attempt() }

// NewID makes an id.
func (tx *Tx) NewID(prefix string) string { return tx.db.IDs.New(prefix) }

// bind makes the arguments of a statement.
func (tx *Tx) bind(args []any) []any {
	tx.db.statements.Add(1)
	out := make([]any, 0, len(args)+1)
	out = append(out, tx.Tenant)
	return append(out, args...)
}

func (tx *Tx) query(sql string, args []any, each func(scan) error) error {
	return tx.s.query(sql, tx.bind(args), each)
}

// row reads one row, or answers ErrNoRow.
func (tx *Tx) row(sql string, args []any, dest ...any) error {
	return one(tx.s, sql, tx.bind(args), dest...)
}

func (tx *Tx) exec(sql string, args ...any) (int64, error) { return tx.s.exec(sql, tx.bind(args)) }

func (tx *Tx) queue(s statement) {
	s.args = tx.bind(s.args)
	tx.s.queue(s)
}

// Send runs what is queued, such as what Want wants.
func (tx *Tx) Send() error { return tx.s.send() }

func one(s session, sql string, args []any, dest ...any) error {
	found := false
	err := s.one(sql, args, func(scan scan) error {
		found = true
		return scan(dest...)
	})
	if err == nil && !found {
		return ErrNoRow
	}
	return err
}
