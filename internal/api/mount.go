package api

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
	"stint/internal/wire"
)

// noun is what a plain resource is called and what its lists can do.
type noun[T any] struct {
	res *app.Resource[T]
	// one and many are names in operation ids: TimeEntry, TimeEntries.
	one, many string
	tag       string
	filters   []param
	// order points at the place in the list; nil has none, and no reorder operation.
	order func(*T) **stint.Int53
	// key points at the externalKey; nil has no by-key operations.
	key func(*T) **string
	// identity restores what a replacement by key may not change, besides the parent.
	identity func(old, rec *T)
	// parent points at the parent's id.
	parent func(*T) *string
	// decoded notes what the record itself cannot tell of a body, such as which fields were sent.
	decoded func(rec *T, body []byte, op wire.Op)
	// anyTenant names the operations that look in all tenants of the caller without a tenant-id: "get", "delete".
	anyTenant string
}

func (n *noun[T]) after(rec *T, body []byte, op wire.Op) {
	if n.decoded != nil {
		n.decoded(rec, body, op)
	}
}

func (n *noun[T]) shape() *wire.Shape { return shapes[n.res.Table.Noun] }

func (n *noun[T]) idName() string { return strings.ToLower(n.one[:1]) + n.one[1:] + "Id" }

func (n *noun[T]) words() string { return n.res.Table.Noun }

func (n *noun[T]) access(op string) access {
	if strings.Contains(n.anyTenant, op) {
		return anyTenant
	}
	return inTenant
}

// mount adds the operations of a plain resource.
func mount[T any](s *Server, n *noun[T]) {
	base := "/api/v1/" + n.res.Path
	one := base + "/{" + n.idName() + "}"
	mountReads(s, n)
	s.add(operation{method: "POST", path: base, id: "create" + n.one, tag: n.tag, summary: "Create " + article(n.words()),
		access: inTenant, expand: n.res.Expand, request: n.shape().Request(wire.Create), status: 201, answer: ref(n.one), creates: true, handle: n.create})
	s.add(operation{method: "PUT", path: one, id: "replace" + n.one, tag: n.tag, summary: "Replace " + article(n.words()),
		access: inTenant, expand: n.res.Expand, request: n.shape().Request(wire.Replace), status: 200, answer: ref(n.one), handle: n.replace})
	s.add(operation{method: "PATCH", path: one, id: "update" + n.one, tag: n.tag, summary: "Change some fields of " + article(n.words()),
		access: inTenant, expand: n.res.Expand, request: n.shape().Request(wire.Patch), status: 200, answer: ref(n.one), handle: n.patch})
	s.add(operation{method: "DELETE", path: one, id: "delete" + n.one, tag: n.tag, summary: "Delete " + article(n.words()),
		access: n.access("delete"), status: 204, handle: n.delete})
	if n.order != nil {
		s.add(operation{method: "POST", path: base + "/order", id: "reorder" + n.many, tag: n.tag, summary: "Set the order of " + strings.ReplaceAll(n.res.Path, "-", " "),
			access: inTenant, request: reorderSchema(n.siblingName()), status: 200, answer: idList, handle: n.reorder})
	}
	if n.key != nil {
		byKey := base + "/by-key/{externalKey}"
		s.add(operation{method: "GET", path: byKey, id: "get" + n.one + "ByKey", tag: n.tag, summary: "The " + n.words() + " with an externalKey",
			access: inTenant, expand: n.res.Expand, status: 200, answer: ref(n.one), handle: n.getByKey})
		s.add(operation{method: "PUT", path: byKey, id: "put" + n.one + "ByKey", tag: n.tag, summary: "Create or replace the " + n.words() + " with an externalKey",
			access: inTenant, expand: n.res.Expand, request: n.shape().Request(wire.Create), status: 200, answer: ref(n.one), alsoCreates: true, handle: n.putByKey})
	}
}

// mountReads adds the operations that only read.
func mountReads[T any](s *Server, n *noun[T]) {
	base := "/api/v1/" + n.res.Path
	s.add(operation{method: "GET", path: base, id: "list" + n.many, tag: n.tag, summary: strings.ToUpper(n.res.Path[:1]) + strings.ReplaceAll(n.res.Path[1:], "-", " ") + " of the tenant",
		access: inTenant, expand: n.res.Expand, params: slices.Concat(n.filters, everyList), sort: sortedKeys(n.res.Table.Sort),
		status: 200, answer: ref(n.one), list: true, handle: n.list})
	s.add(operation{method: "GET", path: base + "/{" + n.idName() + "}", id: "get" + n.one, tag: n.tag, summary: "One " + n.words(),
		access: n.access("get"), expand: n.res.Expand, status: 200, answer: ref(n.one), handle: n.get})
}

