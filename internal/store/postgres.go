package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type postgres struct {
	pool *pgxpool.Pool
	// limit is when a transaction is given up, for when the server cannot do
	// it itself: it hangs, or the network to it is gone.
	limit        time.Duration
	reads        *pgReads
	commits      atomic.Int64
	transactions atomic.Int64
}

// retries bounds how often a transaction that lost a race is run again.
const retries = 8

const connectTimeout = 5 * time.Second

// idleTime is how long a transaction may wait for its program at least: that is
// no slow statement, but a busy machine, or a program that is gone.
const idleTime = 10 * time.Second

func openPostgres(ctx context.Context, address string, o Options) (*postgres, error) {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("the database address is not valid: %w", err)
	}
	cfg.MaxConns = 20
	if o.Connections > 0 {
		cfg.MaxConns = int32(min(o.Connections, 1000))
	}
	cfg.MinConns = 0
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	p := cfg.ConnConfig.RuntimeParams
	ms := strconv.FormatInt(o.StatementTimeout.Milliseconds(), 10)
	p["statement_timeout"] = ms
	p["idle_in_transaction_session_timeout"] = strconv.FormatInt(max(o.StatementTimeout, idleTime).Milliseconds(), 10)
	p["lock_timeout"] = "5000"
	p["application_name"] = "stint"
	// Our statements find rows by key. The default is made for discs that turn, and has tables of a
	// thousand rows read whole; and to plan a statement again costs more than to run it.
	p["random_page_cost"] = "1.1"
	p["plan_cache_mode"] = "force_generic_plan"
	cfg.AfterConnect = becomeApplication
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL cannot be reached: %w", err)
	}
	e := &postgres{pool: pool, limit: o.StatementTimeout + connectTimeout}
	if err := e.refuseUnsafe(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	e.reads = e.startReads()
	return e, nil
}

