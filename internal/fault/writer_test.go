package fault

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"
)

// writer is a client that logs time, corrects and deletes what it logged, and
// keeps account of what it was told.
type writer struct {
	t       *testing.T
	c       *caller
	led     *ledger
	n       int
	project string
	seq     int
	live    []acked
	// pending is the request that got no answer, to be sent again.
	pending *change
	// seen, when not nil, looks at each attempt.
	seen func(r *reply, err error, took time.Duration)
}

// change is one write of a writer.
type change struct {
	kind  string // create, batch, patch, delete
	key   string // its Idempotency-Key, and the externalKey of what it creates
	body  string
	items int // of a batch
	on    int // the place in live of what is patched or deleted
	text  string
	tries int
}

func newWriters(t *testing.T, n int, c *caller, led *ledger, project string) (out []*writer) {
	t.Helper()
	for i := range n {
		out = append(out, &writer{t: t, c: c, led: led, n: i, project: project})
	}
	return out
}

// itemKey is the externalKey of an item of a batch.
func (o *change) itemKey(i int) string { return fmt.Sprintf("%s-%d", o.key, i) }

func (w *writer) next() *change {
	w.seq++
	o := &change{key: fmt.Sprintf("w%d-%d", w.n, w.seq)}
	entry := func(key string) map[string]any {
		return map[string]any{"projectId": w.project, "date": "2023-10-05", "durationSeconds": 60 + w.seq, "description": o.key, "externalKey": key}
	}
	switch r := rand.IntN(100); {
	case r < 20:
		o.kind, o.items = "batch", 5
		var items []any
		for i := range o.items {
			items = append(items, entry(o.itemKey(i)))
		}
		o.body = toJSON(map[string]any{"atomic": true, "items": items})
	case r < 50 && len(w.live) > 0:
		o.kind, o.on, o.text = "patch", rand.IntN(len(w.live)), "patched by "+o.key
		o.body = toJSON(map[string]any{"description": o.text})
	case r < 60 && len(w.live) > 0:
		o.kind, o.on = "delete", rand.IntN(len(w.live))
	default:
		o.kind, o.body = "create", toJSON(entry(o.key))
	}
	return o
}

// write does changes until the first that is not answered or refused for now; that one is pending.
func (w *writer) write(until <-chan struct{}) {
	for {
		select {
		case <-until:
			return
		default:
		}
		if w.pending == nil {
			w.pending = w.next()
		}
		if !w.try() {
			return
		}
	}
}

// persist does changes, and each again until it is answered, until the time is up.
func (w *writer) persist(until <-chan struct{}) {
	for done := false; !done; {
		select {
		case <-until:
			done = true
		default:
		}
		if w.pending == nil && !done {
			w.pending = w.next()
		}
		if !w.settle(3 * time.Minute) {
			return
		}
	}
}

// settle sends the pending request again until it is answered.
func (w *writer) settle(limit time.Duration) bool {
	for end := time.Now().Add(limit); w.pending != nil; time.Sleep(30 * time.Millisecond) {
		if w.try() {
			return true
		}
		if w.t.Failed() {
			return false
		}
		if time.Now().After(end) {
			w.t.Errorf("%s of writer %d got no answer within %s", w.pending.kind, w.n, limit)
			return false
		}
	}
	return true
}

// try sends the pending request once. Without an answer, or with one that says
// to come again, it stays pending and try answers false.
func (w *writer) try() bool {
	o := w.pending
	o.tries++
	begin := time.Now()
	r, err := w.send(o)
	if w.seen != nil {
		w.seen(r, err, time.Since(begin))
	}
	if err != nil || r.status == http.StatusServiceUnavailable || r.problem() == "IdempotencyKeyInUse" {
		return false
	}
	lines, ok := w.account(o, r)
	if !ok {
		w.t.Errorf("%s answered %d at try %d: %s", o.kind, r.status, o.tries, r.short())
	}
	w.pending = nil
	if err := w.led.append(lines...); err != nil {
		w.t.Error(err)
	}
	return true
}

