package store

import (
	"strconv"
	"strings"
)

// ListQuery is what a list shows and in which order.
type ListQuery struct {
	Filters []Filter
	// Sort overrides the table's default order.
	Sort []SortKey
	// After is the key of the row before the first, as List gave it.
	After []any
	// Limit is the most rows of one statement.
	Limit int
}

// Filter is one condition: a name of Table.Filter and its values.
type Filter struct {
	Name   string
	Values []any
}

// SortKey is one field of an order.
type SortKey struct {
	Field string
	Desc  bool
}

// order is the whole order of a list, the id last so that no two rows are equal.
func (t *Table[T]) order(q ListQuery) (keys []string, desc []bool) {
	sort := q.Sort
	if len(sort) == 0 {
		for _, f := range t.Default {
			name, d := strings.CutPrefix(f, "-")
			sort = append(sort, SortKey{name, d})
		}
	}
	for _, k := range sort {
		keys = append(keys, t.Sort[k.Field])
		desc = append(desc, k.Desc)
	}
	last := len(desc) > 0 && desc[len(desc)-1]
	if keys[len(keys)-1] != "id" {
		keys, desc = append(keys, "id"), append(desc, last)
	}
	return keys, desc
}

// List reads at most q.Limit records after q.After in one statement. next is
// the place of the last in the order, for q.After, or nil when it was the last of all.
func (t *Table[T]) List(tx *Tx, q ListQuery, each func(*T)) (next []any, err error) {
	keys, desc := t.order(q)
	var args []any
	param := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args)+1)
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	b.WriteString(strings.Join(t.cols, ", "))
	for i, k := range keys {
		b.WriteString(", ")
		b.WriteString(k)
		// A name of its own: PostgreSQL calls a subquery by its column, which may be another key's name.
		b.WriteString(" AS key_")
		b.WriteString(strconv.Itoa(i))
	}
	b.WriteString(" FROM ")
	b.WriteString(t.Name)
	b.WriteString(" WHERE ")
	b.WriteString(t.Scope)
	for _, f := range q.Filters {
		b.WriteString(" AND ")
		if f.Name == "ids" {
			if len(f.Values) == 0 {
				b.WriteString("FALSE")
				continue
			}
			b.WriteString("id IN (")
			for i, v := range f.Values {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(param(v))
			}
			b.WriteByte(')')
			continue
		}
		before, after, has := strings.Cut(t.Filter[f.Name], "?")
		b.WriteString(before)
		if has {
			b.WriteString(param(f.Values[0]))
			b.WriteString(after)
		}
	}
	if q.After != nil {
		b.WriteString(" AND ")
		b.WriteString(keyset(keys, desc, q.After, param))
	}
	b.WriteString(" ORDER BY ")
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k)
		if desc[i] {
			b.WriteString(" DESC")
		}
	}
	b.WriteString(" LIMIT ")
	b.WriteString(strconv.Itoa(q.Limit + 1))
	record := t.records(len(keys), each)
	count := 0
	key := make([]any, len(keys))
	err = tx.query(b.String(), args, func(scan scan) error {
		if count++; count > q.Limit {
			next = key
			return nil
		}
		if count == q.Limit {
			dest := make([]any, len(t.cols), len(t.cols)+len(keys)) // nil is left out
			for i := range key {
				dest = append(dest, &key[i])
			}
			if err := scan(dest...); err != nil {
				return err
			}
		}
		return record(scan)
	})
	return next, err
}

// keyset is the condition for rows after a key. Where all fields go the same
// way it is one row comparison, which an index can answer.
func keyset(keys []string, desc []bool, after []any, param func(any) string) string {
	params := make([]string, len(keys))
	same := true
	for i := range keys {
		same = same && desc[i] == desc[0]
	}
	compare := func(d bool) string {
		if d {
			return " < "
		}
		return " > "
	}
	if same {
		for i := range keys {
			params[i] = param(after[i])
		}
		return "(" + strings.Join(keys, ", ") + ")" + compare(desc[0]) + "(" + strings.Join(params, ", ") + ")"
	}
	for i := range keys {
		params[i] = param(after[i])
	}
	var ors []string
	for i := range keys {
		var ands []string
		for j := range i {
			ands = append(ands, keys[j]+" = "+params[j])
		}
		ors = append(ors, "("+strings.Join(append(ands, keys[i]+compare(desc[i])+params[i]), " AND ")+")")
	}
	return "(" + strings.Join(ors, " OR ") + ")"
}

// OrderScope is a parent whose children are ordered among themselves; without a
// column it is the whole tenant.
type OrderScope struct {
	Column string
	Parent string
}

// Ordered reads the records of a scope by creation.
func (t *Table[T]) Ordered(tx *Tx, s OrderScope) ([]*T, error) {
	sql, args := "SELECT "+strings.Join(t.cols, ", ")+" FROM "+t.Name+" WHERE tenant_id = $1", []any(nil)
	if s.Column != "" {
		sql, args = sql+" AND "+s.Column+" = $2", []any{s.Parent}
	}
	return t.all(tx, sql+" ORDER BY created_at, id", args...)
}
