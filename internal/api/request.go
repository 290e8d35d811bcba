package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"stint"
	"stint/internal/app"
)

// request is one request on its way through.
type request struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	op     *operation
	id     string
	call   *app.Call
	start  time.Time
	status int
	// wrote says that the answer has begun: an error can no longer be told.
	wrote bool
	err   error
}

func (q *request) ctx() context.Context { return q.r.Context() }

// path is a parameter of the path. What no id and no key can contain is
// answered as empty, which nothing has: PostgreSQL refuses such text.
func (q *request) path(name string) string { return storable(q.r.PathValue(name)) }

func storable(s string) string {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}

var errNoToken = stint.NewError(stint.Unauthenticated, "Unauthorized",
	"The token is missing. Send `Authorization: Bearer <token>`; `stint token create` makes one.")

// authenticate finds the caller, and the tenant the request acts in.
func (q *request) authenticate() error {
	auth := q.r.Header["Authorization"]
	if len(auth) != 1 {
		return errNoToken
	}
	scheme, secret, _ := strings.Cut(auth[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return errNoToken
	}
	tenants := q.r.Header["Tenant-Id"]
	tenant := ""
	if len(tenants) == 1 && tenants[0] != "" {
		// Not empty, which would be a missing header: an unknown tenant.
		tenant = cmp.Or(storable(tenants[0]), "-")
	}
	if q.op.access == callerOnly {
		tenant, tenants = "", nil
	}
	call, err := q.s.app.Authenticate(q.ctx(), strings.TrimSpace(secret), tenant, q.id)
	q.call = call
	if err != nil {
		return err
	}
	call.IfMatch, call.IfNoneMatch = strings.Join(q.r.Header["If-Match"], ","), strings.Join(q.r.Header["If-None-Match"], ",")
	switch {
	case len(tenants) > 1:
		return stint.InvalidParameter(stint.Problem{Parameter: "tenant-id", Code: "Repeated", Message: "The header tenant-id is there twice; send one."})
	case tenant == "" && q.op.access == inTenant:
		return stint.InvalidParameter(stint.Problem{Parameter: "tenant-id", Code: "Required", Message: "The header tenant-id is missing; send the id of one of your tenants (GET /api/v1/tenants lists them)."})
	case q.op.access == callerOnly || tenant == "":
		return call.PermitScope(q.op.resource, q.op.writes()) // the role is known with the tenant
	}
	return call.Permit(q.op.resource, q.op.writes())
}

// body reads the body of a JSON request, and the Idempotency-Key that belongs to it.
func (q *request) body() ([]byte, error) {
	if ct := q.r.Header.Get("Content-Type"); ct != "" {
		kind, params, err := mime.ParseMediaType(ct)
		json := kind == "application/json" || kind == "application/merge-patch+json" && q.r.Method == http.MethodPatch
		charset := params["charset"]
		if err != nil || !json || charset != "" && !strings.EqualFold(charset, "utf-8") {
			return nil, stint.NewError(stint.UnsupportedMedia, "UnsupportedMediaType", "The body must be JSON in UTF-8. Send `Content-Type: application/json`.")
		}
	}
	if ce := q.r.Header.Get("Content-Encoding"); ce != "" && !strings.EqualFold(ce, "identity") {
		return nil, stint.NewError(stint.UnsupportedMedia, "UnsupportedMediaType", "The body must not be compressed. Send it without Content-Encoding.")
	}
	if q.r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	var b []byte
	var err error
	if n := q.r.ContentLength; n >= 0 {
		b = make([]byte, n)
		_, err = io.ReadFull(q.r.Body, b)
	} else {
		b, err = io.ReadAll(http.MaxBytesReader(q.w, q.r.Body, maxBody))
	}
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, errTooLarge
		}
		return nil, stint.NewError(stint.Invalid, "IncompleteBody", "The body ended early. Send the request again.").Because(err)
	}
	return b, q.idempotency(b)
}

var errTooLarge = stint.NewError(stint.TooLarge, "BodyTooLarge", "The body is larger than 1 MiB. Split it into several requests.")

// idempotency notes the Idempotency-Key of a POST.
func (q *request) idempotency(body []byte) error {
	if q.r.Method != http.MethodPost {
		return nil
	}
	keys := q.r.Header["Idempotency-Key"]
	if len(keys) == 0 {
		return nil
	}
	ok := len(keys) == 1 && len(keys[0]) >= 1 && len(keys[0]) <= 255
	for i := 0; ok && i < len(keys[0]); i++ {
		ok = keys[0][i] >= ' ' && keys[0][i] <= '~'
	}
	if !ok {
		return stint.InvalidParameter(stint.Problem{Parameter: "Idempotency-Key", Code: "NotAKey",
			Message: "The header Idempotency-Key must be there once, with 1 to 255 visible ASCII characters."})
	}
	// A path longer than any real one, or one with an id that cannot be, leads to a refusal, which is not kept.
	route := storable(q.r.URL.Path)
	if len(route) > 200 {
		route = ""
	}
	sum := sha256.Sum256(body)
	q.call.Key = &app.Key{Route: "POST " + route, Key: keys[0], BodyHash: hex.EncodeToString(sum[:])}
	return nil
}

// emptyBody accepts no body, or an empty object, for operations without one.
func (q *request) emptyBody() error {
	b, err := q.body()
	if err != nil {
		return err
	}
	if t := strings.TrimSpace(string(b)); t != "" && t != "{}" {
		return stint.InvalidBody([]stint.Problem{{Pointer: "", Code: "NotEmpty", Message: "This operation takes no body; leave it out."}})
	}
	return nil
}

// finish logs the request; it is the last thing done, whatever happened.
func (q *request) finish() {
	p := recover()
	if p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			q.log(slog.LevelWarn, slog.String("aborted", errText(q.err)))
			panic(p)
		}
		q.s.o.Log.Error("panic", slog.String("request", q.id), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
		if q.wrote {
			panic(http.ErrAbortHandler)
		}
		q.fail(stint.NewError(stint.Internal, "Internal", internalMessage))
	}
	if q.err != nil && q.status >= 500 {
		q.log(slog.LevelError, slog.String("error", errText(q.err)))
		return
	}
	q.log(slog.LevelInfo)
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// logged is a path as the log shows it: percent-encoded, so that no terminal
// and no reader of the log takes it for anything else, and without a secret
// that was sent in the wrong place.
func logged(u *url.URL) string {
	path := u.EscapedPath()
	if i := strings.Index(path, stint.TokenPrefix); i >= 0 {
		path = path[:i+len(stint.TokenPrefix)] + "..."
	}
	return cut(path, 2000)
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "..."
	}
	return s
}

func (q *request) log(level slog.Level, more ...slog.Attr) {
	log := q.s.o.Log
	if !log.Enabled(q.ctx(), level) {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs, slog.String("request", q.id), slog.String("method", cut(q.r.Method, 32)), slog.String("path", logged(q.r.URL)),
		slog.Int("status", q.status), slog.Int64("us", time.Since(q.start).Microseconds()))
	if q.call != nil {
		attrs = append(attrs, slog.String("tenant", q.call.Tenant), slog.String("user", q.call.User), slog.String("token", q.call.Token))
	}
	log.LogAttrs(q.ctx(), level, "request", append(attrs, more...)...)
}
