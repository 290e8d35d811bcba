package store

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"stint"
)

// records makes what the rows of a query are read by; each record goes to found.
// Rows are read into one record, whose columns are looked up once, and copied
// out of it. What they point to is new in each row. more columns that follow are left out.
func (t *Table[T]) records(more int, found func(*T)) func(scan) error {
	row := new(T)
	dest := append(t.dest(row), make([]any, more)...)
	return func(scan scan) error {
		if err := scan(dest...); err != nil {
			return err
		}
		rec := *row
		found(&rec)
		return nil
	}
}

// dest is where the columns of a row go.
func (t *Table[T]) dest(rec *T) []any {
	cols := t.Cols(rec)
	dest := make([]any, len(cols))
	for i, c := range cols {
		dest[i] = c.Ptr
		if m, ok := c.Ptr.(*stint.Metadata); ok {
			dest[i] = (*metadataColumn)(m)
		}
	}
	return dest
}

// metadataColumn reads JSON kept as text.
type metadataColumn stint.Metadata

// Scan reads the column.
func (m *metadataColumn) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m = nil
	case string:
		*m = metadataColumn(v)
	case []byte:
		*m = append(metadataColumn(nil), v...)
	default:
		return fmt.Errorf("metadata of type %T", src)
	}
	return nil
}

// all reads the records of a query.
func (t *Table[T]) all(tx *Tx, sql string, args ...any) (out []*T, err error) {
	err = tx.query(sql, args, t.records(0, func(rec *T) { out = append(out, rec) }))
	return out, err
}

// first reads the only record of a query, or answers ErrNoRow.
func (t *Table[T]) first(tx *Tx, sql string, args ...any) (*T, error) {
	rec := new(T)
	return rec, tx.row(sql, args, t.dest(rec)...)
}

// Get reads one record, or answers ErrNoRow.
func (t *Table[T]) Get(tx *Tx, id string) (*T, error) { return t.first(tx, t.get, id) }

// Lock reads one record and holds it until the commit: nobody else changes it
// meanwhile. It answers ErrNoRow when there is none. The version stays.
func (t *Table[T]) Lock(tx *Tx, id string) (*T, error) {
	return t.first(tx, "UPDATE "+t.Name+" SET version = version WHERE tenant_id = $1 AND id = $2 RETURNING "+strings.Join(t.cols, ", "), id)
}

// GetToChange reads one record that the transaction will write. The first try
// does not lock it, because a race is rare; a further one does, because then it is not.
func (t *Table[T]) GetToChange(tx *Tx, id string) (*T, error) {
	if tx.Attempt() > 0 {
		return t.Lock(tx, id)
	}
	return t.Get(tx, id)
}

// ByKey reads the record with an external key, or ErrNoRow.
func (t *Table[T]) ByKey(tx *Tx, key string) (*T, error) {
	return t.first(tx, "SELECT "+strings.Join(t.cols, ", ")+" FROM "+t.Name+" WHERE tenant_id = $1 AND external_key = $2", key)
}

// ByIDs reads the records that exist among ids, in no order.
func (t *Table[T]) ByIDs(tx *Tx, ids []string) ([]*T, error) { return t.Where(tx, "id", ids...) }

// Where reads the records whose column is one of values, in no order.
func (t *Table[T]) Where(tx *Tx, column string, values ...string) (out []*T, err error) {
	t.want(tx, column, values, func(rec *T) { out = append(out, rec) })
	return out, tx.Send()
}

// Want is ByIDs put off until Send: what is wanted of several tables is asked
// for in one round trip.
func (t *Table[T]) Want(tx *Tx, ids []string, found func(*T)) { t.want(tx, "id", ids, found) }

func (t *Table[T]) want(tx *Tx, column string, values []string, found func(*T)) {
	for len(values) > 0 {
		n := min(len(values), idsPerStatement)
		sql := t.in(column, padded(n))
		args := make([]any, padded(n))
		for i, v := range values[:n] {
			args[i] = v
		}
		for i := n; i < len(args); i++ {
			args[i] = args[n-1]
		}
		values = values[n:]
		tx.queue(statement{sql: sql, args: args, each: t.records(0, found), small: n <= fewRows})
	}
}

// inTexts keeps the statements that want makes.
var inTexts sync.Map

type inText struct {
	table, column string
	n             int
}

// in is the statement that reads the records whose column is one of n values.
func (t *Table[T]) in(column string, n int) string {
	key := inText{t.Name, column, n}
	if sql, ok := inTexts.Load(key); ok {
		return sql.(string)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT %s FROM %s WHERE tenant_id = $1 AND %s IN (%s)", strings.Join(t.cols, ", "), t.Name, column, numbered(n, 2))
	inTexts.Store(key, b.String())
	return b.String()
}

const (
	idsPerStatement = 1000
	// fewRows do not keep others waiting.
	fewRows = 64
)

// padded is the length that a list of values is filled up to by repeating its
// last, so that there are few statements to prepare.
func padded(values int) int {
	n := 1
	for n < values {
		n *= 2
	}
	return min(n, idsPerStatement)
}

// numbered is `$first, …` n times.
func numbered(n, first int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(first+i))
	}
	return b.String()
}

// inList makes `$2,$3,…` and its arguments.
func inList(ids []string, first int) (string, []any) {
	args := make([]any, padded(len(ids)))
	for i := range args {
		args[i] = ids[min(i, len(ids)-1)]
	}
	return numbered(len(args), first), args
}
