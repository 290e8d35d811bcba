package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// gate stands before the API and tells clients when the server is stopping.
type gate struct {
	next     http.Handler
	stopping atomic.Bool
}

// ServeHTTP answers readiness itself once the stop began; everything else goes
// on as before, on connections that are then closed.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.stopping.Load() {
		g.next.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Connection", "close")
	if r.URL.Path != "/api/v1/health/ready" || r.Method != http.MethodGet && r.Method != http.MethodHead {
		g.next.ServeHTTP(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = fmt.Fprintf(w, `{"name":"stint","version":%q,"status":"down"}`, version())
}
