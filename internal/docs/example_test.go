package docs_test

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// refused are the examples that a new tenant with one record of each kind
// refuses, for a reason that the page tells.
var refused = map[string]int{
	"deleteClient": 409, "deleteContract": 409, "deleteProject": 409, "deleteInvoice": 409, // something hangs under them
	"voidInvoice":        409, // it is a draft
	"downloadInvoicePdf": 404, // its signature is an ellipsis
}

var (
	article  = regexp.MustCompile(`(?s)<h3 id="([a-zA-Z]+)">.*?<h4>Example</h4>\s*<pre><code>(.*?)</code>`)
	method   = regexp.MustCompile(`^curl -X ([A-Z]+) `)
	address  = regexp.MustCompile(`'https://stint\.example\.org([^']*)'`)
	bodyData = regexp.MustCompile(`(?s)-d '(.*)'$`)
)

// Every example works as it stands once the made-up ids are those of real
// records. Each runs in a tenant of its own, which has one of everything.
func TestExamplesWork(t *testing.T) {
	t.Parallel()
	page := get(t, handler(), "/docs").Body.String()
	_, page, _ = strings.Cut(page, `id="tag-health"`) // the guide's own examples come before
	s := apitest.Start(t, testdb.Engines()[0])
	examples := article.FindAllStringSubmatch(page, -1)
	if len(examples) < 70 {
		t.Fatalf("the page has %d examples", len(examples))
	}
	madeUp := madeUpIDs(t)
	for _, m := range examples {
		id, curl := m[1], html.UnescapeString(m[2])
		c := s.NewUser(t)
		curl = records(t, c, madeUp).Replace(curl)
		verb, body := "GET", any(nil)
		if data := bodyData.FindStringSubmatch(curl); data != nil {
			verb, body = "POST", strings.ReplaceAll(data[1], `'\''`, `'`)
		}
		if x := method.FindStringSubmatch(curl); x != nil {
			verb = x[1]
		}
		path := address.FindStringSubmatch(curl)
		if path == nil {
			t.Errorf("%s: no address in %s", id, curl)
			continue
		}
		var headers []apitest.Option
		if !strings.Contains(curl, `-H "Authorization: Bearer $TOKEN"`) {
			headers = append(headers, apitest.Header("Authorization", ""))
		}
		if !strings.Contains(curl, `-H "tenant-id: $TENANT"`) {
			headers = append(headers, apitest.Header("tenant-id", ""))
		}
		a := c.Do(verb, path[1], body, headers...)
		if want, known := refused[id]; known && a.Status == want || !known && a.Status < 300 {
			continue
		}
		t.Errorf("%s: the example answered %d: %s\n%s", id, a.Status, a.Body, curl)
	}
}

// records makes one of everything, and tells which made-up id stands for which.
func records(t *testing.T, c *apitest.Client, madeUp map[string]string) *strings.Replacer {
	t.Helper()
	key := "crm-4711"
	made := map[string]string{"Tenant": c.Tenant, "User": c.User}
	made["Client"] = c.Create("clients", map[string]any{"name": "ACME", "externalKey": key})
	made["Contact"] = c.Create("contacts", map[string]any{"clientId": made["Client"], "name": "Anna", "isDefault": true})
	made["Email"] = c.Create("emails", map[string]any{"contactId": made["Contact"], "address": "a@example.org"})
	made["Address"] = c.Create("addresses", map[string]any{"contactId": made["Contact"], "address1": "1", "country": "DE", "city": "Berlin", "zip": "1"})
	made["Contract"] = c.Create("contracts", map[string]any{"clientId": made["Client"], "name": "2023", "amountMinor": 1, "currencyCode": "EUR", "externalKey": key})
	made["Project"] = c.Create("projects", map[string]any{"contractId": made["Contract"], "name": "API", "externalKey": key})
	made["Invoice"] = c.Create("invoices", map[string]any{"contractId": made["Contract"], "invoiceNumber": "1", "currencyCode": "EUR"})
	made["Billable"] = c.Must(201, "POST", "billables", map[string]any{"invoiceId": made["Invoice"], "billables": []any{
		map[string]any{"description": "Work", "quantity": 1, "amountMinor": 1, "currencyCode": "EUR"}}}).Str("data.0.id")
	made["TimeEntry"] = c.Create("time-entries", map[string]any{"projectId": made["Project"], "date": "2023-10-05", "durationSeconds": 1, "externalKey": key})
	made["Token"] = c.Create("tokens", map[string]any{"name": "test"})

	var pairs []string
	for noun, id := range made {
		pairs = append(pairs, madeUp[noun], id)
	}
	for noun, id := range madeUp {
		if !slices.Contains(pairs, id) {
			t.Errorf("no %s is made for the examples; make one in records", noun)
		}
	}
	return strings.NewReplacer(pairs...)
}

// madeUpIDs are the ids of the document's examples, by noun.
func madeUpIDs(t *testing.T) map[string]string {
	t.Helper()
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct {
					Examples []any `json:"examples"`
				} `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(document(), &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for noun, s := range doc.Components.Schemas {
		if e := s.Properties["id"].Examples; e != nil {
			out[noun], _ = e[0].(string)
		}
	}
	return out
}
