package app

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"stint"
	"stint/internal/store"
)

// Resource is a plain noun: its table, its parent, and at most two hooks. One
// that needs a third is not plain and gets functions of its own.
type Resource[T any] struct {
	Table *store.Table[T]
	// Path is where it lives: "clients".
	Path string
	// Parent is the request's name of the parent's id, such as "clientId"; empty without a parent.
	Parent string
	// ParentNoun is the parent in words.
	ParentNoun string
	// LockParent holds the parent of a reorder, or answers 422 when it is not in the tenant.
	LockParent func(tx *store.Tx, id string) error
	// Siblings is the column within which the records are ordered; empty is the whole tenant.
	Siblings string
	// Children must be gone before a record can be deleted.
	Children []store.Child
	// Before runs in the transaction before a write: old is nil for a create, rec is nil for a delete.
	Before func(tx *store.Tx, old, rec *T) error
	// Owner is whose record it is, where a role may reach its own only.
	Owner func(rec *T) string
	// Loaded completes records that were read.
	Loaded func(tx *store.Tx, recs []*T) error
	// Expand lists the values of the expand parameter.
	Expand []string
	// Shows appends the ids that a field refers to.
	Shows func(ids []string, rec *T, field string) []string
}

func meta(rec any) stint.Meta { return rec.(stint.Record).Meta() }

// ETag is the version of a record as RFC 9110 writes it.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

func matches(ifMatch string, version int64) error {
	if ifMatch == "" || ifMatch == "*" {
		return nil
	}
	for tag := range strings.SplitSeq(ifMatch, ",") {
		if strings.TrimSpace(tag) == ETag(version) {
			return nil
		}
	}
	return errStale
}

var errStale = stint.NewError(stint.Stale, "PreconditionFailed",
	"The resource has changed since you read it. Read it again, apply your change to what you get, and send its new ETag in If-Match.")

func (r *Resource[T]) noSuch(err error) error {
	if errors.Is(err, store.ErrNoRow) {
		return stint.NoSuch(r.Table.Noun)
	}
	return err
}

// answer reads what the caller asked to see beside the record, and gives the
// function that writes the answer.
func (r *Resource[T]) answer(tx *store.Tx, status int, rec *T, show Show) (func() *Answer, error) {
	if r.Loaded != nil {
		if err := r.Loaded(tx, []*T{rec}); err != nil {
			return nil, err
		}
	}
	exp, err := r.expand(tx, []*T{rec}, show.Expand)
	if err != nil {
		return nil, err
	}
	return func() *Answer {
		m := meta(rec)
		a := &Answer{Status: status, Body: show.Body(rec, exp)}
		if status == 201 {
			a.Location = "/api/v1/" + r.Path + "/" + *m.ID
		}
		if exp == nil {
			a.ETag = ETag(*m.Version)
		}
		return a
	}, nil
}

// Create writes a new record; id, instants and version are set here.
func (r *Resource[T]) Create(ctx context.Context, a *App, c *Call, rec *T, show Show) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		fresh := *rec // a further try must not see what this one filled in
		if err := r.create(tx, &fresh, r.broken); err != nil {
			return nil, err
		}
		return r.answer(tx, 201, &fresh, show)
	})
}

// create writes a new record, under a new id unless it has one already; broken
// says what a constraint refused.
func (r *Resource[T]) create(tx *store.Tx, rec *T, broken func(*store.ConstraintError) error) error {
	m := meta(rec)
	if *m.ID == "" {
		*m.ID = tx.NewID(r.Table.Prefix)
	}
	*m.CreatedAt, *m.UpdatedAt, *m.Version = tx.Now(), tx.Now(), 1
	if r.Before != nil {
		if err := r.Before(tx, nil, rec); err != nil {
			return err
		}
	}
	r.Table.Insert(tx, rec, broken)
	return nil
}

// keyRace runs the transaction again when another one took the externalKey
// since it was looked up: then it is found.
func (r *Resource[T]) keyRace(b *store.ConstraintError) error {
	if b.Unique {
		return store.ErrRace
	}
	return r.broken(b)
}

