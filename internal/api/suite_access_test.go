package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stint"
	"stint/internal/apitest"
)

// route is an operation of our document.
type route struct {
	method, path string
	tenant       string // "required", "optional" or "none"
	public       bool
}

// routesOf reads our document. Ids in the paths are of the right form, but of nothing.
func routesOf(t *testing.T, s *suite) (out []route) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(s.API.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths {
		for method, text := range item {
			if method == "parameters" {
				continue
			}
			var op struct {
				Security   *[]any           `json:"security"`
				Parameters []map[string]any `json:"parameters"`
			}
			if err := json.Unmarshal(text, &op); err != nil {
				t.Fatal(err)
			}
			r := route{method: strings.ToUpper(method), path: regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(path, "nothing"), tenant: "none", public: op.Security != nil}
			for _, p := range op.Parameters {
				switch p["$ref"] {
				case "#/components/parameters/TenantHeader":
					r.tenant = "required"
				case "#/components/parameters/TenantHeaderOptional":
					r.tenant = "optional"
				}
			}
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b route) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return out
}

var requestID = regexp.MustCompile(`"instance":"req_[a-z0-9]{24}"`)

// plainBody is an error without the id of its request.
func plainBody(a *apitest.Answer) string { return requestID.ReplaceAllString(string(a.Body), "") }

// Row "401": no token, a token that is none, or not a bearer token: 401 on
// every operation that is not public, with the error Unauthorized and no more.
func TestUnauthorized(t *testing.T) {
	onEach(t, func(s *suite) {
		t, made := s.t, stint.TokenPrefix+strings.Repeat("A", 43)
		for _, r := range routesOf(t, s) {
			if r.public {
				continue
			}
			for _, auth := range []string{"", "Bearer", "Bearer ", "Bearer " + made, "Bearer x", "Basic " + s.Token, s.Token, "Bearer " + s.Token + "x", "Bearer " + s.Token + " " + s.Token} {
				a := s.Do(r.method, r.path, "{}", apitest.Header("Authorization", auth))
				refusal(t, a, 401, "Unauthorized", map[string]string{})
				if a.Header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s %s: no WWW-Authenticate", r.method, r.path)
				}
			}
		}
		refusal(t, s.Do("GET", "users/me", nil, func(req *http.Request) { req.Header.Add("Authorization", "Bearer "+s.Token) }), 401, "Unauthorized", map[string]string{})
		s.Must(200, "GET", "users/me", nil, apitest.Header("Authorization", "bearer "+s.Token))
	})
}

// Row "tenant-id": required but for health, users/me, tenants (ours: tokens)
// and the three operations that then look in all tenants of the caller.
func TestTenantHeader(t *testing.T) {
	optional := []string{"DELETE /api/v1/clients/nothing", "GET /api/v1/contracts/nothing", "GET /api/v1/invoices/nothing/pdf"}
	onEach(t, func(s *suite) {
		t, other := s.t, s.user()
		var without []string
		for _, r := range routesOf(t, s) {
			if r.public {
				continue
			}
			none := s.Do(r.method, r.path, "{}", apitest.Header("Tenant-Id", ""))
			switch r.tenant {
			case "required":
				refusal(t, none, 400, "InvalidParameter", map[string]string{"tenant-id": "Required"})
			case "optional":
				without = append(without, r.method+" "+r.path)
				refusal(t, none, 404, "NotFound", map[string]string{})
			default:
				// The header says nothing here: a foreign tenant's is passed over.
				foreign := s.Do(r.method, r.path, "{}", apitest.Header("Tenant-Id", other.Tenant))
				if none.Status != foreign.Status || none.Str("error") != foreign.Str("error") {
					t.Errorf("%s %s: %d without tenant-id, %d with another's", r.method, r.path, none.Status, foreign.Status)
				}
				continue
			}
			foreign := s.Do(r.method, r.path, "{}", apitest.Header("Tenant-Id", other.Tenant))
			unknown := s.Do(r.method, r.path, "{}", apitest.Header("Tenant-Id", "tnt_0000000000000000000000aa"))
			garbage := s.Do(r.method, r.path, "{}", apitest.Header("Tenant-Id", "x"))
			refusal(t, foreign, 404, "NotFound", map[string]string{})
			if plainBody(foreign) != plainBody(unknown) || plainBody(foreign) != plainBody(garbage) {
				t.Errorf("%s %s: a foreign tenant answers %s, an unknown one %s", r.method, r.path, foreign.Body, unknown.Body)
			}
			refusal(t, s.Do(r.method, r.path, "{}", func(req *http.Request) { req.Header.Add("Tenant-Id", s.Tenant) }), 400, "InvalidParameter", map[string]string{"tenant-id": "Repeated"})
		}
		if !slices.Equal(without, optional) {
			t.Errorf("tenant-id is optional for %v, want %v", without, optional)
		}
	})
}

