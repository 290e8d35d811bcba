//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
)

// measurement is all there is to measure on one engine.
type measurement struct {
	o      *options
	builds *builds
	engine string
	report *report
	dbs    *databases

	limit         *process
	ids, projects []string
	small, large  string // databases

	stint, a, b, onLarge map[string]series
	memory               []int64 // peaks under POST
	ready                []time.Duration
	streamed             *streamed
	statements           string
}

func (m *measurement) all(ctx context.Context) (err error) {
	m.dbs = &databases{o: m.o, engine: m.engine}
	m.stint, m.a, m.b, m.onLarge = map[string]series{}, map[string]series{}, map[string]series{}, map[string]series{}
	if m.small, err = m.dbs.filled(ctx, m.o.small); err != nil {
		return err
	}
	defer m.forget(m.small)
	if err := m.known(ctx); err != nil {
		return err
	}
	if m.o.has("large") || m.o.has("stream") || m.o.has("start") {
		if m.large, err = m.dbs.filled(ctx, m.o.large); err != nil {
			return err
		}
		defer m.forget(m.large)
	}
	if m.limit, err = m.builds.limit(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.limit.stop()) }()
	for n := range m.o.runs {
		fmt.Fprintf(os.Stderr, "%s: run %d of %d\n", m.engine, n+1, m.o.runs)
		if err := m.round(ctx); err != nil {
			return err
		}
	}
	if m.o.has("stream") {
		if err := m.stream(ctx); err != nil {
			return err
		}
	}
	m.report.engine(m)
	return nil
}

// forget drops a filled database unless it shall be kept.
func (m *measurement) forget(name string) {
	if m.o.keep {
		return
	}
	// The context may have ended: cleaning up has its own.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_ = m.dbs.drop(ctx, name)
}

