package store

import (
	"errors"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

func openSQLiteConn(path string, readOnly bool) (*sqliteConn, error) {
	c := &sqliteConn{tls: libc.NewTLS(), stmts: map[string]*sqliteStmt{}}
	name, err := libc.CString(sqliteURI(path, readOnly))
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	defer libc.Xfree(c.tls, name)
	if c.out = libc.Xcalloc(c.tls, 1, 8); c.out == 0 {
		return nil, errors.Join(errors.New("out of memory"), c.close())
	}
	// Without locks within the connection, because it has one user at a time.
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_URI | sqlite3.SQLITE_OPEN_NOMUTEX
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, c.out, flags, 0)
	c.db = c.answered()
	if rc != sqlite3.SQLITE_OK {
		return nil, errors.Join(c.fault(rc), c.close())
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	c.beAsked(watchSteps)
	for _, p := range sqlitePragmas(readOnly) {
		if _, err := c.exec("PRAGMA " + p); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

func (c *sqliteConn) close() error {
	c.forget()
	watchedConns.Delete(c.db)
	var err error
	if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite3.SQLITE_OK {
		err = c.fault(rc)
	}
	c.text.free(c.tls)
	if c.out != 0 {
		libc.Xfree(c.tls, c.out)
	}
	c.tls.Close()
	return err
}

// libcBytes is memory outside of Go's heap, where SQLite can see it.
type libcBytes struct {
	at   uintptr
	size int
}

// room makes it at least n bytes large; what was in it is gone when it grows.
func (b *libcBytes) room(tls *libc.TLS, n int) error {
	if n <= b.size {
		return nil
	}
	b.free(tls)
	size := max(4096, 2*n)
	if b.at = libc.Xmalloc(tls, types.Size_t(size)); b.at == 0 {
		return errors.New("out of memory")
	}
	b.size = size
	return nil
}

func (b *libcBytes) free(tls *libc.TLS) {
	if b.at != 0 {
		libc.Xfree(tls, b.at)
	}
	*b = libcBytes{}
}