func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

func (n *noun[T]) show(q *request) (app.Show, error) {
	show := app.Show{Body: dataOf(n.shape())}
	if q.r.URL.RawQuery == "" {
		return show, nil
	}
	p := q.query()
	show.Expand = p.expand(n.res.Expand)
	if err := p.err(); err != nil || q.call.Tenant == "" {
		return show, err
	}
	return show, q.call.PermitExpand(show.Expand)
}

func (n *noun[T]) list(q *request) error {
	p := q.query()
	lq := store.ListQuery{Filters: p.filters(slices.Concat(n.filters, everyList)), Sort: p.sort(sortedKeys(n.res.Table.Sort))}
	expand, limit := p.expand(n.res.Expand), p.limit()
	scope := cursorScope(q.call.Tenant, n.res.Path, lq.Sort)
	lq.After = p.after(q.s, scope)
	if err := cmp.Or(p.err(), q.call.PermitExpand(expand), q.call.PermitSort(lq.Sort)); err != nil {
		return err
	}
	out := lister{q: q, shape: n.shape(), limit: limit, scope: scope}
	return out.run(func(page func(recs []any, exp *app.Expansion, next []any) error) error {
		return n.res.List(q.ctx(), q.s.app, q.call, lq, limit, expand, func(pg app.Page[T]) error {
			return page(anySlice(pg.Records), pg.Exp, pg.Next)
		})
	})
}

func anySlice[T any](recs []*T) []any {
	out := make([]any, len(recs))
	for i, r := range recs {
		out[i] = r
	}
	return out
}

func (n *noun[T]) get(q *request) error {
	show, err := n.show(q)
	if err != nil {
		return err
	}
	id := q.path(n.idName())
	return q.inSomeTenant(n.exists(q, id), func() (*app.Answer, error) {
		if err := q.call.PermitExpand(show.Expand); err != nil {
			return nil, err
		}
		return n.res.Get(q.ctx(), q.s.app, q.call, id, show)
	})
}

func (n *noun[T]) getByKey(q *request) error {
	show, err := n.show(q)
	if err != nil {
		return err
	}
	return q.answer(n.res.GetByKey(q.ctx(), q.s.app, q.call, q.path("externalKey"), show))
}

func (n *noun[T]) create(q *request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	show, err := n.show(q)
	if err != nil {
		return err
	}
	rec, problems := decode[T](n.shape(), body, wire.Create, "")
	if len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	n.after(rec, body, wire.Create)
	return q.answer(n.res.Create(q.ctx(), q.s.app, q.call, rec, show))
}

func (n *noun[T]) replace(q *request) error { return n.change(q, wire.Replace) }

func (n *noun[T]) patch(q *request) error { return n.change(q, wire.Patch) }

func (n *noun[T]) change(q *request, op wire.Op) error {
	body, show, err := n.changeBody(q, op)
	if err != nil {
		return err
	}
	return q.answer(n.res.Change(q.ctx(), q.s.app, q.call, q.path(n.idName()), n.apply(body, op), show))
}

// changeBody reads and checks the body of a PUT or PATCH before any record is read.
func (n *noun[T]) changeBody(q *request, op wire.Op) ([]byte, app.Show, error) {
	body, err := q.body()
	if err != nil {
		return nil, app.Show{}, err
	}
	show, err := n.show(q)
	if err != nil {
		return nil, show, err
	}
	if _, problems := decode[T](n.shape(), body, op, ""); len(problems) > 0 {
		return nil, show, stint.InvalidBody(problems)
	}
	return body, show, nil
}

func (n *noun[T]) apply(body []byte, op wire.Op) func(*T) []stint.Problem {
	return func(rec *T) []stint.Problem {
		problems := n.shape().Decode(body, op, rec, "")
		n.after(rec, body, op)
		return problems
	}
}

func (n *noun[T]) delete(q *request) error {
	id := q.path(n.idName())
	return q.inSomeTenant(n.exists(q, id), func() (*app.Answer, error) {
		return n.res.Delete(q.ctx(), q.s.app, q.call, id)
	})
}

func (n *noun[T]) exists(q *request, id string) func() (bool, error) {
	return func() (bool, error) { return n.res.Exists(q.ctx(), q.s.app, q.call, id) }
}

