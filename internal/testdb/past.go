package testdb

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"stint/internal/store"
)

// Past opens the database at an address past the program, foreign keys on: for
// tests that look at what is really there.
func Past(tb testing.TB, address string) *sql.DB {
	tb.Helper()
	driver := "pgx"
	if !store.IsPostgres(address) {
		driver, address = "sqlite", "file:"+address+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}