// broken says in the caller's words what a constraint refused.
func (r *Resource[T]) broken(b *store.ConstraintError) error {
	switch {
	case !b.Unique && r.Parent != "":
		return stint.BadReference("/"+r.Parent, r.ParentNoun)
	case strings.HasSuffix(b.Constraint, "_external_key"):
		return errExternalKeyTaken
	case b.Constraint == "invoices_invoice_number":
		return stint.NewError(stint.Conflict, "NumberTaken",
			"Another invoice of this tenant has this invoiceNumber. Send another one, or leave it out.")
	case b.Unique:
		// Two requests at once, such as two that each make a contact the default one: the second try sees the first.
		return store.ErrRace
	}
	return b
}

var errExternalKeyTaken = stint.NewError(stint.Conflict, "ExternalKeyTaken",
	"Another resource of this kind has this externalKey. PUT to its by-key path to change that one, or send another key.")

// Get reads one record for a single answer.
func (r *Resource[T]) Get(ctx context.Context, a *App, c *Call, id string, show Show) (*Answer, error) {
	return r.single(ctx, a, c, show, func(tx *store.Tx) (*T, error) { return r.Table.Get(tx, id) })
}

// GetByKey reads the record with an external key.
func (r *Resource[T]) GetByKey(ctx context.Context, a *App, c *Call, key string, show Show) (*Answer, error) {
	return r.single(ctx, a, c, show, func(tx *store.Tx) (*T, error) { return r.Table.ByKey(tx, key) })
}

func (r *Resource[T]) single(ctx context.Context, a *App, c *Call, show Show, read func(*store.Tx) (*T, error)) (out *Answer, err error) {
	err = a.db.View(ctx, c.Scope, func(tx *store.Tx) error {
		rec, err := read(tx)
		if err != nil {
			return r.noSuch(err)
		}
		if !r.sees(c, rec) {
			return stint.NoSuch(r.Table.Noun)
		}
		late, err := r.answer(tx, 200, rec, show)
		if err == nil {
			out = late()
		}
		return err
	})
	return out, err
}

// Change loads a record, lets apply change it, and writes it over the version
// that was read. A change that changes nothing writes nothing.
func (r *Resource[T]) Change(ctx context.Context, a *App, c *Call, id string, apply func(*T) []stint.Problem, show Show) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		rec, err := r.Table.GetToChange(tx, id)
		if err != nil {
			return nil, r.noSuch(err)
		}
		if err := r.change(tx, c, rec, apply); err != nil {
			return nil, err
		}
		return r.answer(tx, 200, rec, show)
	})
}

func (r *Resource[T]) change(tx *store.Tx, c *Call, rec *T, apply func(*T) []stint.Problem) error {
	if err := r.mayChange(c, rec); err != nil {
		return err
	}
	m := meta(rec)
	if err := matches(c.IfMatch, *m.Version); err != nil {
		return err
	}
	old := *rec
	problems := apply(rec)
	if v, ok := any(rec).(stint.Validator); ok {
		problems = append(problems, v.Validate()...)
	}
	if len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	if r.Before != nil {
		if err := r.Before(tx, &old, rec); err != nil {
			return err
		}
	}
	return r.update(tx, &old, rec)
}

// update writes a record over an older one, unless they are the same.
func (r *Resource[T]) update(tx *store.Tx, old, rec *T) error {
	changed := r.Table.Changed(old, rec)
	if len(changed) == 0 {
		return nil
	}
	m := meta(rec)
	version := *m.Version
	*m.Version, *m.UpdatedAt = version+1, max(tx.Now(), *m.UpdatedAt)
	r.Table.Update(tx, rec, version, changed, r.broken)
	return nil
}

