package api

import (
	"encoding/json"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// documentMaker makes the OpenAPI document from the routes and the shapes that check and write.
type documentMaker struct {
	schemas map[string]*huma.Schema
}

func (d *documentMaker) ref(name string) *huma.Schema {
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

var errorCodes = []int{400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503}

func (s *Server) makeDocument() []byte {
	d := &documentMaker{}
	d.schemas = d.components()
	doc := map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "Stint: Contracting API", "version": s.o.Version,
			"description": "Clients, contacts, contracts, projects, time entries, billables and invoices, for programs.\n\n" + overview,
			"license":     map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"contact":     map[string]any{"name": "Stint"}},
		"servers":  []any{map[string]any{"url": s.o.BaseURL}},
		"security": []any{map[string]any{"bearerAuth": []string{}}},
		"tags":     documentTags,
		"paths":    d.paths(s.ops),
		"components": map[string]any{
			"schemas":         d.schemas,
			"responses":       d.responses(),
			"parameters":      parameters,
			"headers":         headers,
			"securitySchemes": map[string]any{"bearerAuth": map[string]any{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
		},
	}
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		panic("api: the document cannot be written: " + err.Error())
	}
	return b
}

const overview = `Every request carries ` + "`Authorization: Bearer <token>`" + ` and, but for a few, ` + "`tenant-id`" + `.
Answers are wrapped in ` + "`data`" + `; errors are problem documents (RFC 9457) that name every problem of a request at once.
Any POST can be made safe to repeat by an ` + "`Idempotency-Key`" + `; any change can be made conditional by ` + "`If-Match`" + ` with the resource's ` + "`ETag`" + `.
Lists are answered whole, or in pages with ` + "`limit`" + ` and ` + "`cursor`" + `. Amounts are integers in minor units of an ISO 4217 currency.`

var documentTags = func() (out []any) {
	for _, t := range [][2]string{{"Health", "Liveness, readiness, this document"}, {"Users", "The caller"}, {"Tenants", "Scopes of all data"},
		{"Tokens", "What programs show to act as their user"}, {"Clients", "Who is billed"}, {"Contacts", "People at a client"},
		{"Emails", "Email addresses of a contact"}, {"Addresses", "Postal addresses of a contact"}, {"Contracts", "What was agreed with a client"},
		{"Projects", "Work under a contract"}, {"Time Entries", "Work done on a project"}, {"Invoices", "What a client owes under a contract"},
		{"Billables", "Lines of an invoice"}} {
		out = append(out, map[string]any{"name": t[0], "description": t[1]})
	}
	return out
}()

// components are the schemas that answers refer to by name.
func (d *documentMaker) components() map[string]*huma.Schema {
	noun := func(name string) *huma.Schema { return d.ref(nounNames[name]) }
	out := map[string]*huma.Schema{
		"Error":      d.problem(),
		"Health":     healthShape.Answer(noun),
		"User":       userShape.Answer(noun),
		"Token":      tokenShape.Answer(noun),
		"NewToken":   newTokenShape.Answer(noun),
		"InvoicePdf": linkShape.Answer(noun),
		"Document":   {Type: huma.TypeObject, Description: "An OpenAPI 3.1 document.", AdditionalProperties: true},
		"Page": {Type: huma.TypeObject, Description: "There with limit only.", Required: []string{"next"}, Properties: map[string]*huma.Schema{
			"next": {Type: huma.TypeString, Nullable: true, Description: "The cursor of the following page; null on the last one."}}},
	}
	out["Health"].AdditionalProperties = false
	for words, name := range nounNames {
		out[name] = shapes[words].Answer(noun)
	}
	out["InvoicePdf"].Properties["expiresIn"].Type = huma.TypeNumber // as in the reference; it is a whole number
	return out
}

// nounNames are the schema names of the nouns.
var nounNames = map[string]string{"tenant": "Tenant", "client": "Client", "contact": "Contact", "email": "Email", "address": "Address",
	"contract": "Contract", "project": "Project", "time entry": "TimeEntry", "invoice": "Invoice", "billable": "Billable"}

func (d *documentMaker) problem() *huma.Schema {
	str := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"error", "message"},
		Description: "A problem document (RFC 9457) with the contract's error and message.",
		Properties: map[string]*huma.Schema{
			"type": str("about:blank: the title says what the status means."), "title": str("The status in words."),
			"status":   {Type: huma.TypeInteger, Description: "The HTTP status."},
			"detail":   str("As message."),
			"instance": str("The id of the request, as in the log."),
			"error":    {Type: huma.TypeString, Description: "Machine-readable code.", Examples: []any{"Unauthorized"}},
			"message":  {Type: huma.TypeString, Description: "For people; says what to do next.", Examples: []any{"Unauthorized"}},
			"errors": {Type: huma.TypeArray, Description: "Every problem of the request.", Items: &huma.Schema{Type: huma.TypeObject, Required: []string{"code", "message"},
				Properties: map[string]*huma.Schema{"pointer": str("Where in the body (RFC 6901)."), "parameter": str("Which parameter or header."),
					"code": str("Machine-readable code."), "message": str("What is wrong and what to send instead.")}}},
			"dependents": {Type: huma.TypeObject, Description: "With HasDependents: how many of which kind.", AdditionalProperties: &huma.Schema{Type: huma.TypeInteger}},
			"id":         str("With SecretNotRepeatable: the resource that was made."),
			"invoice":    str("The invoice whose state forbids the change."),
		}}
}

