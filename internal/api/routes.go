package api

import (
	"slices"

	"stint"
	"stint/internal/app"
	"stint/internal/wire"
)

// routes are all routes of the API. A plain resource has the operations of
// mount; the rest are beside it.
func (s *Server) routes() {
	s.add(operation{method: "GET", path: "/api/v1/health", id: "getHealth", tag: "Health", summary: "Liveness probe, no authentication",
		access: public, status: 200, answer: ref("Health"), raw: true, handle: s.health})
	s.add(operation{method: "GET", path: "/api/v1/health/ready", id: "getReadiness", tag: "Health", summary: "Readiness probe, no authentication",
		access: public, status: 200, answer: ref("Health"), raw: true, handle: s.health})
	s.add(operation{method: "GET", path: "/api/v1/docs.json", id: "getDocument", tag: "Health", summary: "The API as an OpenAPI document",
		access: public, status: 200, answer: ref("Document"), raw: true, handle: s.docs})
	s.add(operation{method: "GET", path: "/api/v1/users/me", id: "getCurrentUser", tag: "Users", summary: "Profile of the caller",
		access: callerOnly, status: 200, answer: ref("User"), handle: s.me})

	s.add(operation{method: "GET", path: "/api/v1/tenants", id: "listTenants", tag: "Tenants", summary: "Tenants of the caller",
		access: callerOnly, params: slices.Concat(tenantFilters, everyList), sort: tenantSorts, status: 200, answer: ref("Tenant"), list: true, handle: s.listTenants})
	s.add(operation{method: "POST", path: "/api/v1/tenants", id: "createTenant", tag: "Tenants", summary: "Create a tenant",
		access: callerOnly, request: shapes["tenant"].Request(wire.Create), status: 201, answer: ref("Tenant"), creates: true, handle: s.createTenant})
	s.add(operation{method: "GET", path: "/api/v1/tenants/{tenantId}", id: "getTenant", tag: "Tenants", summary: "One tenant",
		access: callerOnly, status: 200, answer: ref("Tenant"), handle: s.getTenant})
	s.add(operation{method: "PATCH", path: "/api/v1/tenants/{tenantId}", id: "updateTenant", tag: "Tenants", summary: "Partial update of a tenant",
		access: callerOnly, request: shapes["tenant"].Request(wire.Patch), status: 200, answer: ref("Tenant"), handle: s.changeTenant})

	s.add(operation{method: "GET", path: "/api/v1/tokens", id: "listTokens", tag: "Tokens", summary: "Tokens of the caller, newest first",
		access: callerOnly, status: 200, answer: ref("Token"), list: true, handle: s.listTokens})
	s.add(operation{method: "POST", path: "/api/v1/tokens", id: "createToken", tag: "Tokens", summary: "Create a token; its secret is shown only here",
		access: callerOnly, request: tokenShape.Request(wire.Create), status: 201, answer: ref("NewToken"), creates: true, handle: s.createToken})
	s.add(operation{method: "GET", path: "/api/v1/tokens/{tokenId}", id: "getToken", tag: "Tokens", summary: "One token",
		access: callerOnly, status: 200, answer: ref("Token"), handle: s.getToken})
	s.add(operation{method: "DELETE", path: "/api/v1/tokens/{tokenId}", id: "deleteToken", tag: "Tokens", summary: "Revoke a token, at once",
		access: callerOnly, status: 204, handle: s.deleteToken})

	mount(s, &noun[stint.Client]{res: app.Clients, one: "Client", many: "Clients", tag: "Clients", anyTenant: "delete", filters: archivable,
		order: func(c *stint.Client) **stint.Int53 { return &c.Order }, key: func(c *stint.Client) **string { return &c.ExternalKey }})
	mount(s, &noun[stint.Contact]{res: app.Contacts, one: "Contact", many: "Contacts", tag: "Contacts", filters: text("clientId"),
		order: func(c *stint.Contact) **stint.Int53 { return &c.Order }})
	mount(s, &noun[stint.Email]{res: app.Emails, one: "Email", many: "Emails", tag: "Emails", filters: text("contactId"),
		order: func(e *stint.Email) **stint.Int53 { return &e.Order }})
	mount(s, &noun[stint.Address]{res: app.Addresses, one: "Address", many: "Addresses", tag: "Addresses", filters: text("contactId"),
		order: func(a *stint.Address) **stint.Int53 { return &a.Order }})
	mount(s, &noun[stint.Contract]{res: app.Contracts, one: "Contract", many: "Contracts", tag: "Contracts", filters: append(text("clientId"), archivable...), anyTenant: "get",
		order: func(c *stint.Contract) **stint.Int53 { return &c.Order }, key: func(c *stint.Contract) **string { return &c.ExternalKey },
		parent: func(c *stint.Contract) *string { return &c.Client }})
	mount(s, &noun[stint.Project]{res: app.Projects, one: "Project", many: "Projects", tag: "Projects", filters: append(text("contractId"), archivable...),
		order: func(p *stint.Project) **stint.Int53 { return &p.Order }, key: func(p *stint.Project) **string { return &p.ExternalKey },
		parent: func(p *stint.Project) *string { return &p.Contract }})

	mount(s, timeEntries)
	s.add(operation{method: "POST", path: "/api/v1/time-entries/batch", id: "batchTimeEntries", tag: "Time Entries", summary: "Create or replace 1 to 1,000 time entries",
		access: inTenant, request: batchRequest(), status: 200, answer: batchAnswer, handle: s.batch})

	mount(s, &noun[stint.Invoice]{res: app.Invoices, one: "Invoice", many: "Invoices", tag: "Invoices", filters: invoiceFilters, decoded: amountSent})
	s.add(operation{method: "POST", path: "/api/v1/invoices/{invoiceId}/finalize", id: "finalizeInvoice", tag: "Invoices", summary: "DRAFT to FINALIZED, cannot be undone, no body",
		access: inTenant, expand: app.Invoices.Expand, status: 200, answer: ref("Invoice"), handle: s.invoiceAction(app.FinalizeInvoice)})
	s.add(operation{method: "POST", path: "/api/v1/invoices/{invoiceId}/void", id: "voidInvoice", tag: "Invoices", summary: "Set status VOID, no body",
		access: inTenant, expand: app.Invoices.Expand, status: 200, answer: ref("Invoice"), handle: s.invoiceAction(app.VoidInvoice)})
	s.add(operation{method: "GET", path: "/api/v1/invoices/{invoiceId}/pdf", id: "getInvoicePdf", tag: "Invoices", summary: "Download link for the PDF of an invoice",
		access: anyTenant, status: 200, answer: ref("InvoicePdf"), handle: s.pdfLink})
	s.add(operation{method: "GET", path: "/api/v1/invoices/{invoiceId}/pdf/download", id: "downloadInvoicePdf", tag: "Invoices", summary: "The PDF, by a signed link",
		access: public, params: linkParams, status: 200, mediaType: "application/pdf", handle: s.pdfDownload})

	mountReads(s, billables)
	s.add(operation{method: "POST", path: "/api/v1/billables", id: "createBillables", tag: "Billables", summary: "Create 1 to 100 billables on one invoice",
		access: inTenant, expand: app.Billables.Expand, request: billablesShape.Request(wire.Create), status: 201, answer: listOf("Billable"), creates: true, handle: s.createBillables})
	s.add(operation{method: "PUT", path: "/api/v1/billables/{billableId}", id: "replaceBillable", tag: "Billables", summary: "Replace a billable (invoice cannot be changed)",
		access: inTenant, expand: app.Billables.Expand, request: shapes["billable"].Request(wire.Replace), status: 200, answer: ref("Billable"), handle: s.changeBillable(wire.Replace)})
	s.add(operation{method: "PATCH", path: "/api/v1/billables/{billableId}", id: "updateBillable", tag: "Billables", summary: "Partial update of a billable",
		access: inTenant, expand: app.Billables.Expand, request: shapes["billable"].Request(wire.Patch), status: 200, answer: ref("Billable"), handle: s.changeBillable(wire.Patch)})
	s.add(operation{method: "DELETE", path: "/api/v1/billables/{billableId}", id: "deleteBillable", tag: "Billables", summary: "Delete a billable of a draft; its time entries are free again",
		access: inTenant, status: 204, handle: s.deleteBillable})
	s.add(operation{method: "POST", path: "/api/v1/billables/order", id: "reorderBillables", tag: "Billables", summary: "Set the order of billables inside one invoice",
		access: inTenant, request: reorderSchema("invoiceId"), status: 200, answer: idList, handle: s.reorderBillables})
}

