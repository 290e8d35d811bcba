package main

import (
	"io"
	"log/slog"

	"stint/internal/config"
)

// newLog writes structured logs: JSON, or text for people.
func newLog(w io.Writer, c *config.Config) *slog.Logger {
	o := &slog.HandlerOptions{}
	var level slog.Level
	if level.UnmarshalText([]byte(c.LogLevel)) == nil {
		o.Level = level
	}
	if c.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
