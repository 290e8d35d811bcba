package app

import (
	"context"
	"errors"
	"strconv"

	"stint"
	"stint/internal/store"
)

// Reorder writes order 0, 1, 2… to the listed records of a parent (or of the
// tenant). Those left out follow by creation, without an order. It answers all
// ids of the scope; an id that is not in it, or twice in the list, changes nothing.
func (r *Resource[T]) Reorder(ctx context.Context, a *App, c *Call, parent string, ids []string, order func(*T) **stint.Int53, body func([]string) []byte) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		all, _, err := r.reorder(tx, parent, ids, order)
		if err != nil {
			return nil, err
		}
		return func() *Answer { return &Answer{Status: 200, Body: body(all)} }, nil
	})
}

// maxOrderProblems is how many wrong ids of a reorder are told.
const maxOrderProblems = 1000

// reorder also tells whether any record has moved.
func (r *Resource[T]) reorder(tx *store.Tx, parent string, ids []string, order func(*T) **stint.Int53) (all []string, moved bool, err error) {
	// Two reorders of one scope would mix; the second waits for the first.
	lock := func(*store.Tx, string) error { return tx.LockSelf() }
	if r.LockParent != nil {
		lock = r.LockParent
	}
	if err := lock(tx, parent); err != nil {
		return nil, false, err
	}
	scope := store.OrderScope{Column: r.Siblings, Parent: parent}
	recs, err := r.Table.Ordered(tx, scope)
	if err != nil {
		return nil, false, err
	}
	byID := make(map[string]*T, len(recs))
	for _, rec := range recs {
		byID[*meta(rec).ID] = rec
	}
	place := make(map[string]stint.Int53, len(ids))
	var problems []stint.Problem
	for i, id := range ids {
		if len(problems) == maxOrderProblems {
			problems = append(problems, stint.Problem{Pointer: "/ids", Code: "TooManyProblems", Message: "There are more wrong ids than these; correct them and send the list again."})
			break
		}
		pointer := "/ids/" + strconv.Itoa(i)
		if _, twice := place[id]; twice {
			problems = append(problems, stint.Problem{Pointer: pointer, Code: "Repeated", Message: "This id is in the list twice; list each once."})
		} else if byID[id] == nil {
			problems = append(problems, stint.Problem{Pointer: pointer, Code: "UnknownReference", Message: "There is no such " + r.Table.Noun + " in this order; list only ids of its members."})
		}
		place[id] = stint.Int53(i)
	}
	if len(problems) > 0 {
		e := stint.NewError(stint.Unprocessable, "UnknownReference", "The list has ids that cannot be ordered. Nothing was changed.")
		e.Problems = problems
		return nil, false, e
	}
	all = append(make([]string, 0, len(recs)), ids...)
	for _, rec := range recs {
		old, id := *rec, *meta(rec).ID
		p := order(rec)
		if n, listed := place[id]; listed {
			*p = &n
		} else {
			*p = nil
			all = append(all, id)
		}
		if len(r.Table.Changed(&old, rec)) == 0 {
			continue
		}
		moved = true
		if r.Before != nil {
			if err := r.Before(tx, &old, rec); err != nil {
				return nil, false, err
			}
		}
		if err := r.update(tx, &old, rec); err != nil {
			return nil, false, err
		}
	}
	return all, moved, nil
}

// lockParent holds the parent of a reorder, or answers 422 when it is not in the tenant.
func lockParent[P any](t *store.Table[P], pointer string) func(*store.Tx, string) error {
	return func(tx *store.Tx, id string) error {
		_, err := t.Lock(tx, id)
		if errors.Is(err, store.ErrNoRow) {
			return stint.BadReference(pointer, t.Noun)
		}
		return err
	}
}
