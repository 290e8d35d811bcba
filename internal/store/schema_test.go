package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stint/internal/store"
	"stint/internal/testdb"
)

// globalTables are in no tenant. Whoever adds one decides that its rows may be
// read by all.
var globalTables = []string{"tenants", "users", "memberships", "tokens", "settings", "user_idempotency_keys", "user_events", "goose_db_version"}

// freeColumns end in _id and refer to nothing in the tenant: users and tokens
// are global and may go, the rest is the caller's own text or a record of the past.
var freeColumns = []string{"tenant_id", "user_id", "token_id", "request_id", "resource_id", "reference_id"}

// tenantTables are the others, by name.
func tenantTables(schema map[string]*table) []string {
	names := slices.Sorted(maps.Keys(schema))
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(globalTables, n) })
}

// Every key of a tenant's table starts with tenant_id: the database itself
// keeps tenants apart, and can be spread over machines by it.
func TestKeysStartWithTheTenant(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			schema := schemaOf(t, testdb.Address(t, engine))
			for _, name := range globalTables {
				if schema[name] == nil {
					t.Errorf("the global table %s is on the list and not in the database", name)
				}
			}
			for _, name := range tenantTables(schema) {
				table := schema[name]
				if !table.notNull["tenant_id"] {
					t.Errorf("%s has no tenant_id that must be there; give it one, or put the table on the list of global ones", name)
				}
				if len(table.primary) == 0 || table.primary[0] != "tenant_id" {
					t.Errorf("the primary key of %s is (%s); it has to start with tenant_id", name, strings.Join(table.primary, ", "))
				}
				for _, c := range table.columns {
					refers := slices.ContainsFunc(table.foreign, func(f foreign) bool { return slices.Contains(f.from, c) })
					if strings.HasSuffix(c, "_id") && !refers && !slices.Contains(freeColumns, c) {
						t.Errorf("%s.%s has no foreign key (tenant_id, %s): nothing keeps it in its tenant", name, c, c)
					}
				}
				for _, cols := range table.unique {
					if cols[0] != "tenant_id" {
						t.Errorf("a unique index of %s is on (%s); it has to start with tenant_id, or two tenants see of each other", name, strings.Join(cols, ", "))
					}
				}
				for _, f := range table.foreign {
					global := slices.Contains(globalTables, f.to)
					switch {
					case f.from[0] != "tenant_id":
						t.Errorf("%s has the foreign key %s; it has to start with tenant_id", name, f)
					case global && (f.to != "tenants" || len(f.from) != 1):
						t.Errorf("%s refers to the global table %s; only (tenant_id) to tenants (id) may", name, f.to)
					case !global && f.cols[0] != "tenant_id":
						t.Errorf("%s has the foreign key %s; what it refers to has to start with tenant_id", name, f)
					}
				}
			}
		})
	}
}

// What a distributed engine refuses is not in the schema: references set to
// null on a deletion, triggers, functions of our own.
func TestSchemaIsPlain(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := testdb.Address(t, engine)
			for name, table := range schemaOf(t, address) {
				for _, f := range table.foreign {
					if strings.HasPrefix(f.onDelete, "SET") {
						t.Errorf("%s: %s; update first, then delete", name, f)
					}
				}
			}
			hidden := `SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'view')`
			if engine == testdb.PostgreSQL {
				hidden = `
					SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
					UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
					UNION ALL SELECT 'view ' || relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('v', 'm')`
			}
			for _, r := range ask(t, testdb.Past(t, address), hidden) {
				t.Errorf("the schema has the %s; what happens belongs into the program's statements", r[0])
			}
		})
	}
}

