package api_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stint"
	"stint/internal/apitest"
)

// world is an API that holds one record of each kind, for requests that mean it harm.
type world struct {
	*apitest.Server

	db   *sql.DB           // the same database, past the API
	ids  map[string]string // the records, by the name they have in paths and bodies
	ops  []attacked
	http *http.Client
	next int
}

// attacked is one operation of the document.
type attacked struct {
	id, method string
	template   string
	path       string         // the template with ids of the world in it
	query      []string       // the parameters of its query
	body       map[string]any // the schema of the request's body; nil without
}

func newWorld(t *testing.T, engine string) *world {
	t.Helper()
	w := &world{Server: apitest.Start(t, engine), ids: map[string]string{}, http: plainClient(t)}
	w.db = openPast(t, w.Address, w.Tenant)
	w.ids["tenantId"] = w.Tenant
	add := func(name, path, body string) {
		body = regexp.MustCompile(`<(\w+)>`).ReplaceAllStringFunc(body, func(m string) string { return w.ids[m[1:len(m)-1]] })
		g := w.send(t, "POST", "/api/v1/"+path, []byte(body))
		id := regexp.MustCompile(`"id":"([a-z0-9_]+)"`).FindSubmatch(g.body)
		if g.status != 201 || id == nil {
			t.Fatalf("POST %s answered %d: %s", path, g.status, g.body)
		}
		w.ids[name] = string(id[1])
	}
	add("tokenId", "tokens", `{"name":"spare"}`)
	add("clientId", "clients", `{"name":"ACME","externalKey":"k-clients"}`)
	add("contactId", "contacts", `{"clientId":"<clientId>","name":"Jo","isDefault":true}`)
	add("emailId", "emails", `{"contactId":"<contactId>","address":"jo@example.com"}`)
	add("addressId", "addresses", `{"contactId":"<contactId>","address1":"1 Road","country":"NZ","city":"Nelson","zip":"7010"}`)
	add("contractId", "contracts", `{"clientId":"<clientId>","name":"2023","amountMinor":12000,"currencyCode":"EUR","externalKey":"k-contracts"}`)
	add("projectId", "projects", `{"contractId":"<contractId>","name":"API","externalKey":"k-projects"}`)
	add("invoiceId", "invoices", `{"contractId":"<contractId>","currencyCode":"EUR","invoiceNumber":"2023-1"}`)
	add("billableId", "billables", `{"invoiceId":"<invoiceId>","billables":[{"description":"Work","quantity":1.5,"amountMinor":12000,"currencyCode":"EUR"}]}`)
	add("timeEntryId", "time-entries", `{"projectId":"<projectId>","date":"2023-10-05","durationSeconds":60,"externalKey":"k-time-entries"}`)
	w.readDocument(t)
	return w
}

// plainClient follows no redirects and unpacks nothing: what the server says is what is seen.
func plainClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// readDocument takes the operations from the API's own document.
func (w *world) readDocument(t *testing.T) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(w.API.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			raw, ok := doc.Paths[path][method]
			if !ok {
				continue
			}
			var op struct {
				OperationID string `json:"operationId"`
				Parameters  []struct {
					Name, In string
					Ref      string `json:"$ref"`
				} `json:"parameters"`
				RequestBody struct {
					Content map[string]struct {
						Schema map[string]any `json:"schema"`
					} `json:"content"`
				} `json:"requestBody"`
			}
			if err := json.Unmarshal(raw, &op); err != nil {
				t.Fatal(err)
			}
			a := attacked{id: op.OperationID, method: strings.ToUpper(method), template: path, path: w.fill(t, path),
				body: op.RequestBody.Content["application/json"].Schema}
			for _, p := range op.Parameters {
				switch {
				case p.In == "query":
					a.query = append(a.query, p.Name)
				case strings.HasSuffix(p.Ref, "/Limit"), strings.HasSuffix(p.Ref, "/Cursor"):
					a.query = append(a.query, strings.ToLower(p.Ref[strings.LastIndex(p.Ref, "/")+1:]))
				}
			}
			w.ops = append(w.ops, a)
		}
	}
}

// fill puts the world's ids into the path of a document.
func (w *world) fill(t *testing.T, path string) string {
	t.Helper()
	return regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(path, func(m string) string {
		name := m[1 : len(m)-1]
		if name == "externalKey" {
			return "k-" + strings.Split(path, "/")[3]
		}
		if w.ids[name] == "" {
			t.Fatalf("the world has no %s, which %s needs", name, path)
		}
		return w.ids[name]
	})
}

