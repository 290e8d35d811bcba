package api

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"stint"
	"stint/internal/app"
	"stint/internal/wire"
)

const internalMessage = "Something went wrong on our side. Nothing was changed; send the request again, and if it fails again tell the operator the request id in `instance`."

// statusOf is the one table from an error's kind to its HTTP status.
var statusOf = map[stint.Kind]int{
	stint.Internal: 500, stint.Invalid: 400, stint.Unauthenticated: 401, stint.Forbidden: 403, stint.NotFound: 404,
	stint.MethodNotAllowed: 405, stint.Conflict: 409, stint.Stale: 412, stint.TooLarge: 413, stint.UnsupportedMedia: 415,
	stint.Unprocessable: 422, stint.TooMany: 429, stint.Unavailable: 503,
}

// fail writes an error as a problem document (RFC 9457) with the contract's
// `error` and `message`.
func (q *request) fail(err error) {
	q.err = err
	if q.wrote {
		// The status is sent: only a cut connection can still say that the answer is not whole.
		panic(http.ErrAbortHandler)
	}
	var e *stint.Error
	if !errors.As(err, &e) {
		e = stint.NewError(stint.Internal, "Internal", internalMessage)
		if q.ctx().Err() != nil {
			e = stint.NewError(stint.Unavailable, "Canceled", "The request was given up before it was done.")
		}
	}
	q.status = statusOf[e.Kind]
	h := q.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if namesProblem(q.r.Header.Values("Accept")) {
		h.Set("Content-Type", "application/problem+json; charset=utf-8")
	}
	switch {
	case e.Kind == stint.Unauthenticated:
		h.Set("WWW-Authenticate", `Bearer realm="stint"`)
	case e.Allow != "":
		h.Set("Allow", e.Allow)
	}
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	if e.Kind == stint.TooLarge {
		h.Set("Connection", "close")
	}
	b := append(appendError(nil, e, q.status, q.id), '\n')
	h.Set("Content-Length", strconv.Itoa(len(b)))
	q.w.WriteHeader(q.status)
	_, _ = q.w.Write(b)
}

// namesProblem tells whether Accept names problem documents, other than to refuse them.
func namesProblem(accept []string) bool {
	for _, line := range accept {
		for part := range strings.SplitSeq(line, ",") {
			kind, params, err := mime.ParseMediaType(part)
			q, given := params["q"]
			if err == nil && kind == "application/problem+json" && (!given || strings.Trim(q, "0.") != "") {
				return true
			}
		}
	}
	return false
}

// appendError writes the members of a problem document; instance is the id of the request.
func appendError(b []byte, e *stint.Error, status int, instance string) []byte {
	str := func(name, value string) {
		b = wire.AppendString(append(wire.AppendString(append(b, ','), name), ':'), value)
	}
	b = append(b, `{"type":"about:blank"`...)
	str("title", http.StatusText(status))
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	str("detail", e.Message)
	if instance != "" {
		str("instance", instance)
	}
	str("error", e.Code)
	str("message", e.Message)
	if len(e.Problems) > 0 {
		b = append(b, `,"errors":[`...)
		for i, p := range e.Problems {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendProblem(b, p)
		}
		b = append(b, ']')
	}
	return append(appendExtra(b, e.Extra), '}')
}

func appendProblem(b []byte, p stint.Problem) []byte {
	b = append(b, '{')
	if p.Parameter != "" {
		b = wire.AppendString(append(b, `"parameter":`...), p.Parameter)
	} else {
		b = wire.AppendString(append(b, `"pointer":`...), p.Pointer)
	}
	b = wire.AppendString(append(b, `,"code":`...), p.Code)
	b = wire.AppendString(append(b, `,"message":`...), p.Message)
	return append(b, '}')
}

