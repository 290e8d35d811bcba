package store

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// found is what a look at a database tells, which changes nothing in it.
type found struct {
	// what names the database to the operator.
	what string
	// version is 0 when no migration has run; wanted is this program's.
	version, wanted int64
	// tables says that there are others than that of the versions, ours that
	// one of them is Stint's.
	tables, ours bool
	// denied is why the user of the address may not migrate, nil when it may.
	denied error
}

// CheckVersion tells whether the database is at this program's version, and
// says what to do when it is not. It only reads.
func CheckVersion(ctx context.Context, address string) error {
	f, err := look(ctx, address)
	if err == nil && f.version < f.wanted {
		// Without the address: what prints this hides the password in it.
		err = fmt.Errorf("the database has version %d and this program needs %d. Run `stint migrate` with the same --database", f.version, f.wanted)
	}
	return err
}

// look refuses a database of a newer program, or of another one.
func look(ctx context.Context, address string) (*found, error) {
	wanted, err := newestVersion()
	if err != nil {
		return nil, err
	}
	f := &found{wanted: wanted}
	if IsPostgres(address) {
		err = f.lookPostgres(ctx, address)
	} else {
		err = f.lookSQLite(ctx, address)
	}
	switch {
	case err != nil:
		return nil, err
	case f.version == 0 && f.tables, f.version > 0 && !f.ours:
		return nil, fmt.Errorf("%s is not a Stint database: another program keeps its tables there. Nothing was changed; choose another with --database", f.what)
	case f.version > wanted:
		return nil, newerDatabase(f.version, wanted)
	}
	return f, nil
}

func newerDatabase(have, want int64) error {
	return fmt.Errorf("the database has version %d and this program knows only %d. Use the newer program, or restore a backup made by this one", have, want)
}

// newestVersion is that of the last migration file.
func newestVersion() (newest int64, err error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, v)
	}
	return newest, err
}

// The table in which migrations note what they did, and one that each version of Stint has.
const (
	versionTable = "goose_db_version"
	oursTable    = "time_entries"
	readVersion  = `SELECT COALESCE(MAX(version_id), 0) FROM ` + versionTable
)
