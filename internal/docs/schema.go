package docs

import (
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// part is a piece of a type in words; Ref names the schema it links to.
type part struct{ Text, Ref string }

// row is a line of a table of fields. Fields inside others have the whole path
// as their name: billables[].quantity.
type row struct {
	Name     string
	Required bool
	Type     []part
	Limits   string
	Doc      string
}

// rows lists the fields of an object, those inside included. What a reference
// stands for has a table of its own and is not repeated.
func (d *document) rows(s *schema, prefix string) (out []row) {
	for _, name := range s.names() {
		p := s.Properties[name]
		out = append(out, row{Name: prefix + name, Required: slices.Contains(s.Required, name), Type: d.typeOf(name, p), Limits: limits(p), Doc: p.Description})
		inner, path := p, prefix+name
		if p.Type.is("array") && p.Items != nil {
			inner, path = p.Items, path+"[]"
		}
		if inner.Properties != nil {
			out = append(out, d.rows(inner, path+".")...)
		}
	}
	return out
}

// names are the fields of an object: the required ones in their order, then the others.
func (s *schema) names() []string {
	out := slices.Clone(s.Required)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !slices.Contains(s.Required, name) {
			out = append(out, name)
		}
	}
	return out
}

// typeOf is typeWords, but that a string called projectId is an id of a Project.
func (d *document) typeOf(name string, s *schema) []part {
	noun, isID := strings.CutSuffix(name, "Id")
	if !isID || !s.Type.is("string") || s.MaxLength != nil {
		return typeWords(s)
	}
	noun = strings.ToUpper(noun[:1]) + noun[1:]
	if d.Components.Schemas[noun] == nil {
		return typeWords(s)
	}
	words := []part{{Text: "id of "}, {Text: noun, Ref: noun}}
	if s.Type.is("null") {
		words = append(words, part{Text: " or null"})
	}
	return words
}

// formats are what a string's format is called.
var formats = map[string]string{"date": "day", "date-time": "instant", "email": "email address", "uri": "URL", "binary": "file"}

// typeWords says what type a value has: "array of Client", "string or null".
func typeWords(s *schema) (out []part) {
	add := func(parts ...part) {
		if len(out) > 0 {
			out = append(out, part{Text: " or "})
		}
		out = append(out, parts...)
	}
	if s.Ref != "" {
		return []part{{Text: last(s.Ref), Ref: last(s.Ref)}}
	}
	for _, one := range s.AnyOf {
		if one.Type.is("string") && len(s.AnyOf) > 1 {
			add(part{Text: "id"})
			continue
		}
		add(typeWords(one)...)
	}
	for _, t := range s.Type {
		switch {
		case t == "array" && s.Items != nil:
			add(append([]part{{Text: "array of "}}, typeWords(s.Items)...)...)
		case t == "string" && formats[s.Format] != "":
			add(part{Text: formats[s.Format]})
		default:
			add(part{Text: t})
		}
	}
	return out
}

// limits says what a value must keep to.
func limits(s *schema) string {
	var out []string
	add := func(words string) {
		if words != "" {
			out = append(out, words)
		}
	}
	add(between(s.MinLength, s.MaxLength, "character"))
	add(between(s.MinItems, s.MaxItems, "item"))
	low, high := number(s.Minimum), number(s.Maximum)
	if s.Type.is("integer") && number(s.ExclusiveMinimum) == "0" {
		low = "1" // "more than 0", said of integers
	}
	switch {
	case low != "" && high != "":
		add(low + " to " + high)
	case low != "":
		add(low + " or more")
	case high != "" && s.ExclusiveMinimum != nil:
		add("more than " + number(s.ExclusiveMinimum) + ", at most " + high)
	case high != "":
		add("at most " + high)
	case s.ExclusiveMinimum != nil:
		add("more than " + number(s.ExclusiveMinimum))
	}
	if s.ExclusiveMaximum != nil {
		add("less than " + number(s.ExclusiveMaximum))
	}
	var values []string
	for _, v := range s.Enum {
		if text, ok := v.(string); ok {
			values = append(values, text)
		}
	}
	if values != nil {
		add("one of " + strings.Join(values, ", "))
	}
	return strings.Join(out, "; ")
}

func between(low, high *int, unit string) string {
	switch {
	case low != nil && high != nil && *low == *high:
		return count(*low, unit)
	case low != nil && high != nil:
		return strconv.Itoa(*low) + " to " + count(*high, unit)
	case high != nil:
		return "at most " + count(*high, unit)
	case low != nil:
		return "at least " + count(*low, unit)
	}
	return ""
}

func count(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

func number(n *json.Number) string {
	if n == nil {
		return ""
	}
	return n.String()
}

// steps are the names on the way to a field.
func steps(path string) []string { return strings.Split(path, ".") }

// prose writes a description: what stands between backquotes is code.
func prose(text string) template.HTML {
	var b strings.Builder
	for i, piece := range strings.Split(text, "`") {
		if i%2 == 1 {
			piece = "<code>" + template.HTMLEscapeString(piece) + "</code>"
		} else {
			piece = template.HTMLEscapeString(piece)
		}
		b.WriteString(piece)
	}
	return template.HTML(b.String()) // #nosec G203 -- every piece was escaped above
}
