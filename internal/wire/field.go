package wire

import (
	"reflect"

	"stint"
)

// kind is how a field is written.
type kind uint8

const (
	kindString kind = iota
	kindBool
	kindInt
	kindDecimal
	kindInstant
	kindDate
	kindObject   // a struct with a shape of its own
	kindMetadata // any JSON object
	kindRaw      // any JSON value
	kindList
)

// field is one member of a JSON object.
type field struct {
	name    string       // in answers
	sent    string       // in requests
	label   string       // `,"name":`
	typ     reflect.Type // of the value, without pointer
	index   []int        // where it stands in the struct
	kind    kind
	pointer bool
	keep    bool // written even when unset
	omit    bool // left out when empty
	write   ops
	need    ops
	ref     string
	doc     string
	example string
	expect  string // what to send, for people: "a string of 1 to 255 characters"
	limits
	shape *Shape // of an object
	item  *field // of a list
}

// limits of a value; those that a kind does not have stay unset.
type limits struct {
	format               string
	enum                 []string
	minLength, maxLength int // in Unicode code points; maxLength -1 is none
	low, high            bound
	minItems, maxItems   int // maxItems -1 is none
}

// bound is an end of a range.
type bound struct {
	set, exclusive bool
	integer        int64 // inclusive, for an integer
	decimal        stint.Decimal
}

// of is the field's value in a record.
func (f *field) of(rec reflect.Value) reflect.Value {
	if len(f.index) == 1 {
		return rec.Field(f.index[0])
	}
	return rec.FieldByIndex(f.index)
}

// always tells whether an answer always has the field.
func (f *field) always() bool {
	switch {
	case f.keep:
		return true
	case f.pointer, f.omit, f.kind == kindMetadata, f.kind == kindRaw:
		return false
	}
	return true
}

// optional tells whether null is taken, which clears the field.
func (f *field) optional(op Op) bool {
	if op != Patch {
		return !f.need.has(op)
	}
	// What a new record must have cannot be taken away. What only replace wants
	// can, where there is a way to say that it is unset (the order of a contact).
	return !f.need.has(Patch) && !f.need.has(Create) && (f.pointer || !f.need.has(Replace))
}