// Put creates the record with an external key, or replaces the one that has it.
// fresh makes the new record; apply replaces.
func (r *Resource[T]) Put(ctx context.Context, a *App, c *Call, key string, fresh func() (*T, []stint.Problem), apply func(*T) []stint.Problem, show Show) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		rec, status, err := r.put(tx, c, key, fresh, apply)
		if err != nil {
			return nil, err
		}
		return r.answer(tx, status, rec, show)
	})
}

func (r *Resource[T]) put(tx *store.Tx, c *Call, key string, fresh func() (*T, []stint.Problem), apply func(*T) []stint.Problem) (*T, int, error) {
	rec, err := r.Table.ByKey(tx, key)
	if errors.Is(err, store.ErrNoRow) {
		rec, problems := fresh()
		if len(problems) > 0 {
			return nil, 0, stint.InvalidBody(problems)
		}
		if c.IfMatch != "" {
			return nil, 0, errStale
		}
		return rec, 201, r.create(tx, rec, r.keyRace)
	}
	if err != nil {
		return nil, 0, err
	}
	if !r.sees(c, rec) {
		return nil, 0, errExternalKeyTaken
	}
	if c.IfNoneMatch == "*" {
		return nil, 0, errStale // only to create (RFC 9110, 13.1.2)
	}
	return rec, 200, r.change(tx, c, rec, apply)
}

// Delete removes a record that has nothing under it.
func (r *Resource[T]) Delete(ctx context.Context, a *App, c *Call, id string) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		rec, err := r.Table.GetToChange(tx, id)
		if err != nil {
			return nil, r.noSuch(err)
		}
		if err := r.mayChange(c, rec); err != nil {
			return nil, err
		}
		if err := matches(c.IfMatch, *meta(rec).Version); err != nil {
			return nil, err
		}
		if err := r.delete(tx, rec); err != nil {
			return nil, err
		}
		return func() *Answer { return &Answer{Status: 204} }, nil
	})
}

func (r *Resource[T]) delete(tx *store.Tx, rec *T) error {
	if err := noChildren(tx, r.Table.Noun, *meta(rec).ID, r.Children); err != nil {
		return err
	}
	if r.Before != nil {
		if err := r.Before(tx, rec, nil); err != nil {
			return err
		}
	}
	// A child that came since the count breaks a foreign key: the next try counts it.
	r.Table.Delete(tx, rec, func(*store.ConstraintError) error { return store.ErrRace })
	return nil
}

// Page is one part of a list, with the key its last record has in the order.
type Page[T any] struct {
	Records []*T
	Exp     *Expansion
	Next    []any // nil at the end of the list
}

// pageRows is how many rows of a whole list one statement reads.
const pageRows = 1000

// List reads the list in pages and gives each to page. Without a limit it goes
// on to the end, with nothing of the database held while page runs.
func (r *Resource[T]) List(ctx context.Context, a *App, c *Call, q store.ListQuery, limit int, expand *Expand, page func(Page[T]) error) error {
	if r.Owner != nil && c.reach(r.Path).See != stint.Everybodys {
		q.Filters = append(q.Filters, store.Filter{Name: "userId", Values: []any{c.User}})
	}
	q.Limit = pageRows
	if limit > 0 {
		q.Limit = limit
	}
	for {
		p, err := r.page(ctx, a, c, q, expand)
		if err != nil {
			return err
		}
		if err := page(p); err != nil || p.Next == nil || limit > 0 {
			return err
		}
		q.After = p.Next
	}
}

func (r *Resource[T]) page(ctx context.Context, a *App, c *Call, q store.ListQuery, expand *Expand) (p Page[T], err error) {
	err = a.db.View(ctx, c.Scope, func(tx *store.Tx) (err error) {
		p.Records = slices.Grow(p.Records, min(q.Limit, 128))
		p.Next, err = r.Table.List(tx, q, func(rec *T) { p.Records = append(p.Records, rec) })
		if err != nil || len(p.Records) == 0 {
			return err
		}
		if r.Loaded != nil {
			if err := r.Loaded(tx, p.Records); err != nil {
				return err
			}
		}
		p.Exp, err = r.expand(tx, p.Records, expand)
		return err
	})
	return p, err
}
