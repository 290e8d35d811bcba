package api

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
	"stint/internal/wire"
)

var (
	tokenShape    = wire.Of[stint.Token]()
	newTokenShape = wire.Of[stint.NewToken]()
	userShape     = wire.Of[stint.User]()
	linkShape     = wire.Of[app.Link]()
	healthShape   = wire.Of[health]()
)

// health is the answer of the probes, which is not wrapped in data.
type health struct {
	Name    string `json:"name" example:"stint"`
	Version string `json:"version" example:"1.0.0"`
	Status  string `json:"status" enum:"ok,impaired,down"`
}

func (s *Server) health(q *request) error {
	h, status := health{Name: "stint", Version: s.o.Version, Status: "ok"}, http.StatusOK
	if !s.ready(q.ctx()) {
		h.Status, status = "down", http.StatusServiceUnavailable
	}
	q.write(status, healthShape.Append(nil, &h, nil))
	return nil
}

func (s *Server) docs(q *request) error {
	q.write(http.StatusOK, s.document)
	return nil
}

func (s *Server) me(q *request) error {
	u, err := app.Me(q.ctx(), s.app, q.call)
	if err != nil {
		return err
	}
	q.write(http.StatusOK, dataOf(userShape)(u, nil))
	return nil
}

// Tenants.

var (
	tenantFilters = []param{{name: "search", doc: "A part of the name, in any case and with or without accents."}}
	tenantSorts   = sortedKeys(store.Tenants.Sort)
)

func (s *Server) listTenants(q *request) error {
	p := q.query()
	search, _ := p.one("search")
	lq := store.ListQuery{Filters: p.filters(everyList), Sort: p.sort(tenantSorts)}
	limit := p.limit()
	scope := cursorScope(q.call.User, "tenants", lq.Sort)
	lq.After = p.after(s, scope)
	if err := p.err(); err != nil {
		return err
	}
	out := lister{q: q, shape: shapes["tenant"], limit: limit, scope: scope}
	return out.run(func(page func([]any, *app.Expansion, []any) error) error {
		return app.ListTenants(q.ctx(), s.app, q.call, lq, limit, search, func(p app.Page[stint.Tenant]) error {
			return page(anySlice(p.Records), nil, p.Next)
		})
	})
}

func (s *Server) createTenant(q *request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	t, problems := decode[stint.Tenant](shapes["tenant"], body, wire.Create, "")
	if len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	return q.answer(app.CreateTenant(q.ctx(), s.app, q.call, t, app.Show{Body: dataOf(shapes["tenant"])}))
}

func (s *Server) getTenant(q *request) error {
	return q.answer(app.GetTenant(q.ctx(), s.app, q.call, q.path("tenantId"), app.Show{Body: dataOf(shapes["tenant"])}))
}

func (s *Server) changeTenant(q *request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	shape := shapes["tenant"]
	if _, problems := decode[stint.Tenant](shape, body, wire.Patch, ""); len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	apply := func(t *stint.Tenant) []stint.Problem { return shape.Decode(body, wire.Patch, t, "") }
	return q.answer(app.ChangeTenant(q.ctx(), s.app, q.call, q.path("tenantId"), apply, app.Show{Body: dataOf(shape)}))
}

// Tokens.

func (s *Server) listTokens(q *request) error {
	p := q.query()
	limit := p.limit()
	scope := cursorScope(q.call.User, "tokens", nil)
	after, ok := p.after(s, scope), true
	id := ""
	if after != nil {
		id, ok = after[0].(string)
	}
	if err := p.err(); err != nil || !ok {
		return err
	}
	out := lister{q: q, shape: tokenShape, limit: limit, scope: scope}
	return out.run(func(page func([]any, *app.Expansion, []any) error) error {
		n := limit
		if n == 0 {
			n = 1000
		}
		for {
			tokens, more, err := app.ListTokens(q.ctx(), s.app, q.call, id, n)
			if err != nil {
				return err
			}
			var next []any
			if more {
				id = tokens[len(tokens)-1].ID
				next = []any{id}
			}
			if err := page(anySlice(tokens), nil, next); err != nil || !more || limit > 0 {
				return err
			}
		}
	})
}

func (s *Server) createToken(q *request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	t, problems := decode[stint.Token](tokenShape, body, wire.Create, "")
	if len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	return q.answer(app.CreateToken(q.ctx(), s.app, q.call, t, func(n *stint.NewToken) []byte { return dataOf(newTokenShape)(n, nil) }))
}

