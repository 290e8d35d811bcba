//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"stint"
	"stint/internal/store"
)

const (
	sqlite   = "sqlite"
	postgres = "postgres"

	// Who the load is in every database of this program.
	tenantID = "tnt_000000000000000000000000"
	userID   = "usr_000000000000000000000000"
	secret   = stint.TokenPrefix + "0000000000000000000000000000000000000000000"
)

var scope = store.Scope{Tenant: tenantID, User: userID, Token: "tok_000000000000000000000000", RequestID: "req_000000000000000000000000"}

// databases makes and drops the databases of one engine.
type databases struct {
	o      *options
	engine string
	made   int
}

func (d *databases) address(name string) string {
	if d.engine == sqlite {
		return filepath.Join(d.o.dir, name+".db")
	}
	u, err := url.Parse(d.o.postgres)
	if err != nil {
		return d.o.postgres
	}
	u.Path = "/stint_bench_" + name
	return u.String()
}

// filled gives a database with a number of time entries, kept from an earlier run or new.
func (d *databases) filled(ctx context.Context, rows int) (name string, err error) {
	name = "filled_" + strconv.Itoa(rows)
	if d.o.keep {
		if n, err := d.count(ctx, name); err == nil && n >= rows && n < rows+rows/2 {
			return name, nil
		}
	}
	if err := d.drop(ctx, name); err != nil {
		return "", err
	}
	if d.engine == postgres {
		if err := d.admin(ctx, "CREATE DATABASE stint_bench_"+name); err != nil {
			return "", err
		}
	}
	if err := store.Migrate(ctx, d.address(name)); err != nil {
		return "", err
	}
	db, err := store.Open(ctx, d.address(name), store.Options{})
	if err != nil {
		return "", err
	}
	began := time.Now()
	err = errors.Join(fill(ctx, db, rows), db.Close())
	if err == nil && d.engine == postgres {
		err = d.analyze(ctx, name)
	}
	fmt.Printf("%s: filled %d time entries in %s\n", d.engine, rows, time.Since(began).Round(time.Millisecond))
	return name, err
}

// count is the number of time entries in a database, an error when it is not there or of another version.
func (d *databases) count(ctx context.Context, name string) (int, error) {
	if err := store.CheckVersion(ctx, d.address(name)); err != nil {
		return 0, err
	}
	db, err := store.Open(ctx, d.address(name), store.Options{})
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	total := 0
	err = db.View(ctx, scope, func(tx *store.Tx) error {
		all, err := store.Projects.Ordered(tx, store.OrderScope{})
		for _, p := range all {
			var n []int64
			if err == nil {
				n, err = tx.Children(p.ID, []store.Child{{Table: "time_entries", Column: "project_id"}})
			}
			if err == nil {
				total += int(n[0])
			}
		}
		return err
	})
	return total, err
}

// copy makes a copy of a filled database that nobody has open.
func (d *databases) copy(ctx context.Context, name string) (copied string, err error) {
	d.made++
	copied = fmt.Sprintf("copy_%d_%d", os.Getpid(), d.made)
	if d.engine == postgres {
		return copied, d.admin(ctx, "CREATE DATABASE stint_bench_"+copied+" TEMPLATE stint_bench_"+name)
	}
	from, err := os.Open(d.address(name))
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }()
	to, err := os.Create(d.address(copied))
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	return copied, errors.Join(err, to.Sync(), to.Close())
}

func (d *databases) drop(ctx context.Context, name string) error {
	if d.engine == postgres {
		return d.admin(ctx, "DROP DATABASE IF EXISTS stint_bench_"+name+" WITH (FORCE)")
	}
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		if err := os.Remove(d.address(name) + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (d *databases) admin(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, d.o.postgres)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// analyze does what autovacuum would have done soon after.
func (d *databases) analyze(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, d.address(name))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "VACUUM (ANALYZE)")
	return errors.Join(err, conn.Close(ctx))
}

// rowsPerTransaction is how many entries are filled in at once.
const rowsPerTransaction = 2000

// fill writes the user, the tenant and the books.
func fill(ctx context.Context, db *store.DB, rows int) error {
	b := newBooks(rows)
	err := db.Do(ctx, scope, func(tx *store.Tx) error { return fillHead(tx, b) })
	for err == nil && b.made < rows {
		batch := make([]func(*store.Tx), 0, 2*rowsPerTransaction)
		for range min(rowsPerTransaction, rows-b.made) {
			e, line, inv := b.next()
			if inv != nil {
				batch = append(batch, func(tx *store.Tx) { store.Invoices.Insert(tx, inv, nil) })
			}
			if line != nil {
				batch = append(batch, func(tx *store.Tx) { store.Billables.Insert(tx, line, nil) })
			}
			batch = append(batch, func(tx *store.Tx) { store.TimeEntries.Insert(tx, e, nil) })
		}
		err = db.Do(ctx, scope, func(tx *store.Tx) error {
			for _, insert := range batch {
				insert(tx)
			}
			return nil
		})
	}
	return err
}

func fillHead(tx *store.Tx, b *books) error {
	name, g, now := "Bench", tx.Global(), tx.Now()
	err := errors.Join(
		tx.InsertTenant(&stint.Tenant{ID: tenantID, Name: name, CreatedAt: now, UpdatedAt: now, Version: 1}),
		g.InsertUser(&stint.User{ID: userID, Name: &name}),
		g.InsertMembership(stint.Membership{TenantID: tenantID, UserID: userID, Role: stint.RoleOwner}),
		g.InsertToken(&stint.Token{ID: scope.Token, User: userID, Name: name, Hint: "0000", CreatedAt: now}, stint.HashSecret(secret)))
	for _, r := range b.clients {
		store.Clients.Insert(tx, r, nil)
	}
	for _, r := range b.contracts {
		store.Contracts.Insert(tx, r, nil)
	}
	for _, r := range b.projects {
		store.Projects.Insert(tx, r, nil)
	}
	return err
}
