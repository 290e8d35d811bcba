package leak_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"stint/internal/store"
	"stint/internal/testdb"
)

// rows reads tables past the program, straight from the database.
type rows struct {
	db       *sql.DB
	postgres bool
	// where is the condition on each table's rows; $1 is the tenant or the user.
	where map[string]string
	user  map[string]bool // its $1 is the user
}

// openRows finds the tables. One that is in no tenant must be known here.
func openRows(tb testing.TB, address string) *rows {
	tb.Helper()
	r := &rows{postgres: store.IsPostgres(address), where: map[string]string{}, user: map[string]bool{}}
	r.db = testdb.Past(tb, address)
	tables := `SELECT m.name, EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'tenant_id')
		FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`
	if r.postgres {
		tables = `SELECT t.table_name, EXISTS (SELECT 1 FROM information_schema.columns c
				WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.column_name = 'tenant_id')
			FROM information_schema.tables t WHERE t.table_schema = current_schema()`
	}
	found, err := r.db.QueryContext(context.Background(), tables)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var name string
		var scoped bool
		if err := found.Scan(&name, &scoped); err != nil {
			tb.Fatal(err)
		}
		switch {
		case scoped:
			r.where[name] = "tenant_id = $1"
		case name == "tenants":
			r.where[name] = "id = $1"
		case name == "users":
			r.where[name], r.user[name] = "id = $1", true
		case name == "tokens", name == "user_idempotency_keys", name == "user_events":
			r.where[name], r.user[name] = "user_id = $1", true
		case name == "settings", name == "goose_db_version": // nobody's
		default:
			tb.Fatalf("the table %s is in no tenant; say here whose its rows are", name)
		}
	}
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	return r
}

// snapshot is all rows that a tenant and its user have, by table, in a fixed order.
type snapshot map[string][]string

func (r *rows) of(tb testing.TB, w *world) snapshot {
	tb.Helper()
	ctx := context.Background()
	conn, err := r.db.Conn(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if r.postgres {
		if _, err := conn.ExecContext(ctx, "SELECT set_config('stint.tenant', $1, false)", w.Tenant); err != nil {
			tb.Fatal(err)
		}
	}
	out := snapshot{}
	for table, where := range r.where {
		scope := w.Tenant
		if r.user[table] {
			scope = w.User
		}
		if out[table], err = read(ctx, conn, "SELECT * FROM "+table+" WHERE "+where, scope); err != nil {
			tb.Fatalf("%s: %v", table, err)
		}
	}
	if len(out["tenants"]) != 1 || len(out["clients"]) == 0 {
		tb.Fatalf("the rows of tenant %s cannot be read: there are none", w.Tenant)
	}
	return out
}

func read(ctx context.Context, conn *sql.Conn, query, scope string) ([]string, error) {
	found, err := conn.QueryContext(ctx, query, scope)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	cols, err := found.Columns()
	if err != nil {
		return nil, err
	}
	var out []string
	values, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range dest {
		dest[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(dest...); err != nil {
			return nil, err
		}
		var b strings.Builder
		for i, v := range values {
			if raw, ok := v.([]byte); ok {
				v = string(raw)
			}
			fmt.Fprintf(&b, "%s=%v|", cols[i], v)
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out, found.Err()
}

// same fails the test when a row is new, gone or other than before.
func (s snapshot) same(tb testing.TB, after snapshot, whose string) {
	tb.Helper()
	for table, was := range s {
		is := after[table]
		if slices.Equal(was, is) {
			continue
		}
		for _, row := range is {
			if _, found := slices.BinarySearch(was, row); !found {
				tb.Errorf("%s: %s has a row that was not there before: %s", whose, table, row)
			}
		}
		for _, row := range was {
			if _, found := slices.BinarySearch(is, row); !found {
				tb.Errorf("%s: %s has lost a row, or changed it: %s", whose, table, row)
			}
		}
	}
}

// ids are all ids in the rows.
func (s snapshot) ids() map[string]bool {
	out := map[string]bool{}
	for _, list := range s {
		for _, row := range list {
			for _, id := range anyID.FindAllString(row, -1) {
				out[id] = true
			}
		}
	}
	return out
}

// leave ends every membership in a tenant, which no operation can do so far.
func leave(tb testing.TB, address, tenant string) {
	tb.Helper()
	if _, err := testdb.Past(tb, address).ExecContext(context.Background(), "DELETE FROM memberships WHERE tenant_id = $1", tenant); err != nil {
		tb.Fatal(err)
	}
}
