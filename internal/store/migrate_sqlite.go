package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"golang.org/x/sys/unix"
)

func sqliteMigrator(path string) (*migrator, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("the folder of the database cannot be made: %w. Choose another with --database", err)
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*migrator, error) {
		unlock()
		return nil, cannotOpen(path, err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return fail(err)
	}
	// Made here, not by SQLite, to be readable by its owner only: it holds the
	// key that signs links. The files beside it get the same rights.
	if f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600); err != nil { // #nosec G304 -- the operator's own path
		return fail(err)
	} else if err := f.Close(); err != nil {
		return fail(err)
	}
	db, err := sql.Open("sqlite", sqliteDSN(abs))
	if err != nil {
		return fail(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(context.Background(), "PRAGMA user_version"); err != nil {
		return fail(errors.Join(err, db.Close()))
	}
	files, err := migrations(sqliteWords, func([]string) string { return "" })
	if err != nil {
		return fail(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fail(err)
	}
	return &migrator{db: db, goose: p, unlock: unlock}, nil
}

// lockFile keeps a second process from migrating the same file. The library
// has no lock for SQLite of its own.
func lockFile(path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- the operator's own path
	if err != nil {
		return nil, fmt.Errorf("the lock file of the database cannot be opened: %w. Check that its folder is writable", err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if time.Now().After(deadline) {
			_ = f.Close()
			return nil, fmt.Errorf("another process migrates this database (%s is locked). Wait until it has ended", path)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
