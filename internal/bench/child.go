//go:build linux

package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	_ "net/http/pprof" // on an address of its own
	"os/signal"
	"syscall"
	"time"

	"stint/internal/api"
	"stint/internal/app"
	"stint/internal/store"
)

// child runs one of the servers that are this program itself: `limit ADDR` is
// limit (a), `profiled DATABASE PPROF ADDR` is Stint with profiles.
func child(ctx context.Context, kind string, args []string) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	if kind == "limit" {
		return listen(ctx, args[0], newLimit())
	}
	db, err := store.Open(ctx, args[0], store.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	a, err := app.New(ctx, db, app.Options{BaseURL: "http://" + args[2]})
	if err != nil {
		return err
	}
	go func() { _ = listen(ctx, args[1], http.DefaultServeMux) }()
	// As `stint serve` does, a line for each request.
	log := slog.New(slog.NewJSONHandler(io.Discard, nil)) //nolint:sloglint // the cost of writing the line counts
	return listen(ctx, args[2], api.New(a, api.Options{Version: "bench", Log: log}))
}

func listen(ctx context.Context, addr string, h http.Handler) error {
	s := &http.Server{Addr: addr, Handler: h, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stopped()
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
