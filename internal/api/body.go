package api

import (
	"cmp"
	"slices"

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

// expanded writes each record of an expansion once; the answer takes copies.
func expanded(e *app.Expansion) wire.Expanded {
	if e == nil {
		return nil
	}
	x := expansion{done: map[*app.Expanded]map[string][]byte{}}
	return x.fields(e)
}

// expansion writes what is expanded, one object behind the other.
type expansion struct {
	buf  []byte
	done map[*app.Expanded]map[string][]byte
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
		if cap(x.buf)-len(x.buf) < 1024 {
			x.buf = make([]byte, 0, min(max(4<<10, 2*cap(x.buf)), 64<<10)) // what is written stays where it is
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
		return append(shape.Append(b, rec, expanded(exp)), '}')
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
