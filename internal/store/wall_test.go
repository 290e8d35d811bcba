package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"stint"
	"stint/internal/store"
	"stint/internal/testdb"
)

// onPostgres runs a test of the second wall, which SQLite does not have.
func onPostgres(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Parallel()
	if testdb.Has(testdb.PostgreSQL) {
		test(t, testdb.Address(t, testdb.PostgreSQL))
	}
}

// asServer connects as the store does: the address's role, then the application's.
func asServer(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	if _, err := conn.Exec(ctx, "SET ROLE "+store.ApplicationRole); err != nil {
		t.Fatal(err)
	}
	return conn
}

func number(t *testing.T, conn *pgx.Conn, query string, args ...any) (n int64) {
	t.Helper()
	if err := conn.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	return n
}

// Row-level security is on for every tenant table, for its owner too.
func TestEveryTenantTableHasTheWall(t *testing.T) {
	onPostgres(t, func(t *testing.T, address string) {
		t.Helper()
		db := testdb.Past(t, address)
		for _, name := range tenantTables(schemaOf(t, address)) {
			r := ask(t, db, `SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass`, name)
			if r[0][0] != "true" || r[0][1] != "true" {
				t.Errorf("%s: row-level security is on: %s, forced: %s; name the table in {{rls …}} of its migration", name, r[0][0], r[0][1])
			}
			policies := ask(t, db, `SELECT permissive, cmd, qual, COALESCE(with_check, '') FROM pg_policies WHERE schemaname = current_schema() AND tablename = $1`, name)
			want := []string{"PERMISSIVE", "ALL", "(tenant_id = current_setting('stint.tenant'::text, true))", ""}
			if len(policies) != 1 || !slices.Equal(policies[0], want) {
				t.Errorf("%s has the policies %v, want one: %v", name, policies, want)
			}
		}
	})
}

// The server's role can do nothing but read and write rows: it owns no table,
// passes no wall and cannot make another role.
func TestServerRoleIsWeak(t *testing.T) {
	onPostgres(t, func(t *testing.T, address string) {
		t.Helper()
		conn := asServer(t, address)
		if n := number(t, conn, `SELECT COUNT(*) FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin)`); n != 0 {
			t.Error("the application role has rights that it does not need")
		}
		if n := number(t, conn, `SELECT COUNT(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND pg_has_role(current_user, relowner, 'MEMBER')`); n != 0 {
			t.Errorf("the application role owns %d tables or indexes, or is a member of their owner", n)
		}
		for _, statement := range []string{
			"UPDATE events SET type = 'x'", "DELETE FROM events", "TRUNCATE events", "TRUNCATE clients",
			"ALTER TABLE clients DISABLE ROW LEVEL SECURITY", "ALTER TABLE clients NO FORCE ROW LEVEL SECURITY", "DROP POLICY tenant ON clients",
			"DROP TABLE events", "CREATE POLICY all_rows ON clients USING (true)", "ALTER ROLE " + store.ApplicationRole + " BYPASSRLS",
			"GRANT UPDATE ON events TO " + store.ApplicationRole,
		} {
			_, err := conn.Exec(context.Background(), statement)
			refused := err != nil && (strings.Contains(err.Error(), "42501") || strings.Contains(err.Error(), "must be owner"))
			// A grant that one may not give is a warning in PostgreSQL; what counts is that it gave nothing.
			if strings.HasPrefix(statement, "GRANT") {
				refused = number(t, conn, "SELECT CAST(has_table_privilege(current_user, 'events', 'UPDATE') AS INT)") == 0
			}
			if !refused {
				t.Errorf("the application role may %s: %v", statement, err)
			}
		}
		// Switching the wall off makes a read fail; it does not show more.
		if _, err := conn.Exec(context.Background(), "SET row_security = off"); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(context.Background(), "SELECT id FROM clients"); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("a read with row_security off answered %v", err)
		}
	})
}

// A statement that forgot its tenant reads and changes nothing, as the
// server's role and as the tables' owner.
func TestWithoutTenantNothingIsSeen(t *testing.T) {
	onPostgres(t, func(t *testing.T, address string) {
		t.Helper()
		ctx := context.Background()
		one, two := func() (a, b *seeded) {
			db, err := store.Open(ctx, address, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			return seed(t, db), seed(t, db)
		}()
		owner, err := pgx.Connect(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = owner.Close(ctx) })
		tables := tenantTables(schemaOf(t, address))
		for who, conn := range map[string]*pgx.Conn{"the server": asServer(t, address), "the owner": owner} {
			for _, table := range tables {
				if n := number(t, conn, "SELECT COUNT(*) FROM "+table); n != 0 {
					t.Errorf("%s sees %d rows of %s without a tenant", who, n, table)
				}
				if table == "events" {
					continue // may not be changed in any case
				}
				for _, statement := range []string{"UPDATE " + table + " SET tenant_id = tenant_id", "DELETE FROM " + table} {
					tag, err := conn.Exec(ctx, statement)
					if err != nil || tag.RowsAffected() != 0 {
						t.Errorf("%s could %s without a tenant: %d rows, %v", who, statement, tag.RowsAffected(), err)
					}
				}
			}
			for _, s := range []*seeded{one, two} {
				number(t, conn, "SELECT LENGTH(set_config('stint.tenant', $1, false))", s.tenant)
				for _, table := range tables {
					all, own := number(t, conn, "SELECT COUNT(*) FROM "+table), number(t, conn, "SELECT COUNT(*) FROM "+table+" WHERE tenant_id = $1", s.tenant)
					if own == 0 || all != own {
						t.Errorf("%s sees %d rows of %s in a tenant that has %d", who, all, table, own)
					}
				}
			}
		}
	})
}

