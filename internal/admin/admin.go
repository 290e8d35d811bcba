// Package admin is what operators do, directly on the database: migrate, the
// first start, users, tenants, tokens, and the demo. It works beside a running
// server.
package admin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
)

// Settings of the installation that are kept here.
const (
	firstUser  = "first-user"
	demoTenant = "demo-tenant"
)

// Admin works on one open database.
type Admin struct {
	db  *store.DB
	app *app.App
}

// New takes a database and an App that are open already, as the server has them.
func New(db *store.DB, a *app.App) *Admin { return &Admin{db, a} }

// Migrate brings the database to this program's version.
func Migrate(ctx context.Context, address string) error {
	return Reached(address, store.Migrate(ctx, address))
}

// Open opens a database that is there and at this program's version.
func Open(ctx context.Context, address string) (*Admin, error) {
	if !store.IsPostgres(address) {
		if _, err := os.Stat(address); err != nil {
			return nil, fmt.Errorf("the database %s is not there: %w. Name another with --database, or make it: stint migrate --database %s", address, reason(err), address)
		}
	}
	if err := Reached(address, store.CheckVersion(ctx, address)); err != nil {
		return nil, err
	}
	db, err := OpenStore(ctx, address, store.Options{})
	if err != nil {
		return nil, err
	}
	a, err := app.New(ctx, db, app.Options{})
	if err != nil {
		_ = db.Close()
		return nil, Reached(address, err)
	}
	return New(db, a), nil
}

// OpenStore is store.Open with errors for operators.
func OpenStore(ctx context.Context, address string, o store.Options) (*store.DB, error) {
	db, err := store.Open(ctx, address, o)
	return db, Reached(address, err)
}

// Close closes the database.
func (a *Admin) Close() error { return a.db.Close() }

// insert completes a record that is new and writes it.
func insert[T any](tx *store.Tx, t *store.Table[T], rec *T) *T {
	m := any(rec).(stint.Record).Meta()
	*m.ID, *m.CreatedAt, *m.UpdatedAt, *m.Version = tx.NewID(t.Prefix), tx.Now(), tx.Now(), 1
	t.Insert(tx, rec, nil)
	return rec
}

// update writes a record that was changed.
func update[T any](tx *store.Tx, t *store.Table[T], rec *T, changed ...string) {
	m := any(rec).(stint.Record).Meta()
	old := *m.Version
	*m.Version, *m.UpdatedAt = old+1, tx.Now()
	t.Update(tx, rec, old, changed, nil)
}

// reason is what the system said, without the path that the message has already.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
