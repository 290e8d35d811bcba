package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func (f *found) lookSQLite(ctx context.Context, path string) error {
	f.what = "the database file " + path
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cannotOpen(path, err)
	case info.IsDir():
		return fmt.Errorf("%s is a folder. Name a file with --database, such as %s", path, filepath.Join(path, "stint.db"))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file. Name one with --database", path)
	}
	// SQLite looks for a log beside the file that a link names.
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		target, err = filepath.Abs(target)
	}
	if err != nil {
		return cannotOpen(path, err)
	}
	// A file in which nobody writes is read without locks: with them, SQLite
	// makes files beside it, even for who only reads.
	alone := !written(target)
	seen := *f
	err = seen.readSQLite(ctx, target, alone)
	if alone && written(target) { // since then, and so it may have been read half written
		seen = *f
		err = seen.readSQLite(ctx, target, false)
	}
	if err != nil {
		return cannotOpen(path, err)
	}
	*f = seen
	return nil
}

// written tells whether a program has the database open, or left it without an end.
func written(path string) bool {
	for _, end := range []string{"-wal", "-journal"} {
		if _, err := os.Stat(path + end); err == nil {
			return true
		}
	}
	return false
}

func (f *found) readSQLite(ctx context.Context, path string, alone bool) (err error) {
	address := sqliteURI(path, true) + "&_pragma=busy_timeout(10000)"
	if alone {
		address += "&immutable=1"
	}
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tx, err := db.BeginTx(ctx, nil) // for both questions to see the same
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var versions bool
	err = tx.QueryRowContext(ctx, `
		SELECT COALESCE(SUM(name = $1), 0), COALESCE(SUM(name = $2), 0), COALESCE(SUM(name <> $1), 0) > 0
		FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite|_%' ESCAPE '|'`, versionTable, oursTable).
		Scan(&versions, &f.ours, &f.tables)
	if err != nil || !versions {
		return err
	}
	return tx.QueryRowContext(ctx, readVersion).Scan(&f.version)
}

func cannotOpen(path string, err error) error {
	return fmt.Errorf("the database file %s cannot be opened: %w. Check that it is a Stint database and that its folder is writable", path, err)
}