// Row "tenant-id": without it, the three operations find what is in any tenant
// of the caller, and nothing of others.
func TestAnyTenant(t *testing.T) {
	onEach(t, func(s *suite) {
		t, b, stranger := s.t, s.books(), s.user()
		second := *b.Client
		second.Tenant = b.Create("tenants", `{"name":"Second"}`)
		client := second.Create("clients", `{"name":"In the second"}`)
		contract := second.Create("contracts", raw{"clientId": quote(client), "name": `"C"`, "amountMinor": "1", "currencyCode": `"EUR"`})
		invoice := second.Create("invoices", raw{"contractId": quote(contract), "currencyCode": `"EUR"`})
		lone := second.Create("clients", `{"name":"Lone"}`)
		none := apitest.Header("Tenant-Id", "")

		for contract, client := range map[string]string{b.contract: b.client, contract: client} {
			a := b.Must(200, "GET", "contracts/"+contract, nil, none)
			if got := dataOf(t, a).str("client"); got != client || a.Header.Get("ETag") == "" {
				t.Errorf("GET contracts/%s without tenant-id answers client %s, want %s", contract, got, client)
			}
			if got := b.Must(200, "GET", "contracts/"+contract+"?expand=client", nil, none).Str("data.client.id"); got != client {
				t.Errorf("expand without tenant-id answers %q, want %s", got, client)
			}
		}
		for _, invoice := range []string{b.invoice, invoice} {
			link := b.Must(200, "GET", "invoices/"+invoice+"/pdf", nil, none)
			if got := link.Str("data.id"); got != invoice {
				t.Errorf("the link is of %s, want %s", got, invoice)
			}
		}
		for _, op := range []struct{ method, path string }{{"GET", "contracts/" + contract}, {"GET", "invoices/" + invoice + "/pdf"}, {"DELETE", "clients/" + lone}} {
			refusal(t, stranger.Do(op.method, op.path, nil, none), 404, "NotFound", map[string]string{})
			refusal(t, b.Do(op.method, op.path, nil), 404, "NotFound", map[string]string{})
		}
		refusal(t, b.Do("DELETE", "clients/"+client, nil, none), 409, "HasDependents", map[string]string{})
		refusal(t, b.Do("DELETE", "clients/"+lone, nil, none, apitest.Header("If-Match", `"9"`)), 412, "PreconditionFailed", map[string]string{})
		b.Must(204, "DELETE", "clients/"+lone, nil, none)
		second.Must(404, "GET", "clients/"+lone, nil)
	})
}

// Row "401 / 403 / 404": what belongs to another tenant does not exist, and
// the answer is the one for an id that was never issued.
func TestAnotherTenant(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, create, func(sp *spec, b *books) {
			t, stranger := b.t, s.books().For(b.t)
			one := sp.one(t, b.Client, sp.most(b, create))
			never := sp.path + "/" + sp.prefix + "_" + strings.Repeat("0", 24)
			before := b.Must(200, "GET", one, nil)
			for _, op := range []struct{ can, method, body string }{
				{"get", "GET", ""}, {replace, "PUT", sp.least(b, replace).String()}, {patch, "PATCH", sp.most(b, patch).String()}, {patch, "PATCH", "{}"}, {"delete", "DELETE", ""},
			} {
				if !sp.does(op.can) {
					continue
				}
				var body any
				if op.body != "" {
					body = op.body
				}
				foreign, unknown, garbage := stranger.Do(op.method, one, body), stranger.Do(op.method, never, body), stranger.Do(op.method, sp.path+"/x", body)
				refusal(t, foreign, 404, "NotFound", map[string]string{})
				if plainBody(foreign) != plainBody(unknown) || plainBody(foreign) != plainBody(garbage) {
					t.Errorf("%s of a foreign %s answers %s, of an unknown one %s", op.method, sp.path, foreign.Body, unknown.Body)
				}
			}
			for _, filter := range append([]string{"ids"}, sp.parents...) {
				value := strings.TrimPrefix(one, sp.path+"/")
				if filter != "ids" {
					value = map[string]string{"clientId": b.client, "contactId": b.contact, "contractId": b.contract, "projectId": b.project, "invoiceId": b.invoice}[filter]
				}
				if a := stranger.Must(200, "GET", sp.path+"?"+filter+"="+value, nil); string(a.Body) != `{"data":[]}` {
					t.Errorf("%s=%s of another tenant answers %s", filter, value, a.Body)
				}
			}
			stillAs(t, b.Client, one, before)
		})
	})
}

// Row "422": a body that refers to something that is not in the tenant, be it
// another tenant's, never issued or of another kind.
func TestUnknownReferences(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, create, func(sp *spec, b *books) {
			t, foreign := b.t, s.books()
			for i := range sp.fields {
				f := &sp.fields[i]
				if f.shown == "" {
					continue
				}
				want := map[string]string{"/" + f.name: "UnknownReference"}
				for _, id := range []string{f.value(foreign), `"clnt_000000000000000000000000"`, `""`, `"x"`, quote(b.email), quote(strings.Trim(f.value(b), `"`) + " ")} {
					least := sp.least(b, create)
					refusal(t, sp.post(b.Client, least.with(f.name, id)), 422, "UnknownReference", want)
					if f.in(patch) {
						one := sp.one(t, b.Client, least)
						refusal(t, b.Do("PATCH", one, raw{f.name: id}), 422, "UnknownReference", want)
						refusal(t, b.Do("PUT", one, sp.least(b, replace).with(f.name, id)), 422, "UnknownReference", want)
					}
				}
			}
		})
	})
}

// Row "success codes": DELETE answers 204 without a body; from then on the
// resource is nowhere.
func TestDelete(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "delete", func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.most(b, create))
			a := b.Must(204, "DELETE", one, nil)
			if len(a.Body) != 0 {
				t.Errorf("DELETE answers a body: %s", a.Body)
			}
			b.Must(404, "GET", one, nil)
			b.Must(404, "DELETE", one, nil)
			b.Must(404, "PUT", one, sp.least(b, replace))
			b.Must(404, "PATCH", one, "{}")
			if slices.Contains(idsOf(t, b.Must(200, "GET", sp.path, nil)), strings.TrimPrefix(one, sp.path+"/")) {
				t.Errorf("%s is still in the list", one)
			}
			sp.one(t, b.Client, sp.most(b, create)) // its unique values are free again
		})
	})
}
