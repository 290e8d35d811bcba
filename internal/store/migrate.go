package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
)

// Migrate brings the database at an address to this program's version,
// creating it when it is a file that is not there. Two programs that migrate
// at once wait for each other. It refuses a database of a newer program, or of
// another one, and leaves it as it is.
func Migrate(ctx context.Context, address string) error {
	// Before anything is made or locked, so that what is refused is not touched.
	f, err := look(ctx, address)
	if err != nil {
		return err
	}
	if f.denied != nil && f.version < f.wanted {
		return f.denied
	}
	m, err := newMigrator(ctx, address)
	if err != nil {
		return err
	}
	defer m.close()
	// Another program may have migrated it while this one waited.
	have, err := m.goose.GetDBVersion(ctx)
	switch {
	case err != nil:
		return err
	case have > f.wanted:
		return newerDatabase(have, f.wanted)
	case have == f.wanted:
		return nil
	}
	if _, err := m.goose.Up(ctx); err != nil {
		return fmt.Errorf("the migration stopped: %w. Nothing of the failing step was kept; run it again when the cause is mended", err)
	}
	return nil
}

type migrator struct {
	db     *sql.DB
	goose  *goose.Provider
	unlock func()
}

func newMigrator(ctx context.Context, address string) (*migrator, error) {
	if IsPostgres(address) {
		return postgresMigrator(ctx, address)
	}
	return sqliteMigrator(address)
}

func (m *migrator) close() {
	_ = m.db.Close()
	m.unlock()
}
