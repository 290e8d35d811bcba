package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// document is the part of an OpenAPI 3.1 document that the page shows.
type document struct {
	Info struct {
		Title, Version, Description string
		License                     struct{ Name string }
	}
	Servers []struct{ URL string }
	Tags    []struct{ Name, Description string }
	// Paths has an entry a method, and the path's own parameters under "parameters".
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Schemas    map[string]*schema
		Parameters map[string]*parameter
		Responses  map[string]*response
		Headers    map[string]*header
	}

	// said is what was read of headers on the way, by their names.
	said map[string]string
}

type operation struct {
	OperationID, Summary, Description string
	Tags                              []string
	Security                          *[]json.RawMessage
	Parameters                        []*parameter
	RequestBody                       *struct {
		Content map[string]media
	}
	Responses map[string]*response
}

type parameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Required              bool
	Schema                *schema
	Example               any
}

type response struct {
	Ref         string `json:"$ref"`
	Description string
	Headers     map[string]*header
	Content     map[string]media
}

type media struct{ Schema *schema }

type header struct {
	Ref         string `json:"$ref"`
	Description string
}

type schema struct {
	Ref                                string `json:"$ref"`
	Type                               types
	Format, Description                string
	Enum, Examples                     []any
	Items                              *schema
	AnyOf                              []*schema
	Properties                         map[string]*schema
	Required                           []string
	MinLength, MaxLength               *int
	MinItems, MaxItems                 *int
	Minimum, Maximum                   *json.Number
	ExclusiveMinimum, ExclusiveMaximum *json.Number
	AdditionalProperties               json.RawMessage
}

// types is one type or several: "string" and ["string", "null"] are both allowed.
type types []string

// UnmarshalJSON reads either form.
func (t *types) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		*t = types{""}
		return json.Unmarshal(b, &(*t)[0])
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// is tells whether a type is among them.
func (t types) is(name string) bool { return slices.Contains(t, name) }

func parse(b []byte) (*document, error) {
	d := &document{said: map[string]string{}}
	if err := decode(b, d); err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	if len(d.Servers) == 0 || len(d.Paths) == 0 {
		return nil, fmt.Errorf("the document has %d servers and %d paths", len(d.Servers), len(d.Paths))
	}
	return d, nil
}

// decode keeps numbers as they are written.
func decode(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	return dec.Decode(v)
}

// last is the name at the end of a reference.
func last(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func (d *document) parameter(p *parameter) *parameter {
	if p.Ref != "" {
		return d.Components.Parameters[last(p.Ref)]
	}
	return p
}

func (d *document) response(r *response) *response {
	if r.Ref != "" {
		return d.Components.Responses[last(r.Ref)]
	}
	return r
}

func (d *document) header(h *header) *header {
	if h.Ref != "" {
		return d.Components.Headers[last(h.Ref)]
	}
	return h
}

func (d *document) schema(s *schema) *schema {
	if s.Ref != "" {
		return d.Components.Schemas[last(s.Ref)]
	}
	return s
}
