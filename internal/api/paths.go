package api

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"stint/internal/wire"
)

var pathParam = regexp.MustCompile(`\{([A-Za-z]+)\}`)

// paths writes each operation from what its route says.
func (d *documentMaker) paths(ops []*operation) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, op := range ops {
		if out[op.path] == nil {
			out[op.path] = map[string]any{}
			if p := pathParameters(op.path); p != nil {
				out[op.path]["parameters"] = p
			}
		}
		out[op.path][strings.ToLower(op.method)] = d.operation(op)
	}
	return out
}

func (d *documentMaker) operation(op *operation) map[string]any {
	o := map[string]any{"operationId": op.id, "tags": []string{op.tag}, "summary": op.summary, "responses": d.responsesOf(op)}
	if op.description != "" {
		o["description"] = op.description
	}
	if op.access == public {
		o["security"] = []any{}
	}
	if p := d.parametersOf(op); len(p) > 0 {
		o["parameters"] = p
	}
	if op.request != nil {
		content := map[string]any{"application/json": map[string]any{"schema": op.request}}
		if op.method == "PATCH" {
			content["application/merge-patch+json"] = content["application/json"]
		}
		o["requestBody"] = map[string]any{"required": true, "content": content}
	}
	return o
}

func pathParameters(path string) (out []any) {
	for _, m := range pathParam.FindAllStringSubmatch(path, -1) {
		out = append(out, map[string]any{"name": m[1], "in": "path", "required": true, "schema": stringSchema})
	}
	return out
}

func (d *documentMaker) parametersOf(op *operation) (out []any) {
	switch op.access {
	case inTenant:
		out = append(out, paramRef("TenantHeader"))
	case anyTenant:
		out = append(out, paramRef("TenantHeaderOptional"))
	case callerOnly, public:
	}
	switch op.method {
	case "POST":
		out = append(out, paramRef("IdempotencyKey"))
	case "PUT", "PATCH", "DELETE":
		if op.tag != "Tokens" {
			out = append(out, paramRef("IfMatch"))
		}
	case "GET":
		if op.tagged() {
			out = append(out, paramRef("IfNoneMatch"))
		}
	}
	if op.id == "finalizeInvoice" || op.id == "voidInvoice" {
		out = append(out, paramRef("IfMatch"))
	}
	if len(op.expand) > 0 {
		out = append(out, map[string]any{"name": "expand", "in": "query", "required": false, "schema": stringSchema,
			"description":      "Comma-separated: puts the resources themselves in place of their ids. Of: " + strings.Join(op.expand, ", ") + ".",
			"x-allowed-values": op.expand, "example": op.expand[0]})
	}
	for _, p := range op.params {
		out = append(out, map[string]any{"name": p.name, "in": "query", "required": false, "schema": p.schema(), "description": p.words()})
	}
	if op.list {
		if len(op.sort) > 0 {
			out = append(out, map[string]any{"name": "sort", "in": "query", "required": false, "schema": stringSchema, "example": op.sort[0] + ":asc",
				"description": "Comma-separated `field:direction` clauses. Fields are " + strings.Join(op.sort, ", ") + ". Directions are asc, desc."})
		}
		out = append(out, paramRef("Limit"), paramRef("Cursor"))
	}
	return out
}

// tagged tells that the plain answer carries the resource's ETag.
func (op *operation) tagged() bool {
	return !op.list && !op.raw && op.access != public && op.tag != "Users" && op.tag != "Tokens" && !strings.HasSuffix(op.path, "/pdf") && op.id != "createBillables" && op.id != "batchTimeEntries" && !strings.HasSuffix(op.path, "/order")
}

func (p param) schema() *huma.Schema {
	switch p.kind {
	case dateParam:
		return &huma.Schema{Type: huma.TypeString, Format: "date", Pattern: wire.Patterns.CalendarDate}
	case instantParam:
		return &huma.Schema{Type: huma.TypeString, Format: "date-time", Pattern: wire.Patterns.DateTimeUtc}
	case boolParam:
		return &huma.Schema{Type: huma.TypeBoolean}
	case enumParam:
		s := &huma.Schema{Type: huma.TypeString}
		for _, e := range p.enum {
			s.Enum = append(s.Enum, e)
		}
		return s
	case textParam, idsParam:
	}
	return stringSchema
}

func (p param) words() string {
	if p.doc != "" {
		return p.doc
	}
	return "Only those with this " + p.name + "."
}

func (d *documentMaker) responsesOf(op *operation) map[string]any {
	out := map[string]any{}
	errors := errorCodes
	if op.access == public {
		errors = []int{503}
		if op.mediaType != "" {
			errors = []int{404, 503}
		}
	}
	for _, code := range errors {
		out[strconv.Itoa(code)] = map[string]any{"$ref": "#/components/responses/Error" + strconv.Itoa(code)}
	}
	if op.status == 204 {
		out["204"] = map[string]any{"$ref": "#/components/responses/NoContent"}
		return out
	}
	out[strconv.Itoa(op.status)] = d.success(op, op.creates)
	if op.alsoCreates {
		out["201"] = d.success(op, true)
	}
	if op.method == "GET" && op.tagged() {
		out["304"] = map[string]any{"description": "Not changed since the ETag of If-None-Match."}
	}
	if op.raw && op.id != "getDocument" {
		out["503"] = map[string]any{"description": "Down.", "content": map[string]any{"application/json": map[string]any{"schema": d.ref("Health")}}}
	}
	return out
}

func (d *documentMaker) success(op *operation, created bool) map[string]any {
	words := "Success."
	h := map[string]any{"X-Request-Id": headerRef("RequestId")}
	if created {
		words = "Created."
		h["Location"] = headerRef("Location")
	}
	if op.method == "POST" {
		h["Idempotency-Replayed"] = headerRef("Replayed")
	}
	r := map[string]any{"description": words, "headers": h}
	if op.mediaType != "" {
		r["content"] = map[string]any{op.mediaType: map[string]any{"schema": &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
		return r
	}
	schema := op.answer(d)
	switch {
	case op.raw:
	case op.list:
		h["Link"] = headerRef("Link")
		schema = &huma.Schema{Type: huma.TypeObject, Required: []string{"data"},
			Properties: map[string]*huma.Schema{"data": {Type: huma.TypeArray, Items: schema}, "page": d.ref("Page")}}
	default:
		if op.tagged() {
			h["ETag"] = headerRef("ETag")
		}
		schema = &huma.Schema{Type: huma.TypeObject, Required: []string{"data"}, Properties: map[string]*huma.Schema{"data": schema}}
	}
	r["content"] = map[string]any{"application/json": map[string]any{"schema": schema}}
	return r
}

func listOf(name string) answerSchema {
	return func(d *documentMaker) *huma.Schema {
		return &huma.Schema{Type: huma.TypeArray, Items: d.ref(name)}
	}
}
