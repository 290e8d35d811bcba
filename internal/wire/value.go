package wire

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"unicode/utf8"

	"stint"
)

// value reads a value that is not null into a field, and checks it.
func (d *decoder) value(f *field, op Op, v reflect.Value) bool {
	c := d.peek()
	switch f.kind {
	case kindBool:
		switch c {
		case 't', 'f':
			f.target(v).SetBool(c == 't')
			return d.skip()
		}
	case kindInt, kindDecimal:
		if c == '-' || c-'0' <= 9 {
			return d.numeric(f, v)
		}
	case kindObject:
		if c == '{' {
			return d.nested(f, op, v)
		}
	case kindMetadata:
		if c == '{' {
			return d.metadata(op, v)
		}
	case kindRaw:
		return d.raw(v)
	case kindList:
		if c == '[' {
			return d.list(f, op, v)
		}
	default:
		if c == '"' {
			return d.string(f, v)
		}
	}
	v.SetZero()
	// What begins like nothing at all is not of a wrong type: skip says so.
	if name := typeName(c); name != "" && !d.add("WrongType", "This is "+name+"; send "+f.expect+".") {
		return false
	}
	return d.skip()
}

// target is where the value goes: the field, or what its pointer points to.
// That is always new, because the record may share the old with another.
func (f *field) target(v reflect.Value) reflect.Value {
	if !f.pointer {
		return v
	}
	p := reflect.New(f.typ)
	v.Set(p)
	return p.Elem()
}

func typeName(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return "a number"
	}
	return ""
}

// string reads a string, a date or an instant.
func (d *decoder) string(f *field, v reflect.Value) bool {
	q, ok := d.text()
	if !ok {
		return false
	}
	if q.faults != 0 {
		v.SetZero()
		return d.blame(q.faults, "string")
	}
	text := q.raw
	if q.escaped {
		d.scratch = q.appendText(d.scratch[:0])
		text = d.scratch
	}
	switch f.kind {
	case kindDate:
		day, err := stint.ParseDate(string(text))
		if err != nil {
			return d.refuse(v, "NotADate", "This is not a day of the calendar; send "+f.expect+".")
		}
		f.target(v).SetString(string(day))
	case kindInstant:
		instant, err := stint.ParseInstant(string(text))
		if err != nil {
			return d.refuse(v, "NotAnInstant", "This is not an instant in UTC; send "+f.expect+".")
		}
		f.target(v).SetInt(int64(instant))
	default:
		if code := f.checkString(text); code != "" {
			return d.refuse(v, code, stringFault[code]+"; send "+f.expect+".")
		}
		f.target(v).SetString(string(text))
	}
	return true
}

var stringFault = map[string]string{
	"TooShort":     "This is too short",
	"TooLong":      "This is too long",
	"NotAllowed":   "This is none of the allowed values",
	"NotAnEmail":   "This is not an email address",
	"NotACurrency": "This is not a currency code",
}

// checkString gives the code of what is wrong with a string, "" if nothing.
func (f *field) checkString(text []byte) string {
	if f.format == "currency" {
		if _, ok := stint.CurrencyDecimals(string(text)); !ok {
			return "NotACurrency"
		}
		return ""
	}
	// A code point has one to four bytes: they are only counted near a limit.
	switch {
	case len(text) < 4*f.minLength && utf8.RuneCount(text) < f.minLength:
		return "TooShort"
	case f.maxLength >= 0 && len(text) > f.maxLength && utf8.RuneCount(text) > f.maxLength:
		return "TooLong"
	case f.enum != nil && !slices.Contains(f.enum, string(text)):
		return "NotAllowed"
	case f.format == "email" && !stint.ValidEmail(string(text)):
		return "NotAnEmail"
	}
	return ""
}

