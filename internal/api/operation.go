package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// access is who may call an operation, and where.
type access int

const (
	// inTenant needs a token and a tenant-id.
	inTenant access = iota
	// anyTenant needs a token; without a tenant-id it looks in all tenants of the caller.
	anyTenant
	// callerOnly needs a token and is in no tenant.
	callerOnly
	// public needs nothing.
	public
)

// operation is one route: what the document says of it and what runs.
type operation struct {
	method, path     string
	id, tag, summary string
	description      string
	access           access
	// resource is what the path begins with: "time-entries". Scopes and roles name it.
	resource string
	expand   []string
	sort     []string
	params   []param
	request  *huma.Schema
	status   int
	// answer is the schema of `data`; nil has no body.
	answer answerSchema
	list   bool
	// paged lists take limit and cursor.
	creates, alsoCreates bool
	raw                  bool // the answer is not wrapped in data
	mediaType            string
	handle               func(*request) error
}

// answerSchema is made when the document is: schemas refer to one another by name.
type answerSchema func(d *documentMaker) *huma.Schema

func ref(name string) answerSchema {
	return func(d *documentMaker) *huma.Schema { return d.ref(name) }
}

func idList(*documentMaker) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
}

func (s *Server) add(op operation) {
	op.resource, _, _ = strings.Cut(strings.TrimPrefix(op.path, "/api/v1/"), "/")
	s.ops = append(s.ops, &op)
}

// writes tells whether an operation can change something.
func (op *operation) writes() bool { return op.method != "GET" }
