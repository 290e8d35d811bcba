package wire

import (
	"bytes"
	"reflect"
	"sync"

	"stint"
)

// Decode reads one JSON object into a record, a *T, and gives all problems it
// has, in the order of the body; what is missing follows at the end of its
// object, in the order of the schema. at is the place of the object within the
// whole body, as an RFC 6901 pointer; "" when it is the body.
//
// Create wants an empty record. Replace clears every field it could set. Patch
// changes only what is sent. null is as good as left out; in Patch it clears.
// A field with a problem is left empty. When there are problems the record is
// good for nothing but finding more of them.
//
// Strings are copied out of the body; a Raw is not.
func (s *Shape) Decode(body []byte, op Op, into any, at string) []stint.Problem {
	rec, r := s.record(into), &s.requests[op.number()]
	if op == Replace {
		for _, f := range r.fields {
			f.of(rec).SetZero()
		}
	}
	d := decoders.Get().(*decoder)
	d.buf, d.root = body, at
	d.body(s, op, rec)
	problems := d.problems
	d.release()
	return problems
}

// decoder is the state of one Decode.
type decoder struct {
	scanner
	root     string // pointer of the body
	path     []step // from the body to where the scanner is
	problems []stint.Problem
	names    [][]byte // of the objects the scanner is in; see nameSet
	scratch  []byte   // of the last string with escapes
	loose    bool     // within a Raw, whose strings are checked later
}

