package api_test

import (
	"slices"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// spec is what the suite knows of a resource. All tests that every resource
// has are run from it, so that a new resource is one more entry of specs.
type spec struct {
	noun   string // its schema in the document and in the reference
	path   string
	prefix string // of its ids
	// can lists what can be done with one, besides create, get and list.
	can string
	// fields are those of requests, in any order.
	fields []fieldSpec
	// tail are the members of answers that only ours has, at their end.
	tail []string
	// sorts are the fields of the sort parameter, besides createdAt and updatedAt.
	sorts []string
	// newestFirst tells that the list begins with the newest; otherwise it goes by order.
	newestFirst bool
	// expands are the values of the expand parameter.
	expands []string
	// parents are the filters of the list that name one of the resources above it.
	parents []string
	// siblings is the request's name of the parent within which a reorder works; empty is the tenant.
	siblings string
	// outside tells that it is not in a tenant.
	outside bool
	// lines tells that it is created several at a time, as lines of a parent.
	lines bool
}

// fieldSpec is a field of a request.
type fieldSpec struct {
	name  string
	shown string // in answers, when that differs
	is    kind
	// need lists the operations that must have it, only those that may; all when empty.
	need, only string
	// sample and other are two values that go with the samples of the other fields.
	sample, other string
	sampleOf      func(b *books) string
	// unset is what an answer shows while it is not set; empty when it is left out.
	unset string
	// ours is not in the reference; looser is required there, optional here.
	ours, looser bool
	// unique values are only in one resource of the tenant.
	unique bool
}

// The operations of a field.
const (
	create  = "create"
	replace = "replace"
	patch   = "patch"
)

func (f *fieldSpec) in(op string) bool { return f.only == "" || strings.Contains(f.only, op) }

func (f *fieldSpec) needed(op string) bool { return strings.Contains(f.need, op) }

// clearable tells whether a patch with null is taken.
func (f *fieldSpec) clearable() bool { return !f.needed(create) }

func (f *fieldSpec) answer() string {
	if f.shown != "" {
		return f.shown
	}
	return f.name
}

func (f *fieldSpec) value(b *books) string {
	if f.sampleOf != nil {
		return f.sampleOf(b)
	}
	return f.sample
}

func (sp *spec) does(op string) bool {
	switch op {
	case create, "get", "list":
		return true
	}
	return slices.Contains(strings.Split(sp.can, ","), op)
}

// parent is the field that names what the resource belongs to; nil without.
func (sp *spec) parent() *fieldSpec {
	for i := range sp.fields {
		if f := &sp.fields[i]; f.shown != "" && f.needed(create) {
			return f
		}
	}
	return nil
}

// least is a body of what an operation needs; most one of all it takes.
func (sp *spec) least(b *books, op string) raw {
	body := raw{}
	for i := range sp.fields {
		if f := &sp.fields[i]; f.needed(op) {
			body[f.name] = f.value(b)
		}
	}
	return body
}

func (sp *spec) most(b *books, op string) raw {
	body := raw{}
	for i := range sp.fields {
		if f := &sp.fields[i]; f.in(op) {
			body[f.name] = f.value(b)
		}
	}
	return body
}

// post sends a body to the resource's path. Lines go in a list of one.
func (sp *spec) post(c *apitest.Client, body raw, opts ...apitest.Option) *apitest.Answer {
	if !sp.lines {
		return c.Do("POST", sp.path, body.String(), opts...)
	}
	parent := sp.parent().name
	whole := raw{"billables": "[" + body.without(parent).String() + "]"}
	if id, ok := body[parent]; ok {
		whole[parent] = id
	}
	return c.Do("POST", sp.path, whole.String(), opts...)
}

// at is the pointer of a field in the body of an operation.
func (sp *spec) at(op, field string) string {
	if op == create && sp.lines && field != sp.parent().name {
		return "/billables/0/" + field
	}
	return "/" + field
}

// made is what a creation answered.
func (sp *spec) made(t *testing.T, a *apitest.Answer) object {
	t.Helper()
	if a.Status != 201 {
		t.Fatalf("POST %s answered %d, want 201: %.600s", sp.path, a.Status, a.Body)
	}
	if sp.lines {
		return rowsOf(t, a)[0]
	}
	return dataOf(t, a)
}

// one is the path of a new resource made from a body.
func (sp *spec) one(t *testing.T, c *apitest.Client, body raw) string {
	t.Helper()
	return sp.path + "/" + sp.made(t, sp.post(c, body)).str("id")
}

// eachSpec runs a test for each resource that can do an operation, in books of its own.
func eachSpec(s *suite, op string, test func(sp *spec, b *books)) {
	s.t.Helper()
	for _, sp := range specs {
		if sp.does(op) {
			s.run(sp.path, func(s *suite) { test(sp, s.books()) })
		}
	}
}
