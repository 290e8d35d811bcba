package leak_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// document is what the matrix reads of the OpenAPI document.
type document struct {
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Parameters map[string]param   `json:"parameters"`
		Schemas    map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type param struct {
	Ref      string   `json:"$ref"`
	Name     string   `json:"name"`
	In       string   `json:"in"`
	Required bool     `json:"required"`
	Schema   *schema  `json:"schema"`
	Allowed  []string `json:"x-allowed-values"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Type       types              `json:"type"`
	Format     string             `json:"format"`
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
}

// types reads `"string"` and `["string", "null"]` alike.
type types []string

func (t *types) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

func (s *schema) is(kind string) bool { return slices.Contains(s.Type, kind) }

// operation is one operation of the document.
type operation struct {
	id, method, path string
	params           []param
	body             *schema
	public           bool
}

func (op *operation) param(in, name string) *param {
	for i := range op.params {
		if op.params[i].In == in && op.params[i].Name == name {
			return &op.params[i]
		}
	}
	return nil
}

// tenant tells how an operation takes the tenant: "required", "optional" or "none".
func (op *operation) tenant() string {
	switch p := op.param("header", "tenant-id"); {
	case p == nil:
		return "none"
	case p.Required:
		return "required"
	}
	return "optional"
}

// collection is the first step of the path: "time-entries".
func (op *operation) collection() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(op.path, "/api/v1/"), "/")
	return name
}

func (op *operation) writes() bool { return op.method != "GET" }

// operations reads every operation of the document, in the order of their ids.
func operations(t *testing.T, raw []byte) []*operation {
	t.Helper()
	var doc document
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var out []*operation
	for path, item := range doc.Paths {
		var shared []param
		if raw, ok := item["parameters"]; ok {
			if err := json.Unmarshal(raw, &shared); err != nil {
				t.Fatal(err)
			}
		}
		for method, raw := range item {
			if method == "parameters" {
				continue
			}
			var o struct {
				ID          string             `json:"operationId"`
				Parameters  []param            `json:"parameters"`
				Security    *[]json.RawMessage `json:"security"`
				RequestBody struct {
					Content map[string]struct {
						Schema *schema `json:"schema"`
					} `json:"content"`
				} `json:"requestBody"`
			}
			if err := json.Unmarshal(raw, &o); err != nil {
				t.Fatal(err)
			}
			op := &operation{id: o.ID, method: strings.ToUpper(method), path: path, public: o.Security != nil && len(*o.Security) == 0}
			for _, p := range append(slices.Clone(shared), o.Parameters...) {
				if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
					p = doc.Components.Parameters[name]
				}
				op.params = append(op.params, p)
			}
			op.body = doc.resolve(o.RequestBody.Content["application/json"].Schema)
			out = append(out, op)
		}
	}
	slices.SortFunc(out, func(a, b *operation) int { return strings.Compare(a.id, b.id) })
	return out
}

// resolve puts the schemas that are referred to by name in place.
func (d *document) resolve(s *schema) *schema {
	if s == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.resolve(d.Components.Schemas[name])
	}
	for name, p := range s.Properties {
		s.Properties[name] = d.resolve(p)
	}
	s.Items = d.resolve(s.Items)
	return s
}
