package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"stint"
)

// Col is a column and the field it is read into and written from.
type Col struct {
	Name string
	Ptr  any
}

// Table is how a noun is stored. Its columns are listed once; the statements
// that every noun needs are made from them.
type Table[T any] struct {
	Name   string
	Noun   string // in words: "time entry"
	Event  string // in event types: "time-entry"
	Prefix string // of its ids
	Cols   func(*T) []Col
	// Fold, when not nil, gives the text that searching and sorting by name use.
	Fold func(*T) string
	// Sort names what a list can be sorted by, and the SQL for it.
	Sort map[string]string
	// Default is the order without a sort: fields of Sort, "-" for descending.
	// The id always comes last.
	Default []string
	// Filter names what a list can be filtered by; ? is the value.
	Filter map[string]string
	// Fixed is a column that is never updated: the parent.
	Fixed string
	// Scope is the rows a list may see; by default those of the tenant, $1.
	Scope string

	cols        []string
	updated     []int // places of the columns that an update sets
	insert, get string
	update, del string
}

// Fold makes the text that is compared when letters' case and accents do not count.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if r < 0x300 || r > 0x36f {
			b.WriteRune(r)
		}
	}
	return cases.Fold().String(b.String())
}

func define[T any](t Table[T]) *Table[T] {
	var zero T
	for _, c := range t.Cols(&zero) {
		t.cols = append(t.cols, c.Name)
	}
	cols := strings.Join(t.cols, ", ")
	write := t.cols
	if t.Fold != nil {
		write = append(append([]string{}, t.cols...), "name_fold")
	}
	params := make([]string, len(write))
	var sets []string
	for i, c := range write {
		params[i] = "$" + strconv.Itoa(i+2)
		if c != "id" && c != "created_at" && c != t.Fixed {
			t.updated = append(t.updated, i)
			sets = append(sets, c+" = $"+strconv.Itoa(len(t.updated)+3))
		}
	}
	t.insert = fmt.Sprintf("INSERT INTO %s (tenant_id, %s) VALUES ($1, %s)", t.Name, strings.Join(write, ", "), strings.Join(params, ", "))
	t.get = fmt.Sprintf("SELECT %s FROM %s WHERE tenant_id = $1 AND id = $2", cols, t.Name)
	t.update = fmt.Sprintf("UPDATE %s SET %s WHERE tenant_id = $1 AND id = $2 AND version = $3", t.Name, strings.Join(sets, ", "))
	t.del = fmt.Sprintf("DELETE FROM %s WHERE tenant_id = $1 AND id = $2 AND version = $3", t.Name)
	if t.cols[0] != "id" {
		panic("store: the first column of " + t.Name + " is not id")
	}
	if t.Fold != nil {
		t.Sort["name"] = "name_fold"
	}
	if t.Scope == "" {
		t.Scope = "tenant_id = $1"
	}
	return &t
}

// values are the driver's values of a record's columns.
func (t *Table[T]) values(rec *T) []any {
	cols := t.Cols(rec)
	out := make([]any, 0, len(cols)+2)
	for _, c := range cols {
		out = append(out, value(c.Ptr))
	}
	if t.Fold != nil {
		out = append(out, Fold(t.Fold(rec)))
	}
	return out
}

// value reads what a column's pointer points at, as one of the driver's own types.
func value(ptr any) any {
	switch p := ptr.(type) {
	case *string:
		return *p
	case **string:
		if *p == nil {
			return nil
		}
		return **p
	case *bool:
		return *p
	case *int64:
		return *p
	case *stint.Int53:
		return int64(*p)
	case **stint.Int53:
		if *p == nil {
			return nil
		}
		return int64(**p)
	case *stint.Instant:
		return int64(*p)
	case **stint.Instant:
		if *p == nil {
			return nil
		}
		return int64(**p)
	case *stint.Date:
		return string(*p)
	case *stint.Decimal:
		return string(*p)
	case *stint.InvoiceStatus:
		return string(*p)
	case *stint.Metadata:
		if *p == nil {
			return nil
		}
		return string(*p)
	}
	panic(fmt.Sprintf("store: a column of type %T", ptr))
}

// Insert writes a new record, its event with it. fail gives the caller's words
// for a broken constraint.
func (t *Table[T]) Insert(tx *Tx, rec *T, fail func(*ConstraintError) error) {
	tx.queue(statement{sql: t.insert, args: t.values(rec), fail: onBroken(fail)})
	m := any(rec).(stint.Record).Meta()
	tx.event(t.Event+".created", *m.ID, *m.Version, nil)
}

func onBroken(fail func(*ConstraintError) error) func(error) error {
	return func(err error) error {
		var b *ConstraintError
		if fail != nil && errors.As(err, &b) {
			return fail(b)
		}
		return err
	}
}

// Update writes a record over its version old, its event with it.
func (t *Table[T]) Update(tx *Tx, rec *T, old int64, changed []string, fail func(*ConstraintError) error) {
	m := any(rec).(stint.Record).Meta()
	values := t.values(rec)
	args := append(make([]any, 0, len(t.updated)+2), *m.ID, old)
	for _, i := range t.updated {
		args = append(args, values[i])
	}
	tx.queue(statement{sql: t.update, args: args, fail: onBroken(fail), rows: oneRow})
	tx.event(t.Event+".updated", *m.ID, *m.Version, changed)
}

// Delete removes a record of a version, its event with it.
func (t *Table[T]) Delete(tx *Tx, rec *T, fail func(*ConstraintError) error) {
	m := any(rec).(stint.Record).Meta()
	tx.queue(statement{sql: t.del, args: []any{*m.ID, *m.Version}, fail: onBroken(fail), rows: oneRow})
	tx.event(t.Event+".deleted", *m.ID, *m.Version, nil)
}

// oneRow asks for another try when the record changed since it was read.
func oneRow(n int64) error {
	if n != 1 {
		return ErrRace
	}
	return nil
}

// Changed names the columns in which two records differ, heads aside.
func (t *Table[T]) Changed(a, b *T) []string {
	var out []string
	ca, cb := t.Cols(a), t.Cols(b)
	for i := range ca {
		switch ca[i].Name {
		case "id", "created_at", "updated_at", "version":
			continue
		}
		if value(ca[i].Ptr) != value(cb[i].Ptr) {
			out = append(out, ca[i].Name)
		}
	}
	return out
}
