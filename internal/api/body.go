package api

import (
	"cmp"
	"slices"
	"sync"

	"stint"
	"stint/internal/app"
	"stint/internal/wire"
)

// shapes are the nouns that can be written, by their name in words.
var shapes = map[string]*wire.Shape{
	"tenant": wire.Of[stint.Tenant](), "client": wire.Of[stint.Client](), "contact": wire.Of[stint.Contact](),
	"email": wire.Of[stint.Email](), "address": wire.Of[stint.Address](), "contract": wire.Of[stint.Contract](),
	"project": wire.Of[stint.Project](), "time entry": wire.Of[stint.TimeEntry](), "invoice": wire.Of[stint.Invoice](),
	"billable": wire.Of[stint.Billable](),
}

// expansion writes what is expanded, each record once; the answer takes copies.
// They stand one behind the other in a buffer that the next answer uses again.
type expansion struct {
	buf  []byte
	done map[*app.Expanded]map[string][]byte
}

var expansions = sync.Pool{New: func() any { return &expansion{done: map[*app.Expanded]map[string][]byte{}} }}

// expanded writes what is expanded; it is good until release.
func expanded(e *app.Expansion) (wire.Expanded, *expansion) {
	if e == nil {
		return nil, nil
	}
	x := expansions.Get().(*expansion)
	fields := x.fields(e)
	return fields, x
}

func (x *expansion) release() {
	if x != nil && cap(x.buf) <= 1<<19 {
		clear(x.done)
		x.buf = x.buf[:0]
		expansions.Put(x)
	}
}

func (x *expansion) fields(e *app.Expansion) wire.Expanded {
	if e == nil {
		return nil
	}
	out := make(wire.Expanded, len(e.Fields))
	for field, node := range e.Fields {
		out[field] = x.node(node)
	}
	return out
}

func (x *expansion) node(n *app.Expanded) map[string][]byte {
	if byID := x.done[n]; byID != nil {
		return byID
	}
	sub := x.fields(n.Sub)
	shape := shapes[n.Noun]
	byID := make(map[string][]byte, len(n.Records))
	for id, rec := range n.Records {
		if rec == nil {
			continue
		}
		start := len(x.buf)
		x.buf = shape.Append(x.buf, rec, sub)
		byID[id] = x.buf[start:len(x.buf):len(x.buf)]
	}
	x.done[n] = byID
	return byID
}

// dataOf writes `{"data": …}` around a record.
func dataOf(shape *wire.Shape) func(rec any, exp *app.Expansion) []byte {
	return func(rec any, exp *app.Expansion) []byte {
		b := append(make([]byte, 0, 512), `{"data":`...)
		e, x := expanded(exp)
		defer x.release()
		return append(shape.Append(b, rec, e), '}')
	}
}

// idsBody writes `{"data": […]}` around ids.
func idsBody(ids []string) []byte {
	b := append(make([]byte, 0, 16+32*len(ids)), `{"data":[`...)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendString(b, id)
	}
	return append(b, "]}"...)
}

// decode reads a body into a new record; all its problems come back together,
// those that cross fields too.
func decode[T any](shape *wire.Shape, body []byte, op wire.Op, at string) (*T, []stint.Problem) {
	rec := new(T)
	problems := shape.Decode(body, op, rec, at)
	if v, ok := any(rec).(stint.Validator); ok && op != wire.Patch {
		for _, p := range v.Validate() {
			p.Pointer = at + p.Pointer
			problems = append(problems, p)
		}
	}
	return rec, problems
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
