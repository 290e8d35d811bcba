//go:build linux

package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
)

// direct is limit (b): the statements of each request on the same engine, with
// the same durability and without HTTP: the token's look-up, the tenant's
// setting, the rows and their events.
type direct struct {
	db  *store.DB
	app *app.App
	// callers is how many requests are under way at once.
	callers  int
	ids      []string
	projects []string
	turn     atomic.Int64
}

// On SQLite 64 callers share the one writer's commits. PostgreSQL gets 16
// connections: more of them do not commit faster on few processors.
const sqliteCallers, postgresCallers = 64, 16

func openDirect(ctx context.Context, address string, ids, projects []string) (*direct, error) {
	d := &direct{callers: sqliteCallers, ids: ids, projects: projects}
	var o store.Options
	if store.IsPostgres(address) {
		d.callers, o.Connections = postgresCallers, postgresCallers
	}
	var err error
	if d.db, err = store.Open(ctx, address, o); err != nil {
		return nil, err
	}
	if d.app, err = app.New(ctx, d.db, app.Options{}); err != nil {
		return nil, errors.Join(err, d.db.Close())
	}
	return d, nil
}

func (d *direct) close() error { return d.db.Close() }

func (d *direct) do(ctx context.Context, what string) error {
	caller, err := d.db.Authenticate(ctx, stint.HashSecret(secret), tenantID)
	if err != nil {
		return err
	}
	turn := int(d.turn.Add(1))
	s := store.Scope{Tenant: tenantID, User: caller.User, Token: caller.Token, RequestID: scope.RequestID}
	switch what {
	case "post":
		return d.db.Do(ctx, s, func(tx *store.Tx) error {
			d.insert(tx, turn)
			return nil
		})
	case "batch":
		return d.db.Do(ctx, s, func(tx *store.Tx) error {
			_, err := store.Projects.ByIDs(tx, d.projects)
			for i := range batchItems {
				d.insert(tx, turn+i)
			}
			return err
		})
	case "get":
		return d.db.View(ctx, s, func(tx *store.Tx) error {
			_, err := store.TimeEntries.Get(tx, d.ids[turn%len(d.ids)])
			return err
		})
	}
	var expand *app.Expand
	if what == "expand" {
		expand, _ = app.ParseExpand(app.TimeEntries.Expand, longestExpand)
	}
	return app.TimeEntries.List(ctx, d.app, &app.Call{Scope: s}, store.ListQuery{}, listed, expand,
		func(app.Page[stint.TimeEntry]) error { return nil })
}

func (d *direct) insert(tx *store.Tx, turn int) {
	text, source, reference := entryText, entrySource, entryReference
	store.TimeEntries.Insert(tx, &stint.TimeEntry{
		ID: tx.NewID(stint.PrefixTimeEntry), Project: d.projects[turn%len(d.projects)], User: userID, Date: stint.Date(loadDay),
		DurationSeconds: 3600, Description: &text, ReferenceSource: &source, ReferenceID: &reference,
		CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}, nil)
}

// run does one thing again and again for warm and then for length, and measures the latter.
func (d *direct) run(ctx context.Context, what string, warm, length time.Duration) (*sample, error) {
	s := &sample{length: length}
	start := time.Now().Add(warm)
	end := start.Add(length)
	errs := make([]error, d.callers)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range d.callers {
		wg.Go(func() {
			var took []time.Duration
			for errs[i] == nil {
				began := time.Now()
				errs[i] = d.do(ctx, what)
				now := time.Now()
				if now.After(end) {
					break
				}
				if now.After(start) {
					took = append(took, now.Sub(began))
				}
			}
			mu.Lock()
			s.took = append(s.took, took...)
			mu.Unlock()
		})
	}
	wg.Wait()
	return s, errors.Join(errs...)
}
