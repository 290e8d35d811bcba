package store

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"stint"
)

// sqliteConn is one connection, for one goroutine at a time. It calls SQLite
// itself, in the same library that the driver for database/sql stands on: a row
// costs half of what it does through the driver, which reads the names and types
// of all columns for each query, takes a lock for each value, and makes an
// interface of it that database/sql converts by reflection.
//
// Addresses in SQLite's memory are uintptrs; none of them leaves its methods.
type sqliteConn struct {
	tls   *libc.TLS
	db    uintptr
	stmts map[string]*sqliteStmt
	// text holds the arguments of a statement while it runs.
	text libcBytes
	// out takes an address that SQLite answers.
	out uintptr
	// row is the texts of a row, ends where those of each column end.
	row  []byte
	ends []int
	// watch is what ends its statements.
	watch sqliteWatch
}

// sqliteStmt is a prepared statement.
type sqliteStmt struct {
	handle uintptr
	// params are the places of the arguments that its parameters take: $2 may come before $1.
	params  []int
	columns int
	running bool
}

// maxStatements bounds the prepared statements of a connection: lists can make many texts.
const maxStatements = 300

// sqliteFaultError is an error of SQLite.
type sqliteFaultError struct {
	code    int // extended
	message string
}

func (f *sqliteFaultError) Error() string { return f.message + " (" + strconv.Itoa(f.code) + ")" }

// answered reads the address that SQLite has put into out.
func (c *sqliteConn) answered() uintptr {
	b := libc.GoBytes(c.out, bits.UintSize/8)
	if len(b) == 4 {
		return uintptr(binary.NativeEndian.Uint32(b))
	}
	return uintptr(binary.NativeEndian.Uint64(b))
}

func (c *sqliteConn) fault(rc int32) error {
	if c.db == 0 {
		return sqliteError(&sqliteFaultError{int(rc), "SQLite cannot be opened"})
	}
	if rc&0xff == sqlite3.SQLITE_INTERRUPT && c.watch.ended != nil {
		return c.watch.ended
	}
	return sqliteError(&sqliteFaultError{int(rc), libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))})
}

// forget closes the prepared statements, but for one that runs.
func (c *sqliteConn) forget() {
	for text, s := range c.stmts {
		if !s.running {
			sqlite3.Xsqlite3_finalize(c.tls, s.handle)
			delete(c.stmts, text)
		}
	}
}

func (c *sqliteConn) prepare(text string) (*sqliteStmt, error) {
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		c.forget()
	}
	query, err := libc.CString(text)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, query)
	if rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, query, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, c.out, 0); rc != sqlite3.SQLITE_OK {
		return nil, c.fault(rc)
	}
	s := &sqliteStmt{handle: c.answered()}
	s.columns = int(sqlite3.Xsqlite3_column_count(c.tls, s.handle))
	for i := range sqlite3.Xsqlite3_bind_parameter_count(c.tls, s.handle) {
		name := libc.GoString(sqlite3.Xsqlite3_bind_parameter_name(c.tls, s.handle, i+1))
		n := int(i) + 1
		if len(name) > 1 {
			if n, err = strconv.Atoi(name[1:]); err != nil {
				return nil, fmt.Errorf("store: the parameter %s is not numbered", name)
			}
		}
		s.params = append(s.params, n-1)
	}
	c.stmts[text] = s
	return s, nil
}

// bind gives a statement its arguments. Texts are not copied by SQLite: they
// stay in the connection's memory until the statement's next run.
func (c *sqliteConn) bind(s *sqliteStmt, args []any) error {
	size := 0
	for _, a := range args {
		if t, ok := a.(string); ok {
			size += len(t) + 1
		}
	}
	if err := c.text.room(c.tls, size); err != nil {
		return err
	}
	used := 0
	for i, place := range s.params {
		if place >= len(args) {
			return fmt.Errorf("store: a statement with %d parameters got %d arguments", place+1, len(args))
		}
		var rc int32
		at := int32(i + 1)
		switch v := args[place].(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(c.tls, s.handle, at)
		case string:
			p := c.text.at + uintptr(used)
			used += copy(libc.GoBytes(p, len(v)), v)
			libc.GoBytes(p, len(v)+1)[len(v)] = 0
			used++
			rc = sqlite3.Xsqlite3_bind_text(c.tls, s.handle, at, p, int32(len(v)), 0) //nolint:gosec // a body is at most a mebibyte
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(c.tls, s.handle, at, v)
		case int:
			rc = sqlite3.Xsqlite3_bind_int64(c.tls, s.handle, at, int64(v))
		case bool:
			n := int64(0)
			if v {
				n = 1
			}
			rc = sqlite3.Xsqlite3_bind_int64(c.tls, s.handle, at, n)
		default:
			return fmt.Errorf("store: an argument of type %T", v)
		}
		if rc != sqlite3.SQLITE_OK {
			return c.fault(rc)
		}
	}
	return nil
}