// inSomeTenant runs an operation in the tenant of the header or, where that
// may be left out, in each of the caller's until one has the resource. Where
// the role forbids the operation, that the resource is there is a 403.
func (q *request) inSomeTenant(exists func() (bool, error), run func() (*app.Answer, error)) error {
	if q.call.Tenant != "" {
		return q.answer(run())
	}
	tenants, err := q.s.app.Tenants(q.ctx(), q.call)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		q.call.Tenant, q.call.Role = t.Tenant, t.Role
		if refused := q.call.Permit(q.op.resource, q.op.writes()); refused != nil {
			there, err := exists()
			if err != nil {
				return err
			}
			if there {
				return refused
			}
			continue
		}
		a, e := run()
		if e == nil {
			return q.answer(a, nil)
		}
		if se, ok := errors.AsType[*stint.Error](e); !ok || se.Kind != stint.NotFound {
			return e
		}
	}
	q.call.Tenant, q.call.Role = "", ""
	return stint.NewError(stint.NotFound, "NotFound", "None of your tenants has this resource. Check the id.")
}

func (n *noun[T]) putByKey(q *request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	show, err := n.show(q)
	if err != nil {
		return err
	}
	key := q.path("externalKey")
	if key == "" || len(key) > 255*4 || len([]rune(key)) > 255 {
		return stint.InvalidParameter(stint.Problem{Parameter: "externalKey", Code: "NotAKey", Message: "An externalKey has 1 to 255 characters of UTF-8 and no U+0000."})
	}
	if _, problems := n.keyed(body, key); len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	fresh := func() (*T, []stint.Problem) { return n.keyed(body, key) }
	return q.answer(n.res.Put(q.ctx(), q.s.app, q.call, key, fresh, n.replaceByKey(body, key, ""), show))
}

// keyed decodes a whole record for a key.
func (n *noun[T]) keyed(body []byte, key string) (*T, []stint.Problem) {
	rec, problems := decode[T](n.shape(), body, wire.Create, "")
	p := n.key(rec)
	if *p != nil && **p != key {
		problems = append(problems, stint.Problem{Pointer: "/externalKey", Code: "OtherKey", Message: "externalKey differs from the one in the path; leave it out of the body."})
	}
	*p = &key
	return rec, problems
}

// replaceByKey puts a whole record in the place of the one that has its key.
func (n *noun[T]) replaceByKey(body []byte, key, at string) func(*T) []stint.Problem {
	return func(old *T) []stint.Problem {
		rec, problems := n.keyed(body, key)
		if n.parent != nil && *n.parent(rec) != *n.parent(old) {
			problems = append(problems, stint.Problem{Pointer: at + "/" + n.res.Parent, Code: "ParentFixed",
				Message: "The " + n.res.ParentNoun + " of a " + n.words() + " cannot change; send the one it has, or use another key."})
		}
		from, to := any(old).(stint.Record).Meta(), any(rec).(stint.Record).Meta()
		*to.ID, *to.CreatedAt, *to.UpdatedAt, *to.Version = *from.ID, *from.CreatedAt, *from.UpdatedAt, *from.Version
		if n.identity != nil {
			n.identity(old, rec)
		}
		*old = *rec
		return problems
	}
}

// lister writes a list, whole or a page of it.
type lister struct {
	q     *request
	shape *wire.Shape
	limit int
	scope []string
}

// run reads the pages by read and writes them. A list that fits one page is
// sent with its length; a longer one is streamed.
func (l *lister) run(read func(page func(recs []any, exp *app.Expansion, next []any) error) error) error {
	st := newStream(l.q)
	defer st.release()
	next := ""
	err := read(func(recs []any, exp *app.Expansion, key []any) error {
		e, x := expanded(exp)
		defer x.release()
		if key != nil && l.limit == 0 && !st.begun {
			st.begin()
		}
		for _, rec := range recs {
			if err := st.record(l.shape, rec, e); err != nil {
				return err
			}
		}
		if key != nil && l.limit > 0 {
			next = l.q.s.cursor(l.scope, key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if l.limit == 0 {
		return st.end("]}")
	}
	if next == "" {
		return st.end(`],"page":{"next":null}}`)
	}
	l.q.w.Header().Set("Link", "<"+l.q.nextPage(next)+`>; rel="next"`)
	return st.end(`],"page":{"next":"` + next + `"}}`)
}

// nextPage is the path of the following page.
func (q *request) nextPage(cursor string) string {
	v := q.r.URL.Query()
	v.Set("cursor", cursor)
	return q.s.prefix + q.r.URL.Path + "?" + v.Encode()
}
