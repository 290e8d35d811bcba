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

// BatchItem is one time entry of a batch.
type BatchItem struct {
	// Fresh makes the new entry; Apply replaces an existing one.
	Fresh func() (*stint.TimeEntry, []stint.Problem)
	Apply func(*stint.TimeEntry) []stint.Problem
	// Key is the item's externalKey; empty without one.
	Key string
}

// BatchResult is what became of one item.
type BatchResult struct {
	Status int
	Entry  *stint.TimeEntry
	Err    *stint.Error
}

// Batch writes 1 to 1,000 time entries in one transaction. With upsert, an item
// whose externalKey exists replaces that entry. atomic: one refused item refuses
// all; otherwise each item has a result of its own.
func Batch(ctx context.Context, a *App, c *Call, items []BatchItem, upsert, atomic bool, body func([]BatchResult) []byte) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		b := batch{tx: tx, call: c, upsert: upsert, items: items, results: make([]BatchResult, len(items))}
		if err := b.run(atomic); err != nil {
			return nil, err
		}
		wrote := slices.ContainsFunc(b.results, func(r BatchResult) bool { return r.Err == nil })
		return func() *Answer { return &Answer{Status: 200, Body: body(b.results), refused: !wrote} }, nil
	})
}

type batch struct {
	tx      *store.Tx
	call    *Call
	upsert  bool
	items   []BatchItem
	results []BatchResult
	ids     []string // of the entries that are new
	known   map[string]*stint.TimeEntry
	seen    map[string]bool
	project map[string]bool
}

func (b *batch) run(atomic bool) error {
	fresh := make([]*stint.TimeEntry, len(b.items))
	var keys []string
	for i, it := range b.items {
		rec, problems := it.Fresh()
		if len(problems) > 0 && !(b.upsert && it.Key != "") {
			b.results[i].Err = stint.InvalidBody(problems)
		}
		fresh[i] = rec
		if it.Key != "" {
			keys = append(keys, it.Key)
		}
	}
	if err := b.lookUp(fresh, keys); err != nil {
		return err
	}
	for _, i := range b.order() {
		if b.results[i].Err == nil {
			if err := b.one(i); err != nil {
				var e *stint.Error
				if !errors.As(err, &e) || e.Kind == stint.Internal || e.Kind == stint.Unavailable {
					return err
				}
				b.results[i].Err = e
			}
		}
	}
	if atomic {
		return b.refused()
	}
	return nil
}

// lookUp reads which keys and projects exist: two statements, however many items.
func (b *batch) lookUp(fresh []*stint.TimeEntry, keys []string) error {
	b.known, b.seen, b.project = map[string]*stint.TimeEntry{}, map[string]bool{}, map[string]bool{}
	if len(keys) > 0 {
		recs, err := store.TimeEntries.Where(b.tx, "external_key", keys...)
		if err != nil {
			return err
		}
		for _, rec := range recs {
			b.known[*rec.ExternalKey] = rec
		}
	}
	var ids []string
	asked := map[string]bool{}
	for _, rec := range fresh {
		if rec != nil && rec.Project != "" && !asked[rec.Project] {
			asked[rec.Project] = true
			ids = append(ids, rec.Project)
		}
	}
	projects, err := store.Projects.ByIDs(b.tx, ids)
	for _, p := range projects {
		b.project[p.ID] = true
	}
	return err
}

// order is by key: batches that write the same keys at once then wait for each
// other instead of each holding what the other needs. The ids of new entries
// are in the order of the items all the same.
func (b *batch) order() []int {
	b.ids = make([]string, len(b.items))
	out := make([]int, len(b.items))
	for i, it := range b.items {
		out[i] = i
		if b.known[it.Key] == nil {
			b.ids[i] = b.tx.NewID(stint.PrefixTimeEntry)
		}
	}
	slices.SortStableFunc(out, func(x, y int) int { return strings.Compare(b.items[x].Key, b.items[y].Key) })
	return out
}

func (b *batch) one(i int) error {
	it := b.items[i]
	if it.Key != "" && b.seen[it.Key] {
		if _, problems := it.Fresh(); len(problems) > 0 {
			return stint.InvalidBody(problems)
		}
		return errKeyTwice
	}
	if rec := b.known[it.Key]; rec != nil && it.Key != "" {
		if !b.upsert || !TimeEntries.sees(b.call, rec) {
			return errExternalKeyTaken
		}
		b.seen[it.Key] = true
		if err := TimeEntries.change(b.tx, &Call{Scope: b.call.Scope}, rec, it.Apply); err != nil {
			return err
		}
		b.results[i] = BatchResult{Status: 200, Entry: rec}
		return nil
	}
	rec, problems := it.Fresh()
	if len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	if !b.project[rec.Project] && rec.Billable == nil {
		return stint.BadReference("/projectId", "project")
	}
	rec.ID = b.ids[i]
	if err := TimeEntries.create(b.tx, rec, TimeEntries.keyRace); err != nil {
		return err
	}
	if it.Key != "" {
		b.seen[it.Key] = true
	}
	b.results[i] = BatchResult{Status: 201, Entry: rec}
	return nil
}

var errKeyTwice = stint.NewError(stint.Conflict, "ExternalKeyTaken",
	"An earlier item of this batch has the same externalKey. Send each key once.")

// refused joins what is wrong with the items of an atomic batch into one error.
func (b *batch) refused() error {
	var out *stint.Error
	for i, r := range b.results {
		if r.Err == nil {
			continue
		}
		at := "/items/" + strconv.Itoa(i)
		if out == nil {
			out = stint.NewError(r.Err.Kind, r.Err.Code, "Some items of the batch are refused, so nothing was written. Each entry of `errors` says which and why.")
		}
		if len(r.Err.Problems) == 0 {
			out.Problems = append(out.Problems, stint.Problem{Pointer: at, Code: r.Err.Code, Message: r.Err.Message})
		}
		for _, p := range r.Err.Problems {
			p.Pointer = at + p.Pointer
			out.Problems = append(out.Problems, p)
		}
	}
	if out == nil {
		return nil
	}
	return out
}
