package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stint/internal/admin"
	"stint/internal/api"
	"stint/internal/app"
	"stint/internal/config"
	"stint/internal/docs"
	"stint/internal/render/pdf"
	"stint/internal/store"
)

func (p *program) serveCommand() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "Start the server", Args: arguments(),
		Long: `Starts the server and migrates its database. On the first start, when there is
no user yet, it makes a user, a tenant with one of each, and a token, and prints
a first request to paste. SIGTERM and SIGINT stop it: readiness turns red, what
runs is finished, within --stop-timeout. A second signal ends it at once.`}
	s := config.Bind(c.Flags())
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := p.load(s)
		if err != nil {
			return err
		}
		return p.serve(c.Context(), cfg)
	}
	return c
}

// serve runs the server until ctx ends.
func (p *program) serve(ctx context.Context, c *config.Config) (err error) {
	log := newLog(p.stderr, c)
	// First of all, so that nothing is touched when another Stint serves here.
	listener, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	if err := admin.Migrate(ctx, c.Database); err != nil {
		return err
	}
	db, err := admin.OpenStore(ctx, c.Database, store.Options{StatementTimeout: c.StatementTimeout, Connections: c.Connections})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	base := c.URL(listener.Addr().String())
	if c.BaseURL == "" && !endsWithPort0(c.Addr) {
		base = c.URL(c.Addr)
	}
	a, err := app.New(ctx, db, app.Options{BaseURL: base, PDF: pdf.Invoice})
	if err != nil {
		return admin.Reached(c.Database, err)
	}
	if err := p.prepare(ctx, admin.New(db, a), c, base, log); err != nil {
		return admin.Reached(c.Database, err)
	}
	// Not before it did: a start that fails is one line on stderr.
	log.Info("starting", "version", version(), "database", config.Mask(c.Database), "addr", c.Addr)

	tend, stopTending := context.WithCancel(context.WithoutCancel(ctx))
	var tending sync.WaitGroup
	tending.Go(func() { a.Tend(tend, func(err error) { log.Warn("background work failed", "error", err) }) })
	defer tending.Wait()
	defer stopTending()

	h := &gate{next: api.New(
		a, api.Options{Version: version(), BaseURL: base, Origins: c.Origins, Log: log, Docs: docs.New})}
	log.Info("listening on " + base)
	return serveUntil(ctx, listener, h, c, log)
}

// serveUntil serves until ctx ends, then lets finish what runs.
func serveUntil(ctx context.Context, listener net.Listener, h *gate, c *config.Config, log *slog.Logger) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		// A streamed list moves its own deadline on with each part; a body has one in internal/api.
		WriteTimeout: time.Minute,
		ErrorLog:     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:  func(net.Listener) context.Context { return requests },
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the server stopped by itself: %w. Start it again", err)
	case <-ctx.Done():
	}

	limit, cancel := context.WithTimeout(requests, c.StopTimeout)
	defer cancel()
	h.stopping.Store(true)
	log.Info("stopping", "delay", c.StopDelay.String(), "timeout", c.StopTimeout.String())
	select {
	case <-time.After(c.StopDelay):
	case <-limit.Done():
	}
	if err := srv.Shutdown(limit); err != nil {
		cut()
		_ = srv.Close()
		return fmt.Errorf("requests still ran after --stop-timeout %s and were cut off; what they had not committed is not written", c.StopTimeout)
	}
	log.Info("stopped")
	return nil
}

func endsWithPort0(addr string) bool {
	_, port, _ := net.SplitHostPort(addr)
	return port == "0"
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program. Stop that one, or choose another address with --addr", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s may not be used by this user. Choose a port above 1023 with --addr", addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s is not an address of this machine. Choose another with --addr", addr)
	}
	return nil, fmt.Errorf("cannot listen on %s: %w. Choose another address with --addr", addr, err)
}
