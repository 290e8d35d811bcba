package api_test

import (
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"stint/internal/store"
	"stint/internal/testdb"
)

// openPast opens the database of an API past the API, in a tenant: PostgreSQL
// shows no other rows, whoever asks.
func openPast(t *testing.T, address, tenant string) *sql.DB {
	t.Helper()
	if store.IsPostgres(address) {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("stint.tenant", tenant)
		u.RawQuery = q.Encode()
		address = u.String()
	}
	return testdb.Past(t, address)
}

// everyRow is all that the database holds, by table.
func (w *world) everyRow(t testing.TB) map[string][]string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if store.IsPostgres(w.Address) {
		query = `SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`
	}
	out := map[string][]string{}
	for _, table := range w.column(t, query) {
		out[table] = w.rows(t, "SELECT * FROM "+table)
	}
	if len(out["time_entries"]) == 0 && len(out["public.time_entries"]) == 0 {
		t.Fatal("no time entries are seen, so that no change of them would be")
	}
	if len(out) < 15 {
		t.Fatalf("found only the tables %v", slices.Collect(maps.Keys(out)))
	}
	return out
}

func (w *world) column(t testing.TB, query string) (out []string) {
	t.Helper()
	for _, row := range w.rows(t, query) {
		out = append(out, strings.TrimSuffix(row, "\x1f"))
	}
	return out
}

// rows are the rows of a query as text, sorted.
func (w *world) rows(t testing.TB, query string) (out []string) {
	t.Helper()
	rows, err := w.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, ptrs := make([]any, len(cols)), make([]any, len(cols))
		for i := range values {
			ptrs[i] = &values[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, v := range values {
			if raw, ok := v.([]byte); ok {
				v = string(raw)
			}
			fmt.Fprintf(&b, "%v\x1f", v)
		}
		out = append(out, b.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// unchanged checks that nothing was written since.
func (w *world) unchanged(t testing.TB, what string, before map[string][]string) {
	t.Helper()
	after := w.everyRow(t)
	for table, rows := range before {
		if !slices.Equal(rows, after[table]) {
			t.Errorf("%s: the table %s has changed: %d rows before, %d after", what, table, len(rows), len(after[table]))
		}
	}
}