// One schema on both engines: the same columns, keys and references.
func TestSchemasAreTheSame(t *testing.T) {
	t.Parallel()
	if len(testdb.Engines()) < 2 {
		return // there is nothing to compare
	}
	a, b := schemaOf(t, testdb.Address(t, testdb.SQLite)), schemaOf(t, testdb.Address(t, testdb.PostgreSQL))
	delete(a, "goose_db_version")
	delete(b, "goose_db_version")
	if one, other := slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)); !slices.Equal(one, other) {
		t.Fatalf("SQLite has the tables %v, PostgreSQL %v", one, other)
	}
	for name := range a {
		if !reflect.DeepEqual(a[name], b[name]) {
			t.Errorf("%s is on SQLite\n%+v\nand on PostgreSQL\n%+v", name, *a[name], *b[name])
		}
	}
}

// The database refuses a reference into another tenant by itself, whoever
// writes the statement: for every foreign key, a row of one tenant that names
// the other's is refused, and the same row with an id of its own is taken.
func TestCrossTenantReferences(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := testdb.Address(t, engine)
			db := testdb.OpenAt(t, address, store.Options{})
			ours, theirs := seed(t, db), seed(t, db)
			schema, conn := schemaOf(t, address), testdb.Past(t, address)
			tried := 0
			for _, name := range tenantTables(schema) {
				for _, f := range schema[name].foreign {
					if f.to == "tenants" {
						continue
					}
					tried++
					insert := copyRow(schema[name], name, f.from[1])
					if err := inTenant(conn, engine, ours.tenant, insert, ours.tenant, ours.row[name], "copy-of-a-row", ours.row[f.to]); err != nil {
						t.Errorf("%s cannot be written with a reference to its own tenant's %s: %v", name, f.to, err)
					}
					err := inTenant(conn, engine, ours.tenant, insert, ours.tenant, ours.row[name], "copy-of-a-row", theirs.row[f.to])
					if !isForeignKey(err) {
						t.Errorf("%s of one tenant could name %s of another: %v", name, f.to, err)
					}
				}
				if engine == testdb.PostgreSQL {
					wrong := strings.Replace(copyRow(schema[name], name, ""), "SELECT tenant_id", "SELECT '"+theirs.tenant+"'", 1)
					if err := inTenant(conn, engine, ours.tenant, wrong, ours.tenant, ours.row[name], "copy-of-a-row"); err == nil || !strings.Contains(err.Error(), "row-level security") {
						t.Errorf("a transaction of one tenant could write a row of another into %s: %v", name, err)
					}
				}
			}
			if tried < 8 {
				t.Errorf("only %d foreign keys were tried", tried)
			}
		})
	}
}

// copyRow makes an INSERT of a copy of the row $2 of the tenant $1, with the id
// $3 and, in a column, the reference $4. What is unique is left out or new.
func copyRow(t *table, name, column string) string {
	exprs := make([]string, len(t.columns))
	for i, c := range t.columns {
		switch c {
		case column:
			exprs[i] = "CAST($4 AS TEXT)"
		case "id", "invoice_number", "key":
			exprs[i] = "CAST($3 AS TEXT)"
		case "external_key":
			exprs[i] = "NULL"
		case "is_default":
			exprs[i] = "FALSE"
		default:
			exprs[i] = c
		}
	}
	key := "id"
	if !slices.Contains(t.columns, "id") {
		key = "key"
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE tenant_id = $1 AND %s = $2",
		name, strings.Join(t.columns, ", "), strings.Join(exprs, ", "), name, key)
}

// inTenant runs a statement that writes one row, as the server's role and in
// the tenant, and takes it back.
func inTenant(db *sql.DB, engine, tenant, statement string, args ...any) error {
	ctx := context.Background()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if engine == testdb.PostgreSQL {
		if _, err := tx.ExecContext(ctx, "SET LOCAL ROLE "+store.ApplicationRole); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "SELECT set_config('stint.tenant', $1, true)", tenant); err != nil {
			return err
		}
	}
	res, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("%d rows written (%w)", n, err)
	}
	return nil
}

func isForeignKey(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "23503") || strings.Contains(err.Error(), "FOREIGN KEY constraint failed"))
}
