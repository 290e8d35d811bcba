package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"stint"
)

// compile makes the shape of a struct type; up is the types it stands in.
func compile(typ reflect.Type, up []reflect.Type) *Shape {
	if typ.Kind() != reflect.Struct {
		panic(fmt.Sprintf("wire: %s is not a struct", typ))
	}
	if slices.Contains(up, typ) {
		panic(fmt.Sprintf("wire: %s contains itself", typ))
	}
	s := &Shape{typ: typ}
	s.collect(typ, nil, append(slices.Clip(up), typ))
	names := map[string]bool{}
	for i := range s.fields {
		f := &s.fields[i]
		if names[f.name] {
			panic(fmt.Sprintf("wire: %s has two fields %q", typ, f.name))
		}
		names[f.name] = true
	}
	for _, op := range []Op{Create, Replace, Patch} {
		s.requests[op.number()] = s.request(op)
	}
	return s
}

// collect adds the fields of a struct; those of an embedded one as its own.
func (s *Shape) collect(typ reflect.Type, at []int, up []reflect.Type) {
	for i := range typ.NumField() {
		sf := typ.Field(i)
		index := append(slices.Clip(at), i)
		where := typ.String() + "." + sf.Name
		tags := parseTags(where, string(sf.Tag))
		name, hasName := tags["json"]
		switch {
		case sf.Anonymous && !hasName && sf.Type.Kind() == reflect.Struct:
			s.collect(sf.Type, index, up)
		case !sf.IsExported() || name == "-":
		case !hasName:
			panic("wire: " + where + ": no json tag")
		default:
			f := compileField(where, sf.Type, tags, up)
			f.index = index
			s.fields = append(s.fields, f)
		}
	}
}

func compileField(where string, typ reflect.Type, tags map[string]string, up []reflect.Type) field {
	name, option, _ := strings.Cut(tags["json"], ",")
	bad := func(why string) { panic("wire: " + where + ": " + why) }
	if name == "" || option != "" && option != "omitempty" {
		bad("the json tag is a name, and omitempty or nothing")
	}
	f := field{name: name, sent: name, label: `,` + string(AppendString(nil, name)) + `:`,
		omit: option != "", ref: tags["ref"], doc: tags["doc"], example: tags["example"]}
	if as, ok := tags["as"]; ok {
		f.sent = as
	}
	if zero, ok := tags["zero"]; ok {
		if f.keep = zero == "keep"; !f.keep {
			bad(`zero is "keep" or not there`)
		}
	}
	f.write = parseOps(bad, tags["write"])
	f.need = parseOps(bad, tags["need"])
	if f.need&^f.write != 0 {
		bad("need has an operation that write has not")
	}
	if typ.Kind() == reflect.Pointer {
		f.pointer = true
		typ = typ.Elem()
	}
	f.classify(bad, typ, up)
	f.limits = parseLimits(bad, &f, tags)
	if f.kind == kindList {
		f.item.limits, f.item.ref = f.limits, f.ref
		f.item.expect = f.item.expectation()
	}
	f.expect = f.expectation()
	return f
}

func (f *field) classify(bad func(string), typ reflect.Type, up []reflect.Type) {
	f.typ = typ
	switch typ {
	case reflect.TypeFor[stint.Decimal]():
		f.kind = kindDecimal
	case reflect.TypeFor[stint.Date]():
		f.kind = kindDate
	case reflect.TypeFor[stint.Instant]():
		f.kind = kindInstant
	case reflect.TypeFor[stint.Metadata]():
		f.kind = kindMetadata
	case reflect.TypeFor[Raw]():
		f.kind = kindRaw
	}
	if f.pointer && typ.Kind() == reflect.Slice {
		bad("a pointer to a slice")
	}
	if f.kind != kindString { // found
		return
	}
	switch typ.Kind() {
	case reflect.String:
		f.kind = kindString
	case reflect.Bool:
		f.kind = kindBool
	case reflect.Int64, reflect.Int:
		f.kind = kindInt
	case reflect.Struct:
		f.kind = kindObject
		f.shape = compile(typ, up)
	case reflect.Slice:
		f.kind = kindList
		f.item = &field{}
		f.item.classify(bad, typ.Elem(), up)
		switch elem := typ.Elem(); {
		case f.item.kind == kindObject, elem == reflect.TypeFor[Raw](), elem == reflect.TypeFor[string]():
		default:
			bad("a list is of string, wire.Raw or structs")
		}
	default:
		bad("no such kind of field: " + typ.String())
	}
}

// request is what the shape takes in an operation.
func (s *Shape) request(op Op) request {
	r := request{byName: map[string]int{}, hints: map[string]string{}}
	var names []string
	for i := range s.fields {
		f := &s.fields[i]
		if !f.write.has(op) {
			continue
		}
		if _, twice := r.byName[f.sent]; twice || len(r.fields) == maxFields {
			panic(fmt.Sprintf("wire: %s: %q is there twice, or the %dth field of a request", s.typ, f.sent, maxFields+1))
		}
		if f.need.has(op) {
			r.need |= 1 << len(r.fields)
		}
		r.byName[f.sent] = len(r.fields)
		r.fields = append(r.fields, f)
		names = append(names, f.sent)
	}
	r.names = "There are no fields here."
	if len(names) > 0 {
		r.names = "The fields are " + strings.Join(names, ", ") + "."
	}
	for i := range s.fields {
		f := &s.fields[i]
		hint := "This cannot be changed here; leave it out. "
		if f.write == 0 {
			hint = "The server sets this; leave it out. "
		}
		r.hints[fold(f.name)], r.hints[fold(f.sent)] = hint, hint
	}
	for _, f := range r.fields { // last, so that these win
		hint := "Send " + strconv.Quote(f.sent) + " instead; names are exact. "
		r.hints[fold(f.name)], r.hints[fold(f.sent)] = hint, hint
	}
	return r
}

var unjoin = strings.NewReplacer("_", "", "-", "", " ", "")

// fold makes names equal that a person may take for each other.
func fold(name string) string {
	return strings.ToLower(unjoin.Replace(name))
}
