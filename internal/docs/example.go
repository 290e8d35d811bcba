package docs

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Values for parameters, which have no example in the document.
var samples = map[string]string{"externalKey": "crm-4711", "expires": "1696517580000", "signature": "…"}

// sampleLists are lists of plain strings that hold no ids of their call's noun.
var sampleLists = map[string]string{"scopes": "time-entries:write", "tenants": "tnt_cx0o4i8f0g950ul9gijig905"}

const (
	sampleDay     = "2023-10-05"
	sampleInstant = "2023-10-05T14:48:00.000Z"
)

// member is a field of an example; a list of them keeps its order.
type member struct {
	name  string
	value any
}

// value makes an example of a schema. c is the operation it is for.
func (d *document) value(s *schema, name string, c *call) any {
	switch {
	case s.Ref != "":
		return d.value(d.schema(s), name, c)
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.AnyOf) > 0:
		for _, one := range s.AnyOf {
			if one.Ref != "" {
				return d.id(last(one.Ref))
			}
		}
		return d.value(s.AnyOf[0], name, c)
	case len(s.Enum) > 0:
		return c.state(s.Enum)
	case s.Type.is("array"):
		if item := s.Items; item.Type.is("string") && item.Format == "" {
			if v, ok := sampleLists[name]; ok {
				return []any{v}
			}
			return []any{d.id(c.noun())} // the other lists of plain strings hold ids
		}
		return []any{d.value(s.Items, name, c)}
	case s.Type.is("object"):
		return d.members(s, c)
	case s.Type.is("boolean"):
		return true
	case s.Minimum != nil:
		return *s.Minimum
	case s.Type.is("integer"), s.Type.is("number"):
		return json.Number("1")
	}
	return d.text(name, s)
}

// text makes an example of a string.
func (d *document) text(name string, s *schema) string {
	switch s.Format {
	case "date":
		return sampleDay
	case "date-time":
		return sampleInstant
	}
	if v, ok := samples[name]; ok {
		return v
	}
	noun := strings.TrimSuffix(name, "Id")
	if noun != "" {
		if id := d.id(strings.ToUpper(noun[:1]) + noun[1:]); id != "" {
			return id
		}
	}
	return "text"
}

// id is the example id of a schema; empty when it has none.
func (d *document) id(name string) string {
	if s := d.Components.Schemas[name]; s != nil && s.Properties["id"] != nil && len(s.Properties["id"].Examples) > 0 {
		id, _ := s.Properties["id"].Examples[0].(string)
		return id
	}
	return ""
}

// members are the fields an example shows: the required ones, those with an
// example of their own, and what an answer holds besides. A change shows one field.
func (d *document) members(s *schema, c *call) (out []member) {
	for _, name := range s.names() {
		p := s.Properties[name]
		switch {
		case name == "next":
			out = append(out, member{name, nil}) // the last page
		case slices.Contains(s.Required, name), len(p.Examples) > 0, p.Ref != "" && last(p.Ref) != "Error":
			out = append(out, member{name, d.value(p, name, c)})
		}
	}
	if c.Method == http.MethodPatch && s.Properties["data"] == nil && s.Properties["id"] == nil && len(out) > 0 {
		return out[len(out)-1:]
	}
	return out
}

// state is a value of an enum: after an action, the one it is named for
// (finalize, FINALIZED), otherwise the first.
func (c *call) state(values []any) any {
	action := strings.ToUpper(last(c.Path))
	for _, v := range values {
		if text, ok := v.(string); ok && strings.HasPrefix(text, action) {
			return v
		}
	}
	return values[0]
}

// noun is the schema of the records that a list's path is about.
func (c *call) noun() string {
	base := c.Path[:strings.LastIndexByte(c.Path, '/')]
	for _, path := range slices.Sorted(maps.Keys(c.d.Paths)) {
		if one, ok := strings.CutPrefix(path, base+"/{"); ok && strings.HasSuffix(one, "Id}") {
			one = strings.TrimSuffix(one, "Id}")
			return strings.ToUpper(one[:1]) + one[1:]
		}
	}
	return ""
}

// curl is the operation as a command to paste.
func (c *call) curl(server string, body *schema) string {
	address := server + pathParam.ReplaceAllStringFunc(c.Path, func(p string) string { return url.PathEscape(c.path[p[1:len(p)-1]]) })
	var query, lines []string
	tenant := false
	for _, p := range c.Params {
		switch {
		case p.In == "header" && p.Name == "tenant-id":
			tenant = p.Required
		case p.In == "query" && (c.Public || p.Name == "limit"):
			// An operation without a token lives from its parameters.
			value := c.d.text(p.Name, &schema{})
			if p.Name == "limit" {
				value = "50"
			}
			query = append(query, p.Name+"="+value)
		}
	}
	if query != nil {
		address += "?" + strings.Join(query, "&")
	}
	first := "curl "
	if c.Method != http.MethodGet && (c.Method != http.MethodPost || body == nil) {
		first += "-X " + c.Method + " "
	}
	lines = append(lines, first+quote(address))
	if !c.Public {
		lines = append(lines, `-H "Authorization: Bearer $TOKEN"`)
	}
	if tenant {
		lines = append(lines, `-H "tenant-id: $TENANT"`)
	}
	if body != nil {
		lines = append(lines, `-H 'Content-Type: application/json'`, "-d "+quote(jsonText(c.d.value(body, "", c), "  ")))
	}
	return strings.Join(lines, " \\\n  ")
}

// quote makes one word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// jsonText writes an example: an object in lines, the rest in one.
func jsonText(v any, indent string) string {
	var b strings.Builder
	writeJSON(&b, v, indent)
	return b.String()
}

func writeJSON(b *strings.Builder, v any, indent string) {
	inner := indent + "  "
	switch v := v.(type) {
	case []member:
		if len(v) == 0 {
			b.WriteString("{}")
			return
		}
		b.WriteString("{")
		for i, m := range v {
			b.WriteString(comma(i) + "\n" + inner + jsonText(m.name, "") + ": ")
			writeJSON(b, m.value, inner)
		}
		b.WriteString("\n" + indent + "}")
	case []any:
		b.WriteString("[")
		for i, item := range v {
			b.WriteString(comma(i))
			writeJSON(b, item, indent)
		}
		b.WriteString("]")
	default:
		var text strings.Builder
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		must(enc.Encode(v))
		b.WriteString(strings.TrimSuffix(text.String(), "\n"))
	}
}

func comma(i int) string {
	if i > 0 {
		return ","
	}
	return ""
}