func text(names ...string) (out []param) {
	for _, n := range names {
		out = append(out, param{name: n})
	}
	return out
}

var timeEntries = &noun[stint.TimeEntry]{res: app.TimeEntries, one: "TimeEntry", many: "TimeEntries", tag: "Time Entries",
	filters: append(text("projectId", "billableId", "contractId", "clientId", "userId", "referenceSource", "referenceId"),
		param{name: "dateFrom", kind: dateParam, doc: "First day, inclusive."}, param{name: "dateTo", kind: dateParam, doc: "Last day, inclusive."},
		param{name: "billed", kind: boolParam, doc: "Whether the entry has a billable."}),
	key:      func(e *stint.TimeEntry) **string { return &e.ExternalKey },
	parent:   func(e *stint.TimeEntry) *string { return &e.Project },
	identity: func(old, rec *stint.TimeEntry) { rec.User = old.User }}

var archivable = []param{{name: "archived", kind: boolParam, doc: "Whether it is archived; without, both."}}

var billables = &noun[stint.Billable]{res: app.Billables, one: "Billable", many: "Billables", tag: "Billables", filters: text("invoiceId")}

var invoiceFilters = append(text("contractId"), param{name: "status", kind: enumParam, enum: []string{"DRAFT", "FINALIZED", "VOID"}})