// run steps through a statement; row is called for each row.
func (c *sqliteConn) run(text string, args []any, row func(*sqliteStmt) error) (err error) {
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	if s.running {
		return errors.New("store: a statement is run while it runs")
	}
	if err := c.bind(s, args); err != nil {
		return err
	}
	outer := c.watch.deadline
	s.running, c.watch.deadline = true, time.Time{}
	defer func() {
		s.running, c.watch.deadline = false, outer
		// It answers the error of the last step again.
		if rc := sqlite3.Xsqlite3_reset(c.tls, s.handle); rc != sqlite3.SQLITE_OK && err == nil {
			err = c.fault(rc)
		}
	}()
	for {
		switch rc := sqlite3.Xsqlite3_step(c.tls, s.handle); rc {
		case sqlite3.SQLITE_DONE:
			return nil
		case sqlite3.SQLITE_ROW:
			if row != nil {
				if err := row(s); err != nil {
					return err
				}
			}
		default:
			return c.fault(rc)
		}
	}
}

func (c *sqliteConn) exec(text string, args ...any) (int64, error) {
	if err := c.run(text, args, nil); err != nil {
		return 0, err
	}
	return int64(sqlite3.Xsqlite3_changes(c.tls, c.db)), nil
}

func (c *sqliteConn) query(text string, args []any, each func(scan) error) error {
	var running *sqliteStmt
	read := func(dest ...any) error { return c.scan(running, dest) }
	return c.run(text, args, func(s *sqliteStmt) error {
		running = s
		return each(read)
	})
}

// scan puts the columns of a row where they belong; nil leaves one out. The
// texts of a row share one string, and the pointers to some of them one array.
func (c *sqliteConn) scan(s *sqliteStmt, dest []any) error {
	if len(dest) != s.columns {
		return fmt.Errorf("store: %d columns are scanned into %d values", s.columns, len(dest))
	}
	c.row = c.row[:0]
	c.ends = c.ends[:0]
	pointers := 0
	for i, d := range dest {
		end := -1
		if d != nil {
			v := sqlite3.Xsqlite3_column_value(c.tls, s.handle, int32(i))
			switch kind := sqlite3.Xsqlite3_value_type(c.tls, v); kind {
			case sqlite3.SQLITE_TEXT:
				p := sqlite3.Xsqlite3_value_text(c.tls, v)
				c.row = append(c.row, libc.GoBytes(p, int(sqlite3.Xsqlite3_value_bytes(c.tls, v)))...)
				end = len(c.row)
				if _, ok := d.(**string); ok {
					pointers++
				}
			case sqlite3.SQLITE_INTEGER:
				if err := assignInteger(d, sqlite3.Xsqlite3_value_int64(c.tls, v)); err != nil {
					return fmt.Errorf("store: column %d: %w", i+1, err)
				}
			case sqlite3.SQLITE_NULL:
				if err := assignNull(d); err != nil {
					return fmt.Errorf("store: column %d: %w", i+1, err)
				}
			default:
				return fmt.Errorf("store: column %d is of kind %d", i+1, kind)
			}
		}
		c.ends = append(c.ends, end)
	}
	row, start, held := string(c.row), 0, make([]string, pointers)
	for i, end := range c.ends {
		if end < 0 {
			continue
		}
		text := row[start:end]
		start = end
		if p, ok := dest[i].(**string); ok {
			held[0] = text
			*p, held = &held[0], held[1:]
		} else if err := assignText(dest[i], text); err != nil {
			return fmt.Errorf("store: column %d: %w", i+1, err)
		}
	}
	return nil
}

func assignText(dest any, v string) error {
	switch d := dest.(type) {
	case *string:
		*d = v
	case *stint.Date:
		*d = stint.Date(v)
	case *stint.Decimal:
		*d = stint.Decimal(v)
	case *stint.InvoiceStatus:
		*d = stint.InvoiceStatus(v)
	case *any:
		*d = v
	case sql.Scanner:
		return d.Scan(v)
	default:
		return fmt.Errorf("a text cannot be put into a %T", dest)
	}
	return nil
}

func assignInteger(dest any, v int64) error {
	switch d := dest.(type) {
	case *int64:
		*d = v
	case *int:
		*d = int(v)
	case *bool:
		*d = v != 0
	case *stint.Int53:
		*d = stint.Int53(v)
	case **stint.Int53:
		n := stint.Int53(v)
		*d = &n
	case *stint.Instant:
		*d = stint.Instant(v)
	case **stint.Instant:
		n := stint.Instant(v)
		*d = &n
	case *string: // a pragma
		*d = strconv.FormatInt(v, 10)
	case *any:
		*d = v
	case sql.Scanner:
		return d.Scan(v)
	default:
		return fmt.Errorf("an integer cannot be put into a %T", dest)
	}
	return nil
}

func assignNull(dest any) error {
	switch d := dest.(type) {
	case **string:
		*d = nil
	case **stint.Int53:
		*d = nil
	case **stint.Instant:
		*d = nil
	case *any:
		*d = nil
	case sql.Scanner:
		return d.Scan(nil)
	default:
		return fmt.Errorf("NULL cannot be put into a %T", dest)
	}
	return nil
}
