package api

import (
	"github.com/danielgtaylor/huma/v2"

	"stint"
	"stint/internal/app"
	"stint/internal/wire"
)

// The bodies of a reorder. Each kind of scope sends its parent under a name of
// its own; the other names are unknown fields there.
type (
	tenantOrder struct {
		IDs []string `json:"ids" write:"create" need:"create"`
	}
	clientOrder struct {
		Parent string   `json:"clientId" write:"create" need:"create"`
		IDs    []string `json:"ids" write:"create" need:"create"`
	}
	contactOrder struct {
		Parent string   `json:"contactId" write:"create" need:"create"`
		IDs    []string `json:"ids" write:"create" need:"create"`
	}
	contractOrder struct {
		Parent string   `json:"contractId" write:"create" need:"create"`
		IDs    []string `json:"ids" write:"create" need:"create"`
	}
	invoiceOrder struct {
		Parent string   `json:"invoiceId" write:"create" need:"create"`
		IDs    []string `json:"ids" write:"create" need:"create"`
	}
)

func orderShape(parent string) *wire.Shape {
	switch parent {
	case "clientId":
		return wire.Of[clientOrder]()
	case "contactId":
		return wire.Of[contactOrder]()
	case "contractId":
		return wire.Of[contractOrder]()
	case "invoiceId":
		return wire.Of[invoiceOrder]()
	}
	return wire.Of[tenantOrder]()
}

func reorderSchema(parent string) *huma.Schema { return orderShape(parent).Request(wire.Create) }

// decodeOrder reads the parent and the ids of a reorder.
func decodeOrder(body []byte, parent string) (id string, ids []string, problems []stint.Problem) {
	shape := orderShape(parent)
	switch parent {
	case "clientId":
		var b clientOrder
		problems = shape.Decode(body, wire.Create, &b, "")
		return b.Parent, b.IDs, problems
	case "contactId":
		var b contactOrder
		problems = shape.Decode(body, wire.Create, &b, "")
		return b.Parent, b.IDs, problems
	case "contractId":
		var b contractOrder
		problems = shape.Decode(body, wire.Create, &b, "")
		return b.Parent, b.IDs, problems
	case "invoiceId":
		var b invoiceOrder
		problems = shape.Decode(body, wire.Create, &b, "")
		return b.Parent, b.IDs, problems
	}
	var b tenantOrder
	problems = shape.Decode(body, wire.Create, &b, "")
	return "", b.IDs, problems
}

// siblingName is the request's name of the parent within which records are
// ordered; empty where the order is the whole tenant's.
func (n *noun[T]) siblingName() string {
	if n.res.Siblings == "" {
		return ""
	}
	return n.res.Parent
}

func (n *noun[T]) reorder(q *request) error {
	parent, ids, err := q.order(n.siblingName())
	if err != nil {
		return err
	}
	return q.answer(n.res.Reorder(q.ctx(), q.s.app, q.call, parent, ids, n.order, idsBody))
}

func (s *Server) reorderBillables(q *request) error {
	invoice, ids, err := q.order("invoiceId")
	if err != nil {
		return err
	}
	return q.answer(app.ReorderBillables(q.ctx(), s.app, q.call, invoice, ids, idsBody))
}

func (q *request) order(parent string) (id string, ids []string, err error) {
	body, err := q.body()
	if err != nil {
		return "", nil, err
	}
	id, ids, problems := decodeOrder(body, parent)
	if len(problems) > 0 {
		return "", nil, stint.InvalidBody(problems)
	}
	return id, ids, nil
}
