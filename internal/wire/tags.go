package wire

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"stint"
)

var knownTags = []string{"json", "write", "need", "as", "ref", "zero", "doc", "example", "format", "enum",
	"minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems"}

// parseTags reads all tags of a field. Unlike reflect's lookup it refuses a
// name it does not know, which is how a mistyped limit would go unseen.
func parseTags(where, tag string) map[string]string {
	tags := map[string]string{}
	for tag = strings.TrimLeft(tag, " "); tag != ""; tag = strings.TrimLeft(tag, " ") {
		name, rest, ok := strings.Cut(tag, ":")
		quoted, err := strconv.QuotedPrefix(rest)
		if !ok || err != nil {
			panic("wire: " + where + ": the tag is not a list of name:\"value\"")
		}
		if _, twice := tags[name]; twice || !slices.Contains(knownTags, name) {
			panic("wire: " + where + ": unknown or repeated tag " + name)
		}
		tags[name], _ = strconv.Unquote(quoted)
		tag = rest[len(quoted):]
	}
	return tags
}

func parseOps(bad func(string), list string) (set ops) {
	if list == "" {
		return 0
	}
	for name := range strings.SplitSeq(list, ",") {
		switch op := Op(name); op {
		case Create, Replace, Patch:
			set |= 1 << op.number()
		default:
			bad("no such operation: " + name)
		}
	}
	return set
}

// limitTags says which limits a kind can have. Those of a list's items stand
// on the list.
func limitTags(f *field) []string {
	switch f.kind {
	case kindString:
		return []string{"format", "enum", "minLength", "maxLength"}
	case kindInt, kindDecimal:
		return []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
	case kindList:
		return append(limitTags(f.item), "minItems", "maxItems")
	}
	return nil
}

func parseLimits(bad func(string), f *field, tags map[string]string) limits {
	allowed := limitTags(f)
	for _, name := range knownTags[slices.Index(knownTags, "format"):] {
		if _, ok := tags[name]; ok && !slices.Contains(allowed, name) {
			bad("a field of this kind has no " + name)
		}
	}
	if f.ref != "" && (f.typ.Kind() != reflect.String || f.kind != kindString) &&
		(f.kind != kindList || f.item.kind != kindString) {
		bad("ref is for ids")
	}
	count := func(name string, otherwise int) int {
		text, ok := tags[name]
		if !ok {
			return otherwise
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			bad(name + " is not a count")
		}
		return n
	}
	l := limits{format: tags["format"],
		minLength: count("minLength", 0), maxLength: count("maxLength", -1),
		minItems: count("minItems", 0), maxItems: count("maxItems", -1)}
	if enum, ok := tags["enum"]; ok {
		l.enum = strings.Split(enum, ",")
	}
	switch l.format {
	case "", "email", "currency":
	case "uri":
		if f.write != 0 {
			bad("format uri is for answers: there is no check for it")
		}
	default:
		bad("no such format: " + l.format)
	}
	l.low = parseBound(bad, f.kind, tags, "minimum", "exclusiveMinimum", 1)
	l.high = parseBound(bad, f.kind, tags, "maximum", "exclusiveMaximum", -1)
	if f.kind == kindInt {
		l.low = orEnd(l.low, -stint.MaxInt53)
		l.high = orEnd(l.high, stint.MaxInt53)
	}
	return l
}

func parseBound(bad func(string), k kind, tags map[string]string, inclusive, exclusive string, step int64) bound {
	text, ok := tags[inclusive]
	b := bound{set: ok}
	if other, ok := tags[exclusive]; ok {
		if b.set {
			bad(inclusive + " and " + exclusive)
		}
		b, text = bound{set: true, exclusive: true}, other
	}
	if !b.set {
		return b
	}
	var err error
	if b.decimal, err = stint.ParseDecimal(text); err != nil {
		bad(inclusive + ": " + err.Error())
	}
	if k == kindInt {
		n, err := stint.ParseInt53(text)
		if err != nil {
			bad(inclusive + ": " + err.Error())
		}
		if b.integer = int64(n); b.exclusive {
			b.integer += step
		}
	}
	return b
}

// orEnd is the bound, or the end of the integers of the wire.
func orEnd(b bound, end int64) bound {
	if b.set {
		return b
	}
	return bound{set: true, integer: end, decimal: stint.Decimal(strconv.FormatInt(end, 10))}
}

// float is the bound as the document writes it.
func (b bound) float() *float64 {
	n, _ := strconv.ParseFloat(b.decimal.String(), 64)
	if !b.set || math.IsInf(n, 0) {
		return nil
	}
	return &n
}