// seen are the tenants whose rows a statement without a condition reads.
func seen(raw func(string, func(func(...any) error) error) error) (tenants []string, err error) {
	for _, table := range []string{"clients", "time_entries", "invoices", "events", "idempotency_keys"} {
		err = errors.Join(err, raw("SELECT DISTINCT tenant_id FROM "+table, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			if !slices.Contains(tenants, id) {
				tenants = append(tenants, id)
			}
			return err
		}))
	}
	return tenants, err
}

var errOwn = errors.New("given up on purpose")

// One connection of the pool serves one tenant after the other, and each sees
// its own rows alone, whatever happened to the one before: commits, errors,
// broken constraints, panics, requests given up.
func TestPooledConnectionForgetsTheTenant(t *testing.T) {
	onPostgres(t, func(t *testing.T, address string) {
		t.Helper()
		db := testdb.OpenAt(t, address, store.Options{Connections: 1})
		tenants := []*seeded{seed(t, db), seed(t, db)}
		check := func(when string) {
			for _, s := range tenants {
				look := func(tx *store.Tx) error {
					if got, err := seen(tx.Raw); err != nil || !slices.Equal(got, []string{s.tenant}) {
						t.Errorf("after %s a transaction of %s sees rows of %v, %v", when, s.tenant, got, err)
					}
					return nil
				}
				if err := errors.Join(db.View(t.Context(), s.scope(), look), db.Do(t.Context(), s.scope(), look)); err != nil {
					t.Error(err)
				}
			}
			look := func(g *store.GlobalTx) error {
				if got, err := seen(g.Raw); err != nil || got != nil {
					t.Errorf("after %s a statement without a tenant sees rows of %v, %v", when, got, err)
				}
				return nil
			}
			if err := errors.Join(db.GlobalView(t.Context(), look), db.Global(t.Context(), look)); err != nil {
				t.Error(err)
			}
		}
		check("two tenants")
		s := tenants[0]
		for name, fn := range map[string]func(tx *store.Tx) error{
			"a rollback":          func(tx *store.Tx) error { _, err := seen(tx.Raw); return errors.Join(errOwn, err) },
			"an error before all": func(*store.Tx) error { return errOwn },
			"a panic":             func(tx *store.Tx) error { _, _ = seen(tx.Raw); panic("on purpose") },
			"a wrong statement":   func(tx *store.Tx) error { return tx.Raw("SELECT nothing FROM nowhere", nil) },
			"a broken foreign key": func(tx *store.Tx) error {
				store.Emails.Insert(tx, &stint.Email{ID: "x", Contact: "nobody"}, nil)
				return nil
			},
			"another's reference": func(tx *store.Tx) error {
				_, _ = seen(tx.Raw)
				store.Emails.Insert(tx, &stint.Email{ID: "x", Contact: tenants[1].row["contacts"]}, nil)
				return nil
			},
		} {
			if err := db.Do(t.Context(), s.scope(), fn); err == nil {
				t.Errorf("%s was no error", name)
			}
			check(name)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Do(ctx, s.scope(), func(tx *store.Tx) error {
			_, err := seen(tx.Raw)
			cancel()
			return errors.Join(err, tx.Raw("SELECT 1", func(func(...any) error) error { return nil }))
		})
		if err == nil {
			t.Error("a transaction was committed for a request that was given up")
		}
		check("a request was given up")
	})
}

// Many requests of two tenants share a few connections.
func TestPoolOfTwoTenants(t *testing.T) {
	onPostgres(t, func(t *testing.T, address string) {
		t.Helper()
		db := testdb.OpenAt(t, address, store.Options{Connections: 2})
		tenants := []*seeded{seed(t, db), seed(t, db)}
		var wg sync.WaitGroup
		for worker := range 6 {
			wg.Go(func() {
				for round := range testdb.Scale(10, 50, 500) {
					s, run := tenants[(worker+round)%2], db.Do
					if round%3 == 0 {
						run = db.View
					}
					err := run(context.Background(), s.scope(), func(tx *store.Tx) error {
						got, err := seen(tx.Raw)
						if err == nil && !slices.Equal(got, []string{s.tenant}) {
							err = fmt.Errorf("a transaction of %s sees rows of %v", s.tenant, got)
						}
						if err == nil && round%5 == 1 {
							err = errOwn // rolled back
						}
						return err
					})
					if err != nil && !errors.Is(err, errOwn) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}