func (w *writer) send(o *change) (*reply, error) {
	switch o.kind {
	case "create":
		return w.c.send("POST", "time-entries", o.body, "Idempotency-Key", o.key)
	case "batch":
		return w.c.send("POST", "time-entries/batch", o.body, "Idempotency-Key", o.key)
	case "delete":
		return w.c.send("DELETE", "time-entries/"+w.live[o.on].ID, "", "If-Match", w.live[o.on].ETag)
	}
	r, err := w.c.send("PATCH", "time-entries/"+w.live[o.on].ID, o.body, "If-Match", w.live[o.on].ETag)
	if err == nil && r.status == http.StatusPreconditionFailed && o.tries > 1 {
		// An earlier try may have been written: then the entry has this text.
		return w.c.send("GET", "time-entries/"+w.live[o.on].ID, "")
	}
	return r, err
}

// account notes what an answer says.
func (w *writer) account(o *change, r *reply) (lines []acked, ok bool) {
	switch o.kind {
	case "create":
		a := acked{Key: o.key, ID: id(r.data()), Hash: hash(r.data()), ETag: r.header.Get("ETag")}
		w.live = append(w.live, a)
		return []acked{a}, r.status == http.StatusCreated
	case "batch":
		for _, item := range r.list() {
			var v struct {
				Data json.RawMessage `json:"data"`
			}
			_ = json.Unmarshal(item, &v)
			a := acked{Key: o.key, ID: id(v.Data), Hash: hash(v.Data), ETag: `"1"`}
			w.live, lines = append(w.live, a), append(lines, a)
		}
		return lines, r.status == http.StatusOK && len(lines) == o.items
	case "patch":
		var v struct {
			Description string `json:"description"`
		}
		_ = json.Unmarshal(r.data(), &v)
		w.live[o.on].Hash, w.live[o.on].ETag = hash(r.data()), r.header.Get("ETag")
		return []acked{w.live[o.on]}, r.status == http.StatusOK && v.Description == o.text
	}
	gone := acked{ID: w.live[o.on].ID}
	w.live[o.on] = w.live[len(w.live)-1]
	w.live = w.live[:len(w.live)-1]
	return []acked{gone}, r.status == http.StatusNoContent || r.status == http.StatusNotFound && o.tries > 1
}

// doubts are the records that pending changes are about.
func doubts(writers []*writer) map[string]bool {
	out := map[string]bool{}
	for _, w := range writers {
		if o := w.pending; o != nil && (o.kind == "patch" || o.kind == "delete") {
			out[w.live[o.on].ID] = true
		}
	}
	return out
}

// checkWhole looks in the database whether a request without an answer was
// done wholly or not at all, and tells which.
func (w *writer) checkWhole(address string) (done bool) {
	w.t.Helper()
	o := w.pending
	conn := look(w.t, address, w.c.tenant)
	defer func() { _ = conn.Close() }()
	const kept = `(SELECT COUNT(*) FROM idempotency_keys WHERE tenant_id = $1 AND key = $2)`
	// One statement: what a killed server had sent to PostgreSQL may still be committed between two.
	whole := func(query, all, nothing string, args ...any) bool {
		got := texts(w.t, conn, query, append([]any{w.c.tenant}, args...)...)
		if len(got) != 1 || got[0] != all && got[0] != nothing {
			w.t.Errorf("%s without an answer is there in part: %v, neither %q nor %q", o.kind, got, all, nothing)
		}
		return len(got) == 1 && got[0] == all
	}
	switch o.kind {
	case "create":
		return whole(`SELECT COUNT(*) || ' ' || `+kept+` FROM time_entries WHERE tenant_id = $1 AND external_key = $2`, "1 1", "0 0", o.key)
	case "batch":
		return whole(`SELECT COUNT(*) || ' ' || `+kept+` FROM time_entries WHERE tenant_id = $1 AND external_key LIKE $3`,
			fmt.Sprint(o.items, " 1"), "0 0", o.key, o.key+"-%")
	}
	on := w.live[o.on]
	var version int
	_, _ = fmt.Sscanf(on.ETag, `"%d"`, &version)
	const count = `
		SELECT (SELECT COUNT(*) FROM time_entries WHERE tenant_id = $1 AND id = $2) || ' ' ||
		       (SELECT COALESCE(MAX(version), 0) FROM time_entries WHERE tenant_id = $1 AND id = $2) || ' ' || COUNT(*)
		FROM events WHERE tenant_id = $1 AND resource_id = $2`
	old := fmt.Sprint("1 ", version, " ", version)
	if o.kind == "patch" {
		return whole(count, fmt.Sprint("1 ", version+1, " ", version+1), old, on.ID)
	}
	return whole(count, fmt.Sprint("0 0 ", version+1), old, on.ID)
}