// known reads what the requests need to name, and how many statements a list takes.
func (m *measurement) known(ctx context.Context) (err error) {
	db, err := store.Open(ctx, m.dbs.address(m.small), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	settings, err := db.Durability(ctx)
	if err != nil {
		return err
	}
	m.report.durability(m.engine, settings)
	a, err := app.New(ctx, db, app.Options{})
	if err != nil {
		return err
	}
	call := &app.Call{Scope: scope}
	err = app.Projects.List(ctx, a, call, store.ListQuery{}, 0, nil, func(p app.Page[stint.Project]) error {
		for _, r := range p.Records {
			m.projects = append(m.projects, r.ID)
		}
		return nil
	})
	if err == nil {
		err = app.TimeEntries.List(ctx, a, call, store.ListQuery{}, 0, nil, func(p app.Page[stint.TimeEntry]) error {
			for _, r := range p.Records {
				m.ids = append(m.ids, r.ID)
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	expand, _ := app.ParseExpand(app.TimeEntries.Expand, longestExpand)
	for _, limit := range []int{10, listed, 1000} {
		before := db.Stats().Statements
		err := app.TimeEntries.List(ctx, a, call, store.ListQuery{}, limit, expand, func(app.Page[stint.TimeEntry]) error { return nil })
		if err != nil {
			return err
		}
		m.statements += fmt.Sprintf("%d for %d; ", db.Stats().Statements-before, limit)
	}
	return nil
}

// round measures everything once, on fresh copies of the small database.
func (m *measurement) round(ctx context.Context) (err error) {
	served, err := m.dbs.copy(ctx, m.small)
	if err != nil {
		return err
	}
	defer func() { _ = m.dbs.drop(ctx, served) }()
	plain, err := m.dbs.copy(ctx, m.small)
	if err != nil {
		return err
	}
	defer func() { _ = m.dbs.drop(ctx, plain) }()
	server, err := m.builds.serve(ctx, m.dbs.address(served), m.o.profile != "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	d, err := openDirect(ctx, m.dbs.address(plain), m.ids, m.projects)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	for _, w := range works {
		if m.o.has(w.name) {
			if err := m.one(ctx, w, server, d); err != nil {
				return fmt.Errorf("%s: %w", w.title, err)
			}
		}
	}
	if m.o.has("large") || m.o.has("start") {
		return m.roundLarge(ctx)
	}
	return nil
}

// one measures a kind of request: Stint, then (a), then (b).
func (m *measurement) one(ctx context.Context, w work, server *process, d *direct) error {
	s, err := m.http(ctx, w, server)
	if err != nil {
		return err
	}
	m.stint[w.name] = append(m.stint[w.name], s)
	if s, err = m.http(ctx, w, m.limit); err != nil {
		return fmt.Errorf("(a): %w", err)
	}
	m.a[w.name] = append(m.a[w.name], s)
	if s, err = d.run(ctx, w.name, m.o.warm, m.o.time); err != nil {
		return fmt.Errorf("(b): %w", err)
	}
	m.b[w.name] = append(m.b[w.name], s)
	return nil
}

// roundLarge measures the start on the large database, and requests on it.
func (m *measurement) roundLarge(ctx context.Context) (err error) {
	server, err := m.builds.serve(ctx, m.dbs.address(m.large), m.o.profile != "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	m.ready = append(m.ready, server.readyAfter)
	for _, w := range works {
		if !m.o.has("large") || w.name == "get" || w.name == "batch" || !m.o.has(w.name) {
			continue
		}
		s, err := m.http(ctx, w, server)
		if err != nil {
			return fmt.Errorf("%s on %d: %w", w.title, m.o.large, err)
		}
		m.onLarge[w.name] = append(m.onLarge[w.name], s)
	}
	return nil
}

// http loads a server, and notes the processor time and, under POST, the memory it took.
func (m *measurement) http(ctx context.Context, w work, p *process) (*sample, error) {
	l := &load{addr: p.addr, requests: requests(w.name, m.ids, m.projects), status: w.status, connections: m.o.connections}
	if err := p.resetPeak(); err != nil {
		return nil, err
	}
	profiled := m.profile(ctx, w, p)
	server, err := processorTime(p.proc("stat"))
	own, err2 := processorTime("/proc/self/stat")
	if err != nil || err2 != nil {
		return nil, errors.Join(err, err2)
	}
	s, err := l.run(ctx, m.o.warm, m.o.time)
	if err != nil {
		return nil, err
	}
	serverAfter, err := processorTime(p.proc("stat"))
	ownAfter, err2 := processorTime("/proc/self/stat")
	if n := time.Duration(len(s.took)); n > 0 {
		// The warm-up took processor time as well.
		part := m.o.time.Seconds() / (m.o.time + m.o.warm).Seconds()
		s.server = time.Duration(float64(serverAfter-server)*part) / n
		s.load = time.Duration(float64(ownAfter-own)*part) / n
	}
	if w.name == "post" && p != m.limit {
		_, peak, err := p.memory()
		if err != nil {
			return nil, err
		}
		m.memory = append(m.memory, peak)
	}
	return s, errors.Join(err, err2, <-profiled)
}

// profile fetches profiles of the measured time from a profiled server.
func (m *measurement) profile(ctx context.Context, w work, p *process) <-chan error {
	done := make(chan error, 2)
	if p.pprof == "" {
		done <- nil
		return done
	}
	one := func(kind string) error {
		name := filepath.Join(m.o.profile, m.engine+"-"+w.name+"."+kind)
		url := fmt.Sprintf("http://%s/debug/pprof/%s?seconds=%d", p.pprof, kind, max(1, int((m.o.warm+m.o.time).Seconds())))
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		f, err := os.Create(name) // #nosec G304 -- the folder is the caller's
		if err != nil {
			return err
		}
		_, err = io.Copy(f, res.Body)
		return errors.Join(err, f.Close())
	}
	go func() {
		allocs := make(chan error, 1)
		go func() { allocs <- one("allocs") }()
		done <- errors.Join(os.MkdirAll(m.o.profile, 0o750), one("profile"), <-allocs)
	}()
	return done
}