func appendExtra(b []byte, extra map[string]any) []byte {
	for _, name := range sortedKeys(extra) {
		b = append(wire.AppendString(append(b, ','), name), ':')
		switch v := extra[name].(type) {
		case string:
			b = wire.AppendString(b, v)
		case map[string]int64:
			b = append(b, '{')
			for i, k := range sortedKeys(v) {
				if i > 0 {
					b = append(b, ',')
				}
				b = strconv.AppendInt(append(wire.AppendString(b, k), ':'), v[k], 10)
			}
			b = append(b, '}')
		default:
			b = append(b, "null"...)
		}
	}
	return b
}

// answer writes what an operation answered.
func (q *request) answer(a *app.Answer, err error) error {
	if err != nil {
		return err
	}
	h := q.w.Header()
	if a.Location != "" {
		h["Location"] = []string{q.s.prefix + a.Location}
	}
	if a.ETag != "" {
		h["Etag"] = []string{a.ETag}
		if q.r.Method == http.MethodGet || q.r.Method == http.MethodHead {
			if none := q.r.Header.Get("If-None-Match"); none != "" && (none == "*" || strings.Contains(none, a.ETag)) {
				q.status = http.StatusNotModified
				q.w.WriteHeader(q.status)
				return nil
			}
		}
	}
	if a.Replayed {
		h["Idempotency-Replayed"] = []string{"true"}
	}
	q.status = a.Status
	if a.Status == http.StatusNoContent {
		q.w.WriteHeader(a.Status)
		return nil
	}
	q.write(a.Status, a.Body)
	return nil
}

var jsonType = []string{"application/json; charset=utf-8"}

// write sends a finished JSON body.
func (q *request) write(status int, body []byte) {
	h := q.w.Header()
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	q.status, q.wrote = status, true
	if len(body) > flushAt {
		_ = http.NewResponseController(q.w).SetWriteDeadline(time.Now().Add(writeTime))
	}
	q.w.WriteHeader(status)
	_, _ = q.w.Write(body)
}

// writeTime is how long a client may take to read a part of a streamed answer,
// or a whole one that is long.
const writeTime = 30 * time.Second

// stream writes a list as it is read, in constant memory.
type stream struct {
	q      *request
	pooled *[]byte
	buf    []byte
	begun  bool
	count  int
}

const flushAt = 32 << 10

// streamBuffers keeps the buffers of lists: a list with an expand is a hundred kilobytes.
var streamBuffers = sync.Pool{New: func() any { return new([]byte) }}

func newStream(q *request) *stream {
	b := streamBuffers.Get().(*[]byte)
	return &stream{q: q, pooled: b, buf: append((*b)[:0], `{"data":[`...)}
}

// release gives the buffer back, unless it is larger than the next list is likely to need.
func (st *stream) release() {
	if cap(st.buf) <= 1<<19 {
		*st.pooled = st.buf
		streamBuffers.Put(st.pooled)
	}
}

func (st *stream) record(shape *wire.Shape, rec any, exp wire.Expanded) error {
	if st.count > 0 {
		st.buf = append(st.buf, ',')
	}
	st.count++
	st.buf = shape.Append(st.buf, rec, exp)
	if len(st.buf) >= flushAt && st.begun {
		return st.flush()
	}
	return nil
}

// begin sends the status: from here on an error cuts the connection.
func (st *stream) begin() {
	st.begun = true
	q := st.q
	q.w.Header()["Content-Type"] = jsonType
	q.status, q.wrote = http.StatusOK, true
	q.w.WriteHeader(q.status)
}

func (st *stream) flush() error {
	_ = http.NewResponseController(st.q.w).SetWriteDeadline(time.Now().Add(writeTime))
	_, err := st.q.w.Write(st.buf)
	st.buf = st.buf[:0]
	return err
}

// end closes the list. A short list, never begun, goes out whole, with its length.
func (st *stream) end(tail string) error {
	st.buf = append(st.buf, tail...)
	if st.begun {
		return st.flush()
	}
	st.q.write(http.StatusOK, st.buf)
	return nil
}