// step is a member's name, or without one an index.
type step struct {
	name  []byte
	index int
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// release gives the decoder back, without what belongs to the caller or is
// larger than the next body is likely to need.
func (d *decoder) release() {
	names, path, scratch := d.names[:cap(d.names)], d.path[:cap(d.path)], d.scratch[:0]
	clear(names)
	clear(path)
	if cap(names) > 1024 {
		names = nil
	}
	if cap(scratch) > 1<<16 {
		scratch = nil
	}
	*d = decoder{names: names[:0], path: path[:0], scratch: scratch}
	decoders.Put(d)
}

// body reads the object and refuses anything else.
func (d *decoder) body(s *Shape, op Op, rec reflect.Value) {
	if bytes.HasPrefix(d.buf, []byte("\xef\xbb\xbf")) {
		d.add("InvalidJSON", "The body begins with a byte order mark; send UTF-8 without one.")
		return
	}
	c := d.peek()
	switch {
	case d.pos == len(d.buf):
		d.add("InvalidJSON", "The body is empty; send a JSON object.")
		return
	case c == '{':
		if !d.object(s, op, rec) {
			d.invalid()
			return
		}
	default:
		if d.loose = true; !d.skip() {
			d.invalid()
			return
		}
		d.add("WrongType", "This is "+typeName(c)+"; send a JSON object.")
	}
	if d.peek(); d.pos < len(d.buf) {
		d.fail("something follows the end of the object,")
		d.invalid()
	}
}

// invalid reports what ended the scan.
func (d *decoder) invalid() {
	if d.syntax != "" {
		d.path = d.path[:0]
		d.add("InvalidJSON", "This is not valid JSON: "+d.syntax+". Send one JSON object in UTF-8.")
	}
}

// object reads the object that begins here into a struct.
func (d *decoder) object(s *Shape, op Op, rec reflect.Value) bool {
	if !d.enter() {
		return false
	}
	r := &s.requests[op.number()]
	var seen uint64
	for first := true; ; first = false {
		more, ok := d.more('}', first)
		if !ok {
			return false
		}
		if !more {
			break
		}
		q, ok := d.key()
		if !ok {
			return false
		}
		name := d.name(q)
		d.path = append(d.path, step{name: name})
		i, known := r.byName[string(name)]
		switch {
		case q.faults != 0:
			ok = d.blame(q.faults, "name") && d.skip()
		case !known:
			ok = d.unknown(r, string(name)) && d.skip()
		case seen>>i&1 != 0:
			ok = d.twice() && d.skip()
		default:
			seen |= 1 << i
			f := r.fields[i]
			ok = d.member(f, op, f.of(rec))
		}
		if !ok {
			return false
		}
		d.path = d.path[:len(d.path)-1]
	}
	if missing := r.need &^ seen; missing != 0 {
		return d.missing(r, missing)
	}
	return true
}

// member reads a member's value; null is not for the value to decide.
func (d *decoder) member(f *field, op Op, v reflect.Value) bool {
	if d.peek() != 'n' || f.kind == kindRaw && f.need.has(op) {
		return d.value(f, op, v)
	}
	if !d.literal("null") {
		return false
	}
	v.SetZero()
	switch {
	case f.optional(op):
		return true
	case op == Patch:
		return d.add("Required", "This cannot be cleared; send "+f.expect+", or leave it out.")
	}
	return d.add("Required", "This is required and cannot be null; send "+f.expect+".")
}

// name is what a member's name says; it stays good for the whole scan.
func (d *decoder) name(q quoted) []byte {
	if q.escaped {
		return q.appendText(nil)
	}
	return q.raw
}

// enter goes into an object or array, unless it is too deep.
func (d *decoder) enter() bool {
	if d.open() {
		return true
	}
	d.add("TooDeep", "Objects and arrays stand more than 64 deep inside each other; send a flatter body.")
	return false
}

// skip passes over a value that no field takes. Its strings and names are
// checked all the same, so that every reader would read the same.
func (d *decoder) skip() bool {
	switch c := d.peek(); c {
	case '{':
		return d.skipObject()
	case '[':
		return d.skipArray()
	case '"':
		q, ok := d.text()
		return ok && (q.faults == 0 || d.loose || d.blame(q.faults, "string"))
	case 't':
		return d.literal("true")
	case 'f':
		return d.literal("false")
	case 'n':
		return d.literal("null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		_, ok := d.number()
		return ok
	default:
		return d.unexpected(c)
	}
}

func (d *decoder) skipArray() bool {
	if !d.enter() {
		return false
	}
	d.path = append(d.path, step{})
	here := len(d.path) - 1
	for first := true; ; first = false {
		more, ok := d.more(']', first)
		if !more {
			d.path = d.path[:here]
			return ok
		}
		if !d.skip() {
			return false
		}
		d.path[here].index++
	}
}

func (d *decoder) skipObject() bool {
	if !d.enter() {
		return false
	}
	own := nameSet{base: len(d.names)}
	d.path = append(d.path, step{})
	here := len(d.path) - 1
	for first := true; ; first = false {
		more, ok := d.more('}', first)
		if !more {
			d.path, d.names = d.path[:here], d.names[:own.base]
			return ok
		}
		q, ok := d.key()
		if !ok {
			return false
		}
		name := d.name(q)
		d.path[here].name = name
		if !d.loose && (q.faults != 0 && !d.blame(q.faults, "name") || !d.unique(&own, name) && !d.twice()) {
			return false
		}
		if !d.skip() {
			return false
		}
	}
}

// nameSet is the names of an object: the end of decoder.names from base on,
// and once there are many also a map.
type nameSet struct {
	base int
	many map[string]struct{}
}

// fewNames is up to where looking at each is faster than a map.
const fewNames = 16

// unique tells whether the object does not have the name yet, and adds it.
func (d *decoder) unique(own *nameSet, name []byte) bool {
	if own.many != nil {
		before := len(own.many)
		own.many[string(name)] = struct{}{}
		return len(own.many) > before
	}
	for _, other := range d.names[own.base:] {
		if bytes.Equal(other, name) {
			return false
		}
	}
	if d.names = append(d.names, name); len(d.names)-own.base == fewNames {
		own.many = make(map[string]struct{}, 4*fewNames)
		for _, n := range d.names[own.base:] {
			own.many[string(n)] = struct{}{}
		}
	}
	return true
}