// becomeApplication gives up the rights of the connecting role, where the
// migration could make a role that has none.
func becomeApplication(ctx context.Context, conn *pgx.Conn) error {
	var can bool
	err := conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid, 'MEMBER'))`,
		applicationRole).Scan(&can)
	if err == nil && can {
		_, err = conn.Exec(ctx, "SET ROLE "+applicationRole)
	}
	return err
}

// refuseUnsafe keeps money away from a database that can lose it or show it.
func (e *postgres) refuseUnsafe(ctx context.Context) error {
	var fsync, pages, commit, role string
	var bypass bool
	err := e.pool.QueryRow(ctx, `
		SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
		       current_user, (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)`).
		Scan(&fsync, &pages, &commit, &role, &bypass)
	if err != nil {
		return fmt.Errorf("PostgreSQL cannot be reached: %w", err)
	}
	for _, s := range []struct{ name, value string }{{"fsync", fsync}, {"full_page_writes", pages}, {"synchronous_commit", commit}} {
		if s.value == "off" {
			return fmt.Errorf("PostgreSQL runs with %s = off and would lose acknowledged writes. Run: ALTER SYSTEM SET %s = on; SELECT pg_reload_conf();", s.name, s.name)
		}
	}
	if bypass {
		return fmt.Errorf("the PostgreSQL role %s bypasses row-level security. Run `stint migrate` as a role that may create roles, or: ALTER ROLE %s NOSUPERUSER NOBYPASSRLS;", role, role)
	}
	return nil
}

func (e *postgres) close() error {
	e.reads.close()
	e.pool.Close()
	return nil
}

func (e *postgres) ping(ctx context.Context) error { return e.pool.Ping(ctx) }

func (e *postgres) stats() Stats {
	return Stats{Commits: e.commits.Load(), Transactions: e.transactions.Load(), Connections: int(e.pool.Stat().TotalConns())}
}

func (e *postgres) view(ctx context.Context, tenant string, fn func(session) error) error {
	return e.bounded(ctx, func(ctx context.Context) error {
		s := &pgSession{ctx: ctx, e: e, tenant: tenant, readOnly: true}
		return fn(s)
	})
}

func (e *postgres) do(ctx context.Context, tenant string, fn func(session) error) error {
	return e.bounded(ctx, func(ctx context.Context) error { return e.transact(ctx, tenant, fn) })
}

// bounded runs a transaction within the limit. What ends by it ends as any
// other failure of the database; what the caller gave up, as the caller's.
func (e *postgres) bounded(ctx context.Context, run func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, e.limit)
	defer cancel()
	err := run(limited)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return unavailable(err)
	}
	return err
}

func (e *postgres) transact(ctx context.Context, tenant string, fn func(session) error) error {
	var err error
	for try := range retries {
		err = e.with(ctx, func(conn *pgx.Conn) error {
			s := &pgSession{ctx: ctx, e: e, conn: conn, tenant: tenant, try: try}
			err := guarded(func() error { return fn(s) })
			if err == nil {
				err = s.commit()
			}
			if err != nil {
				s.rollback()
			}
			return err
		})
		if err == nil {
			e.commits.Add(1)
			e.transactions.Add(1)
			return nil
		}
		if !lostRace(err) {
			return err
		}
		select {
		case <-time.After(time.Duration(1<<try) * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return unavailable(err)
}

// ErrRace asks for the transaction to be run again: another one was faster.
var ErrRace = errors.New("another transaction was faster")

func lostRace(err error) bool {
	if errors.Is(err, ErrRace) {
		return true
	}
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func (e *postgres) with(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return unavailable(err)
	}
	defer conn.Release()
	return fn(conn.Conn())
}

// pgSession sends statements in as few round trips as it can. The tenant goes
// with the first of them, for the transaction only. A transaction that never
// asks a question is one pipeline: PostgreSQL commits it at its end.
type pgSession struct {
	ctx      context.Context
	e        *postgres
	conn     *pgx.Conn // nil in a view: each flush takes one
	tenant   string
	readOnly bool
	begun    bool
	pending  []statement
	failed   error
	try      int
}

func (s *pgSession) attempt() int { return s.try }

const setTenant = "SELECT set_config('stint.tenant', $1, true)"

// flush sends what is queued, and an end such as COMMIT. more says that the
// transaction goes on after it, and so needs a BEGIN.
func (s *pgSession) flush(more bool, end string) error {
	switch {
	case s.failed != nil:
		return s.failed
	case !s.readOnly:
		return s.flushTo(s.conn, more, end)
	}
	pending := s.pending
	s.pending = nil
	if !slices.ContainsFunc(pending, func(st statement) bool { return !st.small }) {
		return s.e.reads.read(s.ctx, s.tenant, pending)
	}
	return s.e.with(s.ctx, func(conn *pgx.Conn) error {
		s.pending = pending
		return s.flushTo(conn, more, end)
	})
}

func (s *pgSession) flushTo(conn *pgx.Conn, more bool, end string) error {
	var b pgx.Batch
	lead := 0
	if !s.begun {
		if more && !s.readOnly {
			b.Queue("BEGIN")
			s.begun = true
			lead++
		}
		if s.tenant != "" {
			b.Queue(setTenant, s.tenant)
			lead++
		}
	}
	for i := range s.pending {
		b.Queue(s.pending[i].sql, s.pending[i].args...)
	}
	if end != "" {
		b.Queue(end)
	}
	res := conn.SendBatch(s.ctx, &b)
	err := s.read(res, lead, end != "")
	if cerr := res.Close(); err == nil && cerr != nil {
		err = postgresError(cerr)
	}
	s.pending = s.pending[:0]
	if err != nil && !s.readOnly {
		s.failed = err
	}
	return err
}

// read takes the results of what flush sent.
func (s *pgSession) read(res pgx.BatchResults, lead int, end bool) error {
	for range lead {
		if _, err := res.Exec(); err != nil {
			return postgresError(err)
		}
	}
	for i := range s.pending {
		st := &s.pending[i]
		if st.each != nil {
			if err := readRows(res, st.each); err != nil {
				return err
			}
			continue
		}
		tag, err := res.Exec()
		if err := st.settle(tag.RowsAffected(), postgresError(err)); err != nil {
			return err
		}
	}
	if end {
		if _, err := res.Exec(); err != nil {
			return postgresError(err)
		}
	}
	return nil
}

func readRows(res pgx.BatchResults, each func(scan) error) error {
	rows, err := res.Query()
	if err != nil {
		return postgresError(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	rows.Close()
	return postgresError(rows.Err())
}

func (s *pgSession) query(sql string, args []any, each func(scan) error) error {
	s.pending = append(s.pending, statement{sql: sql, args: args, each: each})
	return s.flush(true, "")
}

func (s *pgSession) one(sql string, args []any, each func(scan) error) error {
	s.pending = append(s.pending, statement{sql: sql, args: args, each: each, small: true})
	return s.flush(true, "")
}

func (s *pgSession) exec(sql string, args []any) (affected int64, err error) {
	if s.readOnly {
		return 0, errors.New("store: a view cannot write")
	}
	s.pending = append(s.pending, statement{sql: sql, args: args, rows: func(n int64) error { affected = n; return nil }})
	err = s.flush(true, "")
	return affected, err
}

func (s *pgSession) queue(st statement) {
	if s.readOnly && st.each == nil {
		panic("store: a view cannot write")
	}
	s.pending = append(s.pending, st)
}

func (s *pgSession) send() error {
	if len(s.pending) == 0 {
		return s.failed
	}
	return s.flush(true, "")
}

// commit ends the transaction. A statement whose row count matters is settled before.
func (s *pgSession) commit() error {
	if s.failed != nil {
		return s.failed
	}
	for i := range s.pending {
		if s.pending[i].rows != nil {
			// The answer must be known before the commit is sent.
			if err := s.flush(true, ""); err != nil {
				return err
			}
			break
		}
	}
	if s.begun {
		return s.flush(false, "COMMIT")
	}
	if len(s.pending) == 0 {
		return nil
	}
	return s.flush(false, "")
}

func (s *pgSession) rollback() {
	if !s.begun || s.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 2*time.Second)
	defer cancel()
	if s.conn.PgConn().TxStatus() != 'I' {
		if _, err := s.conn.Exec(ctx, "ROLLBACK"); err != nil {
			_ = s.conn.Close(ctx)
		}
	}
}
