package app

import (
	"maps"
	"slices"
	"strings"

	"stint/internal/store"
)

// Expand is a parsed expand parameter: which fields to replace by what they refer to.
type Expand struct{ Fields map[string]*Expand }

// ParseExpand reads `a,a.b` against the allowed values; ok is false on any
// other. A path implies what it goes through. Nil means nothing to expand.
func ParseExpand(allowed []string, s string) (e *Expand, ok bool) {
	for path := range strings.SplitSeq(s, ",") {
		path = strings.TrimSpace(path)
		if path == "" {
			continue
		}
		if !slices.Contains(allowed, path) {
			return nil, false
		}
		if e == nil {
			e = &Expand{Fields: map[string]*Expand{}}
		}
		at := e
		for field := range strings.SplitSeq(path, ".") {
			if at.Fields[field] == nil {
				at.Fields[field] = &Expand{Fields: map[string]*Expand{}}
			}
			at = at.Fields[field]
		}
	}
	return e, true
}

// Expansion is what was read to be put in place of ids: by field, then by id.
type Expansion struct{ Fields map[string]*Expanded }

// Expanded are the records that one field refers to, with what they refer to in
// turn. Fields that lead to the same share it.
type Expanded struct {
	Noun string
	// Records are by id; nil stands for one that is not there.
	Records map[string]any
	Sub     *Expansion
}

// key tells expansions apart that show different things.
func (e *Expand) key() string {
	if e == nil || len(e.Fields) == 0 {
		return ""
	}
	var b strings.Builder
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		b.WriteString("(" + field + e.Fields[field].key() + ")")
	}
	return b.String()
}

// expander reads what records refer to, level by level: what a level lacks is
// asked for in one round trip, and what two paths lead to is read once.
type expander struct {
	tx    *store.Tx
	nodes map[string]*Expanded // by noun and what is expanded in it
	next  []func() error       // takes in what was asked for on this level
}

// expand reads what the records refer to: at most one statement a field and
// level, however many records there are.
func (r *Resource[T]) expand(tx *store.Tx, recs []*T, e *Expand) (*Expansion, error) {
	x := &expander{tx: tx, nodes: map[string]*Expanded{}}
	out := r.want(x, recs, e)
	for len(x.next) > 0 {
		if err := tx.Send(); err != nil {
			return nil, err
		}
		level := x.next
		x.next = nil
		for _, take := range level {
			if err := take(); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// want asks for what the records refer to.
func (r *Resource[T]) want(x *expander, recs []*T, e *Expand) *Expansion {
	if e == nil || len(e.Fields) == 0 {
		return nil
	}
	out := &Expansion{Fields: map[string]*Expanded{}}
	for field, sub := range e.Fields {
		ids := make([]string, 0, len(recs))
		for _, rec := range recs {
			ids = r.Shows(ids, rec, field)
		}
		if len(ids) > 0 {
			_, want := target(field)
			out.Fields[field] = want(x, ids, sub)
		}
	}
	return out
}

// target is the resource that an expandable field refers to: its path, and how it is read.
func target(field string) (path string, want func(x *expander, ids []string, e *Expand) *Expanded) {
	switch field {
	case "client":
		return Clients.Path, Clients.wanted
	case "contact":
		return Contacts.Path, Contacts.wanted
	case "contract":
		return Contracts.Path, Contracts.wanted
	case "project":
		return Projects.Path, Projects.wanted
	case "billable":
		return Billables.Path, Billables.wanted
	case "invoice":
		return Invoices.Path, Invoices.wanted
	case "emails":
		return Emails.Path, Emails.wanted
	case "addresses":
		return Addresses.Path, Addresses.wanted
	}
	panic("app: expand reaches the unknown field " + field)
}

// wanted asks for the records with these ids that were not asked for yet, and
// once they are there for what they refer to in turn.
func (r *Resource[T]) wanted(x *expander, ids []string, e *Expand) *Expanded {
	key := r.Table.Noun + e.key()
	node := x.nodes[key]
	if node == nil {
		node = &Expanded{Noun: r.Table.Noun, Records: make(map[string]any, len(ids))}
		x.nodes[key] = node
	}
	var missing []string
	for _, id := range ids {
		if _, asked := node.Records[id]; !asked {
			node.Records[id] = nil
			missing = append(missing, id)
		}
	}
	if missing == nil {
		return node
	}
	var recs []*T
	r.Table.Want(x.tx, missing, func(rec *T) { recs = append(recs, rec) })
	x.next = append(x.next, func() error {
		if r.Loaded != nil {
			if err := r.Loaded(x.tx, recs); err != nil {
				return err
			}
		}
		for _, rec := range recs {
			node.Records[*meta(rec).ID] = rec
		}
		if sub := r.want(x, recs, e); node.Sub == nil {
			node.Sub = sub
		} else {
			maps.Copy(node.Sub.Fields, sub.Fields)
		}
		return nil
	})
	return node
}
