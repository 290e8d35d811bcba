package wire

import (
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stint"
)

// Expanded is what stands in place of ids: by the field's name in answers, then
// by id, the finished JSON of the object. An id without one stays an id.
type Expanded map[string]map[string][]byte

// Append appends a record, a *T, as a JSON object with its members in the order
// of the fields. Unset optional fields are left out, unless tagged zero:"keep".
func (s *Shape) Append(dst []byte, rec any, exp Expanded) []byte {
	return s.append(dst, s.record(rec), exp)
}

func (s *Shape) append(dst []byte, rec reflect.Value, exp Expanded) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for i := range s.fields {
		f := &s.fields[i]
		v := f.of(rec)
		if f.unset(v) {
			if !f.keep {
				continue
			}
			if f.pointer || f.kind == kindMetadata || f.kind == kindRaw {
				dst = append(f.appendLabel(dst, start), "null"...)
				continue
			}
		}
		dst = f.appendLabel(dst, start)
		if f.pointer {
			v = v.Elem()
		}
		var objects map[string][]byte
		if f.ref != "" && exp != nil {
			objects = exp[f.name]
		}
		dst = f.append(dst, v, objects)
	}
	return append(dst, '}')
}

// unset tells whether the field is left out when nothing says to keep it.
func (f *field) unset(v reflect.Value) bool {
	switch {
	case f.pointer:
		return v.IsNil()
	case f.kind == kindMetadata, f.kind == kindRaw:
		return v.Len() == 0
	case f.omit:
		return v.IsZero() || f.kind == kindList && v.Len() == 0
	}
	return false
}

func (f *field) appendLabel(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, f.label[1:]...)
	}
	return append(dst, f.label...)
}

func (f *field) append(dst []byte, v reflect.Value, objects map[string][]byte) []byte {
	switch f.kind {
	case kindBool:
		return strconv.AppendBool(dst, v.Bool())
	case kindInt:
		return strconv.AppendInt(dst, v.Int(), 10)
	case kindDecimal:
		return append(dst, stint.Decimal(v.String()).String()...)
	case kindInstant:
		dst = append(dst, '"')
		return append(stint.Instant(v.Int()).Append(dst), '"')
	case kindMetadata, kindRaw:
		if v.Len() == 0 {
			return append(dst, "null"...)
		}
		return append(dst, v.Bytes()...)
	case kindObject:
		return f.shape.append(dst, v, nil)
	case kindList:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = f.item.append(dst, v.Index(i), objects)
		}
		return append(dst, ']')
	}
	text := v.String()
	if object, ok := objects[text]; ok {
		return append(dst, object...)
	}
	return AppendString(dst, text)
}

// AppendString appends a JSON string. Bytes that are not UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if !plain[s[i]] {
			dst, _ = jsontext.AppendQuote(dst, s)
			return dst
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}
