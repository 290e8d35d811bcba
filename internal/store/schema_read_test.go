package store_test

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

// table is how a live database describes one of its tables.
type table struct {
	columns []string
	notNull map[string]bool
	primary []string
	unique  [][]string // the columns of each, an expression being ""
	foreign []foreign
}

type foreign struct {
	from []string
	to   string
	cols []string // of the table referred to
	// onDelete is in SQLite's words: NO ACTION, CASCADE, SET NULL …
	onDelete string
}

func (f foreign) String() string {
	return fmt.Sprintf("(%s) to %s (%s) %s", strings.Join(f.from, ", "), f.to, strings.Join(f.cols, ", "), f.onDelete)
}

// schemaOf reads the tables of a database.
func schemaOf(tb testing.TB, address string) map[string]*table {
	tb.Helper()
	db := testdb.Past(tb, address)
	out := map[string]*table{}
	if store.IsPostgres(address) {
		postgresSchema(tb, db, out)
	} else {
		sqliteSchema(tb, db, out)
	}
	if len(out) < 10 {
		tb.Fatalf("only %d tables found", len(out))
	}
	for _, t := range out {
		slices.SortFunc(t.unique, slices.Compare)
		slices.SortFunc(t.foreign, func(a, b foreign) int { return strings.Compare(a.String(), b.String()) })
	}
	return out
}

func sqliteSchema(tb testing.TB, db *sql.DB, out map[string]*table) {
	tb.Helper()
	for _, r := range ask(tb, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`) {
		name := r[0]
		t := &table{notNull: map[string]bool{}}
		out[name] = t
		for _, c := range ask(tb, db, `SELECT name, "notnull" FROM pragma_table_info('`+name+`') ORDER BY cid`) {
			t.columns = append(t.columns, c[0])
			t.notNull[c[0]] = c[1] == "1"
		}
		for _, c := range ask(tb, db, `SELECT name FROM pragma_table_info('`+name+`') WHERE pk > 0 ORDER BY pk`) {
			t.primary = append(t.primary, c[0])
		}
		for _, i := range ask(tb, db, `SELECT name FROM pragma_index_list('`+name+`') WHERE "unique" AND origin <> 'pk'`) {
			var cols []string
			for _, c := range ask(tb, db, `SELECT COALESCE(name, '') FROM pragma_index_info('`+i[0]+`') ORDER BY seqno`) {
				cols = append(cols, c[0])
			}
			t.unique = append(t.unique, cols)
		}
		for _, f := range ask(tb, db, `SELECT DISTINCT id, "table", on_delete FROM pragma_foreign_key_list('`+name+`')`) {
			key := foreign{to: f[1], onDelete: f[2]}
			for _, c := range ask(tb, db, `SELECT "from", COALESCE("to", '') FROM pragma_foreign_key_list('`+name+`') WHERE id = `+f[0]+` ORDER BY seq`) {
				key.from, key.cols = append(key.from, c[0]), append(key.cols, c[1])
			}
			t.foreign = append(t.foreign, key)
		}
	}
}

const (
	postgresColumns = `
		SELECT c.relname, a.attname, a.attnotnull FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY c.relname, a.attnum`
	postgresIndexes = `
		SELECT c.relname, i.indisprimary,
		       (SELECT string_agg(COALESCE(a.attname, ''), ',' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY k(att, n)
		        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.att AND k.att > 0)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace = current_schema()::regnamespace AND i.indisunique`
	postgresForeign = `
		SELECT c.relname, r.relname, f.confdeltype,
		       (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY k(att, n)
		        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.att),
		       (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY k(att, n)
		        JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.att)
		FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid
		WHERE c.relnamespace = current_schema()::regnamespace AND f.contype = 'f'`
)

func postgresSchema(tb testing.TB, db *sql.DB, out map[string]*table) {
	tb.Helper()
	for _, r := range ask(tb, db, postgresColumns) {
		t := out[r[0]]
		if t == nil {
			t = &table{notNull: map[string]bool{}}
			out[r[0]] = t
		}
		t.columns = append(t.columns, r[1])
		t.notNull[r[1]] = r[2] == "true"
	}
	for _, r := range ask(tb, db, postgresIndexes) {
		cols := strings.Split(r[2], ",")
		if r[1] == "true" {
			out[r[0]].primary = cols
		} else {
			out[r[0]].unique = append(out[r[0]].unique, cols)
		}
	}
	actions := map[string]string{"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
	for _, r := range ask(tb, db, postgresForeign) {
		out[r[0]].foreign = append(out[r[0]].foreign, foreign{from: strings.Split(r[3], ","), to: r[1], cols: strings.Split(r[4], ","), onDelete: actions[r[2]]})
	}
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// ask reads all rows as texts.
func ask(tb testing.TB, db querier, query string, args ...any) [][]string {
	tb.Helper()
	out, err := read(db, query, args...)
	if err != nil {
		tb.Fatalf("%v: %s", err, query)
	}
	return out
}

func read(db querier, query string, args ...any) (out [][]string, err error) {
	rows, err := db.QueryContext(context.Background(), query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, dest := make([]any, len(cols)), make([]any, len(cols))
		for i := range dest {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		row := make([]string, len(cols))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			row[i] = fmt.Sprint(v)
		}
		out = append(out, row)
	}
	return out, rows.Err()
}