// numeric reads a number from its text, never through a float.
func (d *decoder) numeric(f *field, v reflect.Value) bool {
	text, ok := d.number()
	if !ok {
		return false
	}
	if f.kind == kindDecimal {
		n, err := stint.ParseDecimal(string(text))
		switch {
		case errors.Is(err, stint.ErrTooPrecise):
			return d.refuse(v, "TooPrecise", "This has too many digits; send "+f.expect+".")
		case err != nil:
			return d.refuse(v, "OutOfRange", "This is out of the range of numbers kept exactly; send "+f.expect+".")
		case f.low.set && n.Cmp(f.low.decimal) < boundSide(f.low):
			return d.refuse(v, "TooSmall", "This is too small; send "+f.expect+".")
		case f.high.set && -n.Cmp(f.high.decimal) < boundSide(f.high):
			return d.refuse(v, "TooLarge", "This is too large; send "+f.expect+".")
		}
		f.target(v).SetString(string(n))
		return true
	}
	n, err := stint.ParseInt53(string(text))
	switch {
	case errors.Is(err, stint.ErrNotInteger):
		return d.refuse(v, "NotInteger", "This is not an integer; send "+f.expect+".")
	case err != nil && text[0] == '-', err == nil && int64(n) < f.low.integer:
		return d.refuse(v, "TooSmall", "This is too small; send "+f.expect+".")
	case err != nil, int64(n) > f.high.integer:
		return d.refuse(v, "TooLarge", "This is too large; send "+f.expect+".")
	}
	f.target(v).SetInt(int64(n))
	return true
}

// boundSide is what a comparison with the bound must reach.
func boundSide(b bound) int {
	if b.exclusive {
		return 1
	}
	return 0
}

// nested reads an object into a struct of the record.
func (d *decoder) nested(f *field, op Op, v reflect.Value) bool {
	if !f.pointer {
		if op != Patch {
			v.SetZero()
		}
		return d.object(f.shape, op, v)
	}
	p := reflect.New(f.typ)
	if op == Patch && !v.IsNil() {
		p.Elem().Set(v.Elem())
	} else {
		op = op.inside()
	}
	v.Set(p)
	return d.object(f.shape, op, p.Elem())
}

// metadata keeps an object as it was sent. In a patch it is merged, as the
// merge patch of the whole record wants it.
func (d *decoder) metadata(op Op, v reflect.Value) bool {
	start, before := d.pos, len(d.problems)
	if !d.skip() {
		return false
	}
	if len(d.problems) > before {
		v.SetZero()
		return true
	}
	sent := d.buf[start:d.pos]
	if op == Patch {
		sent = merge(v.Bytes(), sent)
	} else {
		sent = bytes.Clone(sent)
	}
	v.SetBytes(sent)
	return true
}

func (d *decoder) raw(v reflect.Value) bool {
	start, before := d.pos, d.loose
	d.loose = true
	ok := d.skip()
	d.loose = before
	if ok {
		v.SetBytes(d.buf[start:d.pos:d.pos])
	}
	return ok
}

// list reads an array. Elements past the limit are not kept.
func (d *decoder) list(f *field, op Op, v reflect.Value) bool {
	if !d.enter() {
		return false
	}
	v.Set(reflect.MakeSlice(f.typ, 0, 4)) // not the old one, which may be shared
	d.path = append(d.path, step{})
	here, count := len(d.path)-1, 0
	for first := true; ; first = false {
		more, ok := d.more(']', first)
		if !ok {
			return false
		}
		if !more {
			break
		}
		if count++; f.maxItems >= 0 && count > f.maxItems {
			ok = d.skip()
		} else {
			v.Grow(1)
			v.SetLen(count)
			v.Index(count - 1).SetZero()
			ok = d.value(f.item, op.inside(), v.Index(count-1))
		}
		if !ok {
			return false
		}
		d.path[here].index++
	}
	d.path = d.path[:here]
	switch {
	case f.maxItems >= 0 && count > f.maxItems:
		return d.refuse(v, "TooManyItems", "There are too many items; send "+f.expect+".")
	case count < f.minItems:
		return d.refuse(v, "TooFewItems", "There are too few items; send "+f.expect+".")
	}
	return true
}
