package api_test

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"stint/internal/api"
)

// theReference is the wire contract as its document states it.
var theReference = sync.OnceValues(func() (*v3.Document, error) {
	text, err := os.ReadFile("testdata/contracting-openapi.yaml")
	if err != nil {
		return nil, err
	}
	doc, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, err
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, err
	}
	return &model.Model, nil
})

func referenceDocument(t *testing.T) *v3.Document {
	t.Helper()
	doc, err := theReference()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// referenceOrder is the order of the members of an answer: the schema's
// required list, then its other properties, then ours.
func referenceOrder(t *testing.T, sp *spec) []string {
	t.Helper()
	schema := referenceDocument(t).Components.Schemas.GetOrZero(sp.noun).Schema()
	names := slices.Clone(schema.Required)
	for name := range schema.Properties.KeysFromOldest() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return append(names, sp.tail...)
}

// requestOf is the schema of an operation's body; nil without the operation.
func requestOf(t *testing.T, sp *spec, op string) *base.Schema {
	t.Helper()
	doc := referenceDocument(t)
	var o *v3.Operation
	for path, item := range doc.Paths.PathItems.FromOldest() {
		rest, ours := strings.CutPrefix(path, "/api/v1/"+sp.path)
		switch {
		case !ours:
		case op == create && rest == "":
			o = item.Post
		case op == replace && strings.HasPrefix(rest, "/{") && strings.HasSuffix(rest, "}"):
			o = item.Put
		case op == patch && strings.HasPrefix(rest, "/{") && strings.HasSuffix(rest, "}"):
			o = item.Patch
		}
	}
	if o == nil {
		return nil
	}
	return o.RequestBody.Content.GetOrZero("application/json").Schema.Schema()
}

// Every collection and every operation on one of its records that the document
// has is in the suite, so that none can be left out of it by mistake.
func TestSpecsCoverTheDocument(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(api.New(nil, api.Options{}).Document(), &doc); err != nil {
		t.Fatal(err)
	}
	// These have tests of their own.
	apart := []string{"tenants", "tokens"}
	found := 0
	for path, item := range doc.Paths {
		name, rest, _ := strings.Cut(strings.TrimPrefix(path, "/api/v1/"), "/")
		i := slices.IndexFunc(specs, func(sp *spec) bool { return sp.path == name })
		if rest == "" && item["post"] != nil && i < 0 && !slices.Contains(apart, name) {
			t.Errorf("%s can be created, and is neither in specs nor among those with tests of their own", name)
		}
		if i < 0 {
			continue
		}
		found++
		for _, op := range []struct{ method, name string }{{"put", replace}, {"patch", patch}, {"delete", "delete"}} {
			if strings.HasPrefix(rest, "{") && !strings.Contains(rest, "/") && (item[op.method] != nil) != specs[i].does(op.name) {
				t.Errorf("%s: the document has %s: %t, the suite: %t", path, op.name, item[op.method] != nil, specs[i].does(op.name))
			}
		}
		if rest == "order" && !specs[i].does("reorder") {
			t.Errorf("%s is not in the suite", path)
		}
	}
	if found < 2*len(specs) {
		t.Errorf("only %d paths of %d resources were found", found, len(specs))
	}
}

// Every field of the reference is in the suite with the reference's limits, and
// is required only where the reference requires it.
func TestSpecsCoverTheReference(t *testing.T) {
	t.Parallel()
	for _, sp := range specs {
		for _, op := range []string{create, replace, patch} {
			t.Run(sp.path+"/"+op, func(t *testing.T) {
				t.Parallel()
				schema := requestOf(t, sp, op)
				if (schema != nil) != sp.does(op) {
					t.Fatalf("the reference has the operation: %t, the suite: %t", schema != nil, sp.does(op))
				}
				if schema == nil {
					return
				}
				fields, required := properties(t, sp, op, schema)
				for name := range fields {
					if f := sp.field(name); f == nil || !f.in(op) {
						t.Errorf("the reference's field %s is not in the suite: add it to the spec of %s", name, sp.path)
					}
				}
				for i := range sp.fields {
					if f := &sp.fields[i]; f.in(op) {
						compareField(t, f, op, fields[f.name], slices.Contains(required, f.name))
					}
				}
			})
		}
	}
}

func (sp *spec) field(name string) *fieldSpec {
	for i := range sp.fields {
		if sp.fields[i].name == name {
			return &sp.fields[i]
		}
	}
	return nil
}

// properties are the fields of a body; those of a line count as the body's own.
func properties(t *testing.T, sp *spec, op string, schema *base.Schema) (fields map[string]*base.Schema, required []string) {
	t.Helper()
	fields = map[string]*base.Schema{}
	required = append(required, schema.Required...)
	for name, p := range schema.Properties.FromOldest() {
		if !sp.lines || op != create || name != "billables" {
			fields[name] = p.Schema()
			continue
		}
		line := p.Schema().Items.A.Schema()
		required = append(required, line.Required...)
		for name, p := range line.Properties.FromOldest() {
			fields[name] = p.Schema()
		}
	}
	return fields, required
}

func compareField(t *testing.T, f *fieldSpec, op string, theirs *base.Schema, required bool) {
	t.Helper()
	switch {
	case theirs == nil && !f.ours:
		t.Errorf("%s is not in the reference; mark it as ours", f.name)
	case theirs != nil && f.ours:
		t.Errorf("%s is in the reference; it is not ours", f.name)
	case f.needed(op) && !required:
		t.Errorf("%s is required here, but not in the reference", f.name)
	case required && !f.needed(op) && !f.looser:
		t.Errorf("%s is required in the reference, but optional here; if that is meant, mark it as looser", f.name)
	case theirs != nil && limitsOf(theirs) != f.is.limits:
		t.Errorf("the limits of %s are %+v, the reference's are %+v", f.name, f.is.limits, limitsOf(theirs))
	}
}

func limitsOf(s *base.Schema) limits {
	l := limits{types: strings.Join(s.Type, ","), format: s.Format, pattern: s.Pattern != ""}
	length := func(n *int64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatInt(*n, 10)
	}
	number := func(n *float64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatFloat(*n, 'f', -1, 64)
	}
	l.minLength, l.maxLength, l.minimum, l.maximum = length(s.MinLength), length(s.MaxLength), number(s.Minimum), number(s.Maximum)
	if s.ExclusiveMinimum != nil {
		l.above = number(&s.ExclusiveMinimum.B)
	}
	return l
}

// Every path of the reference belongs to a resource of the suite, and the
// values of expand are the reference's.
func TestSpecsCoverThePaths(t *testing.T) {
	t.Parallel()
	count := 0
	for path, item := range referenceDocument(t).Paths.PathItems.FromOldest() {
		count += item.GetOperations().Len()
		path = strings.TrimPrefix(path, "/api/v1/")
		if path == "health" || path == "users/me" {
			continue
		}
		noun, rest, _ := strings.Cut(path, "/")
		i := slices.IndexFunc(specs, func(sp *spec) bool { return sp.path == noun })
		if i < 0 {
			t.Errorf("no spec for %s", path)
			continue
		}
		if rest == "" {
			expands := expandsOf(t, item.Get)
			if got := specs[i].expands; !slices.Equal(got, expands) {
				t.Errorf("%s: expand takes %v in the suite, %v in the reference", path, got, expands)
			}
		}
	}
	if count != 70 {
		t.Errorf("the reference has %d operations, not 70", count)
	}
}

func expandsOf(t *testing.T, o *v3.Operation) (out []string) {
	t.Helper()
	for _, p := range o.Parameters {
		if p.Name == "expand" {
			if err := p.Extensions.GetOrZero("x-allowed-values").Decode(&out); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}