// writes are the operations that take a body.
func (w *world) writes() (out []attacked) {
	for _, op := range w.ops {
		if op.body != nil {
			out = append(out, op)
		}
	}
	return out
}

// sample is a body that the operation takes, with every field of the document in it.
func (w *world) sample(t *testing.T, op attacked) map[string]any {
	t.Helper()
	body := w.sampleObject(t, op, op.body)
	if strings.HasSuffix(op.id, "ByKey") {
		delete(body, "externalKey") // the path has it
	}
	return body
}

func (w *world) sampleObject(t *testing.T, op attacked, schema map[string]any) map[string]any {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	body := map[string]any{}
	for name, p := range properties {
		body[name] = w.sampleValue(t, op, name, p.(map[string]any))
	}
	return body
}

func (w *world) sampleValue(t *testing.T, op attacked, name string, schema map[string]any) any {
	t.Helper()
	switch name {
	case "ids":
		noun := strings.Split(op.path, "/")[3] // clients
		return []any{w.ids[strings.TrimSuffix(strings.ReplaceAll(noun, "sses", "sss"), "s")+"Id"]}
	case "billables", "items":
		return []any{w.sampleObject(t, op, schema["items"].(map[string]any))}
	case "scopes":
		return []any{"*:write"}
	case "tenants":
		return []any{w.Tenant}
	case "externalKey", "invoiceNumber":
		w.next++
		return "n-" + strconv.Itoa(w.next)
	case "date":
		return "2023-10-05"
	case "address":
		return "jo@example.com"
	case "currencyCode":
		return "EUR"
	case "expiresAt", "validFrom", "validTo", "issuedAt", "dueAt", "paidAt", "archivedAt":
		return "2999-01-01T00:00:00.000Z"
	case "mode":
		return "upsert"
	case "atomic":
		return true // else a refused item is told in a 200
	}
	if id := w.ids[name]; id != "" {
		return id
	}
	switch kindOf(schema) {
	case "string":
		return "text"
	case "integer", "number":
		return 1
	case "boolean":
		return true
	case "object":
		return map[string]any{"a": 1}
	}
	t.Fatalf("no sample for %s of %s: %v", name, op.id, schema)
	return nil
}

// kindOf is the type of a schema, without null.
func kindOf(schema map[string]any) string {
	switch kind := schema["type"].(type) {
	case string:
		return kind
	case []any:
		return fmt.Sprint(kind[0])
	}
	return ""
}

func nullable(schema map[string]any) bool {
	kinds, _ := schema["type"].([]any)
	return slices.Contains(kinds, any("null"))
}

// got is what a hostile request was answered.
type got struct {
	status int
	header http.Header
	body   []byte
}

// send makes a request with the caller's token and tenant, and nothing checked on the way.
func (w *world) send(t testing.TB, method, path string, body []byte, edit ...func(*http.Request)) got {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.Token)
	req.Header.Set("Tenant-Id", w.Tenant)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, e := range edit {
		e(req)
	}
	res, err := w.http.Do(req)
	if err != nil {
		t.Fatalf("%s %.100s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %.100s: %v", method, path, err)
	}
	return got{status: res.StatusCode, header: res.Header, body: answer}
}

var errorCode = regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`)

// refused checks that a request was refused as the caller's fault, by a problem document.
func refused(t testing.TB, what string, g got) {
	t.Helper()
	if g.status < 400 || g.status > 499 {
		t.Errorf("%s: answered %d, not 4xx: %.300s", what, g.status, g.body)
		return
	}
	problemDocument(t, what, g)
}

func problemDocument(t testing.TB, what string, g got) {
	t.Helper()
	var p struct {
		Status                 int
		Title, Error, Message  string
		Instance, Type, Detail string
	}
	if err := json.Unmarshal(g.body, &p); err != nil {
		t.Errorf("%s: the answer %d is no problem document: %v: %.300s", what, g.status, err, g.body)
		return
	}
	if p.Status != g.status || p.Message == "" || p.Title == "" || !errorCode.MatchString(p.Error) || p.Instance != g.header.Get("X-Request-Id") {
		t.Errorf("%s: the problem document of a %d is not whole: %.300s", what, g.status, g.body)
	}
	if ct := g.header.Get("Content-Type"); ct != "application/json; charset=utf-8" {
		t.Errorf("%s: the problem document is sent as %q", what, ct)
	}
}

// hashOf is what the database keeps of a secret.
func hashOf(secret string) string { return stint.HashSecret(secret) }
