// Package wire turns JSON into records and records into JSON.
//
// A Shape is made once from the struct tags of a type (doc.go at the root
// lists them) and drives three things, so that they can never differ: the
// schemas of the OpenAPI document, the strict check of a request body with all
// its problems at once, and the writing of an answer.
//
// It knows types, tags and JSON. It does not know HTTP, routes, tenants, the
// store, rules that cross fields (Validate of a noun holds those), whether an
// id exists, or how large a body may be: its caller limits that before.
//
// The scanner is written by hand. jsontext, which the tests take as the
// oracle, stops at the first broken string or duplicate name, where all
// problems are wanted; and it needs a decoder and a name table per body.
package wire

import (
	"fmt"
	"reflect"
	"sync"
)

// Op is what a request does to a record.
type Op string

// The operations, named as in the tags write and need.
const (
	// Create fills a new record.
	Create Op = "create"
	// Replace sets every field a request may set; one left out is cleared.
	Replace Op = "replace"
	// Patch sets only what is sent, by JSON merge patch (RFC 7396).
	Patch Op = "patch"
)

// inside is the operation for a value that is not there yet, within a body: an
// element of an array or a new object is always sent whole.
func (op Op) inside() Op {
	if op == Patch {
		return Replace
	}
	return op
}

// ops is a set of operations.
type ops uint8

func (op Op) number() int {
	switch op {
	case Create:
		return 0
	case Replace:
		return 1
	case Patch:
		return 2
	}
	panic("wire: no such operation: " + string(op))
}

func (o ops) has(op Op) bool { return o>>op.number()&1 != 0 }

// Raw is one JSON value of a body that the caller decodes itself, by Decode
// with its place as `at`, so that each of many can have its own result. Until
// then it is only known to be JSON of bounded depth. It shares the memory of
// the body it came from.
type Raw []byte

// Shape is the compiled form of a struct type. It never changes and can be used
// by many goroutines.
type Shape struct {
	typ      reflect.Type
	fields   []field // of an answer, in order
	requests [3]request
}

// request is what a shape takes in one operation.
type request struct {
	fields []*field          // in schema order
	byName map[string]int    // name in a body → place in fields
	need   uint64            // bit i: fields[i] must be there
	names  string            // the allowed names, for people
	hints  map[string]string // folded name → what to do instead
}

// maxFields is how many fields a request can have: they are remembered in the
// bits of a word.
const maxFields = 64

var shapes sync.Map // reflect.Type → *Shape

// Of gives the shape of T, compiled at the first call. It panics when T is not
// a struct or a tag is wrong: a mistake in the program that any test finds.
func Of[T any]() *Shape {
	typ := reflect.TypeFor[T]()
	if s, ok := shapes.Load(typ); ok {
		return s.(*Shape)
	}
	s, _ := shapes.LoadOrStore(typ, compile(typ, nil))
	return s.(*Shape)
}

// Name is the name of the type, such as TimeEntry.
func (s *Shape) Name() string { return s.typ.Name() }

// record is the struct that rec, a *T, points to.
func (s *Shape) record(rec any) reflect.Value {
	v := reflect.ValueOf(rec)
	if v.Kind() != reflect.Pointer || v.Type().Elem() != s.typ || v.IsNil() {
		panic(fmt.Sprintf("wire: want a *%s, got %T", s.typ, rec))
	}
	return v.Elem()
}
