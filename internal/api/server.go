// Package api is JSON over HTTP: it decodes strictly, checks the limits of the
// document, finds the caller, calls app and writes the answer. It knows no SQL
// and no rule of the business.
package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"stint"
	"stint/internal/app"
)

// Options are what New needs besides the App.
type Options struct {
	Version string
	// BaseURL stands in the document as the server's address.
	BaseURL string
	// Origins may call from a browser (CORS).
	Origins []string
	Log     *slog.Logger
	// Docs makes the readable documentation at /docs from the document; may be nil.
	Docs func(document []byte) http.Handler
}

// Server answers the API.
type Server struct {
	app      *app.App
	o        Options
	mux      *http.ServeMux
	ops      []*operation
	closed   map[string]bool // patterns that stand for a 405
	document []byte
	// prefix is the path of the base URL: what Location and Link begin with.
	prefix string
}

// maxBody is the largest body of a request, in bytes.
const maxBody = 1 << 20

// How long a client may take: to send its body, whether an operation reads it
// or not, and to read its answer, the time that the answer takes included.
// Lists that are streamed have their own limit, for each part.
const (
	bodyTime   = 30 * time.Second
	answerTime = 2 * time.Minute
)

// New makes the server with all its routes.
func New(a *app.App, o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{app: a, o: o, mux: http.NewServeMux()}
	if base, err := url.Parse(o.BaseURL); err == nil {
		s.prefix = strings.TrimSuffix(base.EscapedPath(), "/")
	}
	s.routes()
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, nil) })
	for _, op := range s.ops {
		s.mux.Handle(op.method+" "+op.path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) }))
	}
	s.closeLiterals()
	s.document = s.makeDocument()
	if o.Docs != nil {
		s.mountDocs(o.Docs(s.document))
	}
	return s
}

// Document is the OpenAPI document, as JSON.
func (s *Server) Document() []byte { return s.document }

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now, patience := time.Now(), http.NewResponseController(w)
	_ = patience.SetWriteDeadline(now.Add(answerTime))
	if r.ContentLength != 0 {
		_ = patience.SetReadDeadline(now.Add(bodyTime))
	}
	h := w.Header()
	h["X-Content-Type-Options"] = nosniff
	h["Cache-Control"] = noStore
	if len(s.o.Origins) > 0 && s.cors(w, r) {
		return
	}
	if r.RequestURI == "*" || crooked(r.URL) {
		s.serve(w, r, nil)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// crooked tells that a path has an empty segment, a "." or a "..". The mux would
// redirect it to where it seems to lead, past the log and without a problem document.
func crooked(u *url.URL) bool {
	path := cmp.Or(u.RawPath, u.Path)
	for segment := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/"), "/") {
		if segment == "" || segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store"}
)

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

// closeLiterals keeps a path such as /clients/order from being taken for
// /clients/{clientId} by the methods that only the latter has.
func (s *Server) closeLiterals() {
	s.closed = map[string]bool{}
	known := map[string]bool{}
	for _, op := range s.ops {
		known[op.method+" "+op.path] = true
	}
	for _, op := range s.ops {
		for _, m := range methods {
			pattern := m + " " + op.path
			if !strings.Contains(op.path, "{") && !known[pattern] && !s.closed[pattern] {
				s.closed[pattern] = true
				s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, nil) })
			}
		}
	}
}

// allowed lists the methods that the path of a request has.
func (s *Server) allowed(r *http.Request) []string {
	if crooked(r.URL) {
		return nil
	}
	var out []string
	for _, m := range methods {
		if _, pattern := s.mux.Handler(&http.Request{Method: m, URL: r.URL, Host: r.Host}); pattern != "/" && pattern != "" && !s.closed[pattern] {
			out = append(out, m)
			if m == "GET" {
				out = append(out, "HEAD")
			}
		}
	}
	if out != nil {
		out = append(out, "OPTIONS")
	}
	return out
}

// cors answers a browser's preflight, and lets configured origins read answers.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) (done bool) {
	origin := r.Header.Get("Origin")
	h := w.Header()
	h.Add("Vary", "Origin")
	if origin == "" || !slices.Contains(s.o.Origins, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "ETag, Link, Location, Idempotency-Replayed, Retry-After, X-Request-Id")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(s.allowed(r), ", "))
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, tenant-id, Idempotency-Key, If-Match, If-None-Match")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// serve runs one request: it finds the caller, runs the operation, writes an
// error as a problem document, and logs one record.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, op *operation) {
	q := &request{s: s, w: w, r: r, op: op, id: s.app.NewID(stint.PrefixRequest), start: time.Now()}
	w.Header()["X-Request-Id"] = []string{q.id}
	if len(r.TransferEncoding) > 0 {
		// The body came in chunks, and perhaps with a length too, which net/http hides. A proxy may go by
		// that: what follows on the connection may be no request of its caller (RFC 9112, 6.1).
		w.Header()["Connection"] = []string{"close"}
	}
	defer q.finish()
	if err := q.run(); err != nil {
		q.fail(err)
	}
}

func (q *request) run() error {
	op := q.op
	if op == nil {
		return q.unrouted()
	}
	if op.access != public {
		if err := q.authenticate(); err != nil {
			return err
		}
	}
	return op.handle(q)
}

// unrouted answers OPTIONS, a method that a path does not have, and paths that are not there.
func (q *request) unrouted() error {
	allow := q.s.allowed(q.r)
	if allow == nil {
		return stint.NewError(stint.NotFound, "NotFound", "There is no such path. The document at /api/v1/docs.json lists all of them.")
	}
	if q.r.Method == http.MethodOptions {
		q.w.Header().Set("Allow", strings.Join(allow, ", "))
		q.status = http.StatusNoContent
		q.w.WriteHeader(q.status)
		return nil
	}
	e := stint.NewError(stint.MethodNotAllowed, "MethodNotAllowed", "This path does not take "+clip(q.r.Method)+". The Allow header lists what it takes.")
	e.Allow = strings.Join(allow, ", ")
	return e
}

func clip(s string) string {
	if len(s) > 20 {
		return "this method"
	}
	return s
}

// Ready answers whether requests can be answered now.
func (s *Server) ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return s.app.Ping(ctx) == nil
}
