package store

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"stint"
)

// What is written by one connection is read back by another as it was, in every type that records have.
func TestSQLiteConn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	w, err := openSQLiteConn(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.close() }()
	if _, err := w.exec("CREATE TABLE x (n BIGINT, s TEXT, b BOOLEAN, z TEXT)"); err != nil {
		t.Fatal(err)
	}
	if n, err := w.exec("INSERT INTO x (n, s, b, z) VALUES ($2, $1, $3, NULL), ($2, $1, FALSE, NULL)", "a\x00é", int64(1)<<60, true); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	r, err := openSQLiteConn(path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.close() }()
	if _, err := r.exec("DELETE FROM x"); err == nil {
		t.Error("a reader wrote")
	}
	read := func(sql string, dest any) error {
		t.Helper()
		return r.query("SELECT "+sql+" FROM x ORDER BY b DESC LIMIT 1", nil, func(scan scan) error { return scan(dest) })
	}
	for _, c := range []struct {
		column string
		want   any
	}{
		{"n", int64(1) << 60}, {"n", stint.Int53(1 << 60)}, {"n", stint.Instant(1 << 60)}, {"7", 7}, {"b", true}, {"NOT b", false},
		{"s", "a\x00é"}, {"s", stint.Date("a\x00é")}, {"s", stint.Decimal("a\x00é")}, {"s", stint.InvoiceStatus("a\x00é")},
		{"s", metadataColumn("a\x00é")}, {"z", metadataColumn(nil)},
		{"n", new(stint.Int53(1 << 60))}, {"n", new(stint.Instant(1 << 60))}, {"s", new("a\x00é")},
		{"z", (*string)(nil)}, {"z", (*stint.Int53)(nil)}, {"z", (*stint.Instant)(nil)},
	} {
		got := reflect.New(reflect.TypeOf(c.want))
		if err := read(c.column, got.Interface()); err != nil {
			t.Errorf("%s into a %T: %v", c.column, c.want, err)
		} else if !reflect.DeepEqual(got.Elem().Interface(), c.want) {
			t.Errorf("%s is %#v, want %#v", c.column, got.Elem().Interface(), c.want)
		}
	}
	for column, dest := range map[string]any{"s": new(int64), "n": new(stint.Date), "z": new(string), "s||s": new(float64)} {
		if err := read(column, dest); err == nil {
			t.Errorf("%s went into a %T", column, dest)
		}
	}
	var a, b any
	if err := read("n", &a); err != nil || a != int64(1)<<60 {
		t.Error(a, err)
	}
	if err := r.query("SELECT n, s FROM x", nil, func(scan scan) error { return scan(&a) }); err == nil {
		t.Error("two columns went into one value")
	}
	if err := r.query("SELECT n, s FROM x", nil, func(scan scan) error { return scan(&a, &b) }); err != nil || b != "a\x00é" {
		t.Error(b, err)
	}
}

// However many different statements there are, few stay prepared.
func TestSQLiteConnForgets(t *testing.T) {
	c, err := openSQLiteConn(filepath.Join(t.TempDir(), "x.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxStatements {
		var got int64
		err := c.query(fmt.Sprintf("SELECT %d", i), nil, func(scan scan) error { return scan(&got) })
		if err != nil || got != int64(i) {
			t.Fatal(got, err)
		}
		if len(c.stmts) > maxStatements {
			t.Fatalf("%d statements are prepared", len(c.stmts))
		}
	}
	if err := c.close(); err != nil {
		t.Error(err)
	}
}