func (s *Server) getToken(q *request) error {
	t, err := app.GetToken(q.ctx(), s.app, q.call, q.path("tokenId"))
	if err != nil {
		return err
	}
	q.write(http.StatusOK, dataOf(tokenShape)(t, nil))
	return nil
}

func (s *Server) deleteToken(q *request) error {
	if err := app.DeleteToken(q.ctx(), s.app, q.call, q.path("tokenId")); err != nil {
		return err
	}
	return q.answer(&app.Answer{Status: http.StatusNoContent}, nil)
}

// Invoices.

// amountSent notes whether the caller set amountMinor: what is left out is derived.
func amountSent(inv *stint.Invoice, body []byte, op wire.Op) {
	m := wire.Member(body, "amountMinor")
	if op == wire.Patch && m == nil {
		return
	}
	inv.AmountSent = m != nil && string(m) != "null"
}

func (s *Server) invoiceAction(act func(context.Context, *app.App, *app.Call, string, app.Show) (*app.Answer, error)) func(*request) error {
	return func(q *request) error {
		if err := q.emptyBody(); err != nil {
			return err
		}
		p := q.query()
		show := app.Show{Expand: p.expand(app.Invoices.Expand), Body: dataOf(shapes["invoice"])}
		if err := cmp.Or(p.err(), q.call.PermitExpand(show.Expand)); err != nil {
			return err
		}
		return q.answer(act(q.ctx(), s.app, q.call, q.path("invoiceId"), show))
	}
}

func (s *Server) pdfLink(q *request) error {
	id := q.path("invoiceId")
	exists := func() (bool, error) { return app.Invoices.Exists(q.ctx(), s.app, q.call, id) }
	return q.inSomeTenant(exists, func() (*app.Answer, error) {
		l, err := app.PDFLink(q.ctx(), s.app, q.call, id)
		if err != nil {
			return nil, err
		}
		return &app.Answer{Status: http.StatusOK, Body: dataOf(linkShape)(l, nil)}, nil
	})
}

var linkParams = []param{
	{name: "tenant", doc: "As in the link."}, {name: "expires", doc: "As in the link: Unix milliseconds."}, {name: "signature", doc: "As in the link."},
}

func (s *Server) pdfDownload(q *request) error {
	v := q.r.URL.Query()
	b, name, err := app.PDF(q.ctx(), s.app, v.Get("tenant"), q.path("invoiceId"), v.Get("expires"), v.Get("signature"))
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	q.status, q.wrote = http.StatusOK, true
	q.w.WriteHeader(q.status)
	_, _ = q.w.Write(b)
	return nil
}

// Billables.

// billableBatch is the body of a creation of billables.
type billableBatch struct {
	Invoice   string           `json:"invoiceId" write:"create" need:"create"`
	Billables []stint.Billable `json:"billables" write:"create" need:"create" minItems:"1" maxItems:"100"`
}

var billablesShape = wire.Of[billableBatch]()

func (s *Server) createBillables(q *request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	show, err := billables.show(q)
	if err != nil {
		return err
	}
	var b billableBatch
	if problems := billablesShape.Decode(body, wire.Create, &b, ""); len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	lines := make([]*stint.Billable, len(b.Billables))
	for i := range b.Billables {
		lines[i] = &b.Billables[i]
	}
	shape := shapes["billable"]
	show.Body = func(rec any, exp *app.Expansion) []byte {
		e, x := expanded(exp)
		defer x.release()
		out := append(make([]byte, 0, 1024), `{"data":[`...)
		for i, l := range rec.([]*stint.Billable) {
			if i > 0 {
				out = append(out, ',')
			}
			out = shape.Append(out, l, e)
		}
		return append(out, "]}"...)
	}
	return q.answer(app.CreateBillables(q.ctx(), s.app, q.call, b.Invoice, lines, show))
}

func (s *Server) changeBillable(op wire.Op) func(*request) error {
	return func(q *request) error {
		body, show, err := billables.changeBody(q, op)
		if err != nil {
			return err
		}
		return q.answer(app.ChangeBillable(q.ctx(), s.app, q.call, q.path("billableId"), billables.apply(body, op), show))
	}
}

func (s *Server) deleteBillable(q *request) error {
	return q.answer(app.DeleteBillable(q.ctx(), s.app, q.call, q.path("billableId")))
}
