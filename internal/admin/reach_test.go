package admin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"stint/internal/testdb"
)

// says fails when an error lacks one of the words.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Error("there is no error")
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

// withoutTLS is the address of a server that takes no connection under TLS, as
// PostgreSQL says it.
func withoutTLS(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(c, make([]byte, 8))
			_, _ = c.Write([]byte("N"))
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

func TestReachedPostgres(t *testing.T) {
	t.Parallel()
	address := "postgres://stint:stint@" + withoutTLS(t) + "/stint?sslmode=require"
	_, err := Open(t.Context(), address)
	for _, err := range []error{err, Migrate(t.Context(), address)} {
		says(t, err, "TLS", "sslmode=disable", "ssl = on")
	}
	denied := fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: "42501", Severity: "ERROR", Message: "permission denied for database stint"})
	says(t, Reached("postgres://db/stint", denied), "permission denied for database stint", "--database")
}

// damage overwrites the page in which a table begins, and that of its index.
func damage(t *testing.T, path, table string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for _, root := range rootPages(t, path, table) {
		copy(b[(root-1)*page:root*page], bytes.Repeat([]byte{0xff}, page))
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func rootPages(t *testing.T, path, table string) (out []int) {
	t.Helper()
	db := openSQL(t, path)
	defer func() { _ = db.Close() }() // its caches must not hide what is written now
	for _, s := range column(t, db, `SELECT CAST(rootpage AS TEXT) FROM sqlite_schema WHERE rootpage > 0 AND tbl_name = '`+table+`'`) {
		var n int
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// A damaged file is named, whichever part of it the damage is in.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"sqlite_schema", "goose_db_version", "settings", "users"} {
		path := testdb.Address(t, testdb.SQLite)
		if table == "sqlite_schema" {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			copy(b[100:4096], bytes.Repeat([]byte{0xff}, 4096))
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		} else {
			damage(t, path, table)
		}
		a, err := Open(t.Context(), path)
		if err == nil {
			_, err = a.Users(t.Context())
			err = Reached(path, errors.Join(err, a.Close()))
		}
		says(t, err, path, "damaged", "backup", "malformed")
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("several lines: %v", err)
		}
		if _, err := os.Stat(filepath.Clean(path) + ".lock"); err == nil {
			t.Error("a lock was left")
		}
	}
}