// schemaRef and the like are references to the document's own parts.
func paramRef(name string) map[string]any {
	return map[string]any{"$ref": "#/components/parameters/" + name}
}

func (d *documentMaker) responses() map[string]any {
	out := map[string]any{}
	schema := map[string]any{"schema": d.ref("Error")}
	for _, code := range errorCodes {
		r := map[string]any{"description": errorDocs[code],
			"content": map[string]any{"application/json": schema, "application/problem+json": schema}}
		h := map[string]any{"X-Request-Id": headerRef("RequestId")}
		if code == 409 || code == 429 || code == 503 {
			h["Retry-After"] = headerRef("RetryAfter")
		}
		r["headers"] = h
		out["Error"+strconv.Itoa(code)] = r
	}
	out["NoContent"] = map[string]any{"description": "Done; no body."}
	return out
}

var errorDocs = map[int]string{
	400: "The request is not valid: not JSON, wrong types, out of limits, unknown fields or parameter values.",
	401: "Missing, unknown, expired or revoked token.",
	403: "The token's role or scope does not allow it.",
	404: "There is no such resource in the tenant, or no such tenant for the caller.",
	409: "The state of the resource forbids it; error names why.",
	412: "If-Match did not match: the resource has changed.",
	413: "The body is larger than 1 MiB.",
	415: "The body is not JSON.",
	422: "The body refers to something that is not in the tenant, or breaks a rule between resources.",
	429: "Too many requests.",
	503: "The database does not answer, or the server is stopping.",
}

func headerRef(name string) map[string]any {
	return map[string]any{"$ref": "#/components/headers/" + name}
}

var headers = map[string]any{
	"RequestId":  map[string]any{"description": "The id of the request, as in the log.", "schema": stringSchema},
	"RetryAfter": map[string]any{"description": "Seconds after which to try again.", "schema": &huma.Schema{Type: huma.TypeInteger}},
	"ETag":       map[string]any{"description": "The version of the resource, for If-Match. Not on expanded answers.", "schema": stringSchema},
	"Location":   map[string]any{"description": "Where the new resource is.", "schema": stringSchema},
	"Link":       map[string]any{"description": "The following page, as rel=\"next\".", "schema": stringSchema},
	"Replayed":   map[string]any{"description": "true when this is the kept answer of an earlier request with the same key.", "schema": stringSchema},
}

var stringSchema = &huma.Schema{Type: huma.TypeString}

var parameters = map[string]any{
	"TenantHeader": map[string]any{"name": "tenant-id", "in": "header", "required": true, "description": "Tenant the request acts in.",
		"schema": stringSchema, "example": "tnt_pfh0haxfpzowht3oi213cqos"},
	"TenantHeaderOptional": map[string]any{"name": "tenant-id", "in": "header", "required": false,
		"description": "Optional here: without it the resource is looked up in all tenants of the caller.", "schema": stringSchema},
	"IdempotencyKey": map[string]any{"name": "Idempotency-Key", "in": "header", "required": false, "schema": &huma.Schema{Type: huma.TypeString, MinLength: new(1), MaxLength: new(255)},
		"description": "Makes the request safe to repeat: the same key with the same body gets the same answer for 30 days."},
	"IfMatch": map[string]any{"name": "If-Match", "in": "header", "required": false, "schema": stringSchema,
		"description": "Only when the resource still has this ETag; else 412."},
	"IfNoneMatch": map[string]any{"name": "If-None-Match", "in": "header", "required": false, "schema": stringSchema,
		"description": "304 without a body when the resource still has this ETag."},
	"Limit": map[string]any{"name": "limit", "in": "query", "required": false, "schema": &huma.Schema{Type: huma.TypeInteger, Minimum: new(1.0), Maximum: new(1000.0)},
		"description": "Answers a page of so many. Without it the whole list is answered."},
	"Cursor": map[string]any{"name": "cursor", "in": "query", "required": false, "schema": stringSchema,
		"description": "page.next of the page before, with the same sort."},
}
