package api_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stint"
	"stint/internal/api"
	"stint/internal/apitest"
	"stint/internal/testdb"
)

// what each role may do, by resource: w changes, r reads, o reads all and
// changes its own, m reads and changes its own alone, - nothing. It is written
// here once more on purpose: a change of the program's own table has to be meant.
//
//nolint:dupword // single letters
const rolesTable = `
            clients projects contacts emails addresses contracts invoices billables time-entries tenants
OWNER       w       w        w        w      w         w         w        w         w            w
ADMIN       w       w        w        w      w         w         w        w         w            w
MANAGER     w       w        w        w      w         w         w        w         w            r
ACCOUNTANT  r       r        r        r      r         r         r        r         r            r
MEMBER      r       r        r        r      r         -         -        -         o            r
CONTRACTOR  r       r        -        -      -         -         -        -         m            r
`

func rolesMatrix() map[stint.Role]map[string]string {
	lines := strings.Split(strings.TrimSpace(rolesTable), "\n")
	names := strings.Fields(lines[0])
	out := map[stint.Role]map[string]string{}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		row := map[string]string{}
		for i, name := range names {
			row[name] = words[i+1]
		}
		out[stint.Role(words[0])] = row
	}
	return out
}

// amounts are what no role may see that does not see money: all in the books below are this.
const theAmount = "987654321"

// booksOfOwner are one of everything, with amounts that can be told from all else.
func booksOfOwner(s *apitest.Server) map[string]string {
	ids := map[string]string{"tenantId": s.Tenant}
	ids["clientId"] = s.Create("clients", `{"name":"ACME","externalKey":"k-clients"}`)
	ids["contactId"] = s.Create("contacts", map[string]any{"clientId": ids["clientId"], "name": "Jo", "isDefault": true})
	ids["emailId"] = s.Create("emails", map[string]any{"contactId": ids["contactId"], "address": "jo@example.com"})
	ids["addressId"] = s.Create("addresses", map[string]any{"contactId": ids["contactId"], "address1": "1 Road", "country": "NZ", "city": "Nelson", "zip": "7010"})
	ids["contractId"] = s.Create("contracts", `{"clientId":"`+ids["clientId"]+`","name":"2023","amountMinor":`+theAmount+`,"currencyCode":"EUR","externalKey":"k-contracts"}`)
	ids["projectId"] = s.Create("projects", map[string]any{"contractId": ids["contractId"], "name": "API", "externalKey": "k-projects"})
	ids["invoiceId"] = s.Create("invoices", `{"contractId":"`+ids["contractId"]+`","currencyCode":"EUR"}`)
	a := s.Must(201, "POST", "billables", `{"invoiceId":"`+ids["invoiceId"]+`","billables":[{"description":"Work","quantity":1,"amountMinor":`+theAmount+`,"currencyCode":"EUR"}]}`)
	ids["billableId"] = a.Str("data.0.id")
	ids["timeEntryId"] = s.Create("time-entries", `{"projectId":"`+ids["projectId"]+`","date":"2023-10-05","durationSeconds":60,"billableId":"`+ids["billableId"]+`","externalKey":"k-time-entries"}`)
	return ids
}

// The role matrix: every operation of the document by every role is allowed or
// answered 403, and no answer to a role that does not see money holds an amount.
func TestRoles(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(api.New(nil, api.Options{}).Document(), &doc); err != nil {
		t.Fatal(err)
	}
	matrix := rolesMatrix()
	if len(matrix) != len(stint.Roles) {
		t.Fatalf("the table has %d roles of %d", len(matrix), len(stint.Roles))
	}
	apart := []string{"health", "docs.json", "users", "tokens"} // in no tenant
	testdb.Each(t, func(t *testing.T, engine string) {
		s := apitest.Start(t, engine)
		ids := booksOfOwner(s)
		for _, role := range stint.Roles {
			c := s.NewMemberAs(t, s.Tenant, role)
			tried := 0
			for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
				resource, rest, _ := strings.Cut(strings.TrimPrefix(path, "/api/v1/"), "/")
				right, known := matrix[role][resource]
				if !known {
					if !slices.Contains(apart, resource) {
						t.Errorf("%s is in no table: say who may do what with it", path)
					}
					continue
				}
				if resource == "tenants" && rest == "" || strings.HasSuffix(path, "/download") {
					continue // the caller's own list, and making one more; a signed link needs no role
				}
				for method := range doc.Paths[path] {
					if method == "parameters" {
						continue
					}
					tried++
					operation := method + " " + path
					allowed := right == "w" || right != "-" && (method == "get" || right != "r")
					a := tryAs(c, method, path, ids, allowed && method != "get")
					switch {
					case !allowed && (a.Status != 403 || !strings.HasSuffix(a.Str("error"), "Forbidden")):
						t.Errorf("%s as %s was answered %d, want 403: %.200s", operation, role, a.Status, a.Body)
					case allowed && a.Status == 403:
						t.Errorf("%s as %s was answered 403: %.300s", operation, role, a.Body)
					case allowed && method == "get" && a.Status != 200 && right != "m":
						t.Errorf("%s as %s was answered %d: %.300s", operation, role, a.Status, a.Body)
					}
					noAmounts(t, role, matrix[role]["contracts"] != "-", operation, a)
				}
			}
			if tried < 70 {
				t.Errorf("only %d operations were tried as %s", tried, role)
			}
		}
	})
}

// tryAs sends a request with the ids of the books. One that would be allowed
// to change something is about ids that were never issued, and has no body.
func tryAs(c *apitest.Client, method, path string, ids map[string]string, harmless bool) *apitest.Answer {
	resource := strings.Split(path, "/")[3]
	path = regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(strings.TrimPrefix(path, "/api/v1/"), func(m string) string {
		id := ids[m[1:len(m)-1]]
		switch {
		case m == "{externalKey}":
			id = "k-" + resource
		case harmless && m != "{tenantId}":
			prefix, _, _ := strings.Cut(id, "_")
			id = prefix + "_" + strings.Repeat("0", 24)
		}
		return id
	})
	if method == "get" || method == "delete" {
		return c.Do(strings.ToUpper(method), path, nil)
	}
	body := "[]"
	if resource == "tenants" { // the role is looked up after the body was read
		body = "{}"
	}
	return c.Do(strings.ToUpper(method), path, body)
}

var moneyNames = regexp.MustCompile(`"(amountMinor|exchangeRate|currencyCode|quantity)":`)

func noAmounts(t *testing.T, role stint.Role, seesMoney bool, what string, a *apitest.Answer) {
	t.Helper()
	if seesMoney {
		return
	}
	if strings.Contains(string(a.Body), theAmount) || a.Status < 300 && moneyNames.Match(a.Body) {
		t.Errorf("%s shows %s an amount: %.500s", what, role, a.Body)
	}
}

// What a role may not see is not reached by expand or sort either.
func TestRolesThroughExpandAndSort(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		s := apitest.Start(t, engine)
		ids := booksOfOwner(s)
		hidden := map[stint.Role][]string{stint.RoleMember: {"contract", "billable", "invoice"}, stint.RoleContractor: {"contract", "billable", "invoice", "contact", "emails", "addresses"}}
		for _, role := range stint.Roles {
			c := s.NewMemberAs(t, s.Tenant, role)
			c.Must(201+202*b2i(role == stint.RoleAccountant), "POST", "time-entries", `{"projectId":"`+ids["projectId"]+`","date":"2023-10-06","durationSeconds":60}`)
			for path, expands := range map[string][]string{
				"projects":     {"contract", "contract.client"},
				"time-entries": {"project", "project.contract", "project.contract.client", "billable", "billable.invoice", "billable.invoice.contract", "billable.invoice.contract.client"},
			} {
				for _, e := range expands {
					want := 200
					for _, field := range hidden[role] {
						if slices.Contains(strings.Split(e, "."), field) {
							want = 403
						}
					}
					for _, one := range []string{path + "?limit=5&expand=" + e, path + "?expand=" + e} {
						a := c.Do("GET", one, nil)
						if a.Status != want || want == 403 && a.Str("error") != "ExpandForbidden" {
							t.Errorf("%s as %s was answered %d, want %d: %.300s", one, role, a.Status, want, a.Body)
						}
						noAmounts(t, role, hidden[role] == nil, one, a)
					}
				}
			}
			a := c.Do("GET", "projects?sort=contract.name", nil)
			if want := 200 + 203*b2i(hidden[role] != nil); a.Status != want {
				t.Errorf("sort=contract.name as %s was answered %d, want %d", role, a.Status, want)
			}
		}
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Whose time a role reaches, by every way to an entry.
func TestRolesAndTime(t *testing.T) {
	onEach(t, func(s *suite) {
		ids := booksOfOwner(s.Server)
		theirs := "time-entries/" + ids["timeEntryId"]
		body := func(more string) string {
			return `{"projectId":"` + ids["projectId"] + `","date":"2023-10-07","durationSeconds":60` + more + `}`
		}
		for role, want := range map[stint.Role]struct {
			see, change int
			code        string
		}{stint.RoleManager: {200, 200, ""}, stint.RoleMember: {200, 403, "NotYours"}, stint.RoleContractor: {404, 404, "NotFound"}, stint.RoleAccountant: {200, 403, "RoleForbidden"}} {
			c := s.NewMemberAs(s.t, s.Tenant, role)
			if a := c.Do("GET", theirs, nil); a.Status != want.see {
				s.t.Errorf("%s reads somebody else's entry: %d, want %d", role, a.Status, want.see)
			}
			for _, try := range [][2]string{{"PATCH", `{"durationSeconds":60}`}, {"PUT", `{"date":"2023-10-05","durationSeconds":60}`}, {"DELETE", ""}} {
				if role == stint.RoleManager && try[0] != "PATCH" {
					continue
				}
				var sent any
				if try[1] != "" {
					sent = try[1]
				}
				if a := c.Do(try[0], theirs, sent); a.Status != want.change || want.code != "" && a.Str("error") != want.code {
					s.t.Errorf("%s %s of somebody else's entry: %d, want %d: %.200s", role, try[0], a.Status, want.change, a.Body)
				}
			}
			if role == stint.RoleManager || role == stint.RoleAccountant {
				continue
			}
			mine := c.Must(201, "POST", "time-entries", body("")).Str("data.id")
			c.Must(200, "PATCH", "time-entries/"+mine, `{"durationSeconds":61}`)
			refusal(s.t, c.Do("PATCH", "time-entries/"+mine, `{"billableId":"`+ids["billableId"]+`"}`), 403, "BillableForbidden", map[string]string{"/billableId": "BillableForbidden"})
			seen := c.Must(200, "GET", "time-entries", nil).Len("data")
			if alone := role == stint.RoleContractor; alone != (seen == 1) {
				s.t.Errorf("%s sees %d entries", role, seen)
			}
			byKey := c.Do("PUT", "time-entries/by-key/k-time-entries", body(""))
			batch := resultsOf(s.t, c.Must(200, "POST", "time-entries/batch", `{"mode":"upsert","items":[`+body(`,"externalKey":"k-time-entries"`)+`]}`))
			code, words := "NotYours", "403 NotYours"
			if role == stint.RoleContractor {
				code, words = "ExternalKeyTaken", "409 ExternalKeyTaken"
			}
			if byKey.Str("error") != code || sayBatch(batch) != words {
				s.t.Errorf("%s takes somebody else's key: %d %s, %s, want %s", role, byKey.Status, byKey.Str("error"), sayBatch(batch), words)
			}
			c.Must(204, "DELETE", "time-entries/"+mine, nil)
		}
		if got := s.Must(200, "GET", theirs, nil).Str("data.date"); got != "2023-10-05" {
			s.t.Errorf("the owner's entry was changed: %s", got)
		}
	})
}

// A token is bounded by its scopes and tenants, and makes none that reaches further.
func TestScopes(t *testing.T) {
	onEach(t, func(s *suite) {
		ids := booksOfOwner(s.Server)
		other := s.Must(201, "POST", "tenants", `{"name":"Second"}`).Str("data.id")
		with := func(body string) *apitest.Client {
			c := s.For(s.t)
			c.Token = s.Must(201, "POST", "tokens", body).Str("data.secret")
			return c
		}
		jira := with(`{"name":"Jira","scopes":["time-entries:write","projects:read"]}`)
		jira.Must(200, "GET", "time-entries", nil)
		jira.Must(201, "POST", "time-entries", `{"projectId":"`+ids["projectId"]+`","date":"2023-10-07","durationSeconds":60}`)
		jira.Must(200, "GET", "projects?limit=1", nil)
		jira.Must(200, "GET", "time-entries?expand=project", nil)
		refusal(s.t, jira.Do("GET", "time-entries?expand=project.contract", nil), 403, "ExpandForbidden", map[string]string{})
		for _, try := range [][2]string{{"GET", "clients"}, {"PATCH", "projects/" + ids["projectId"]}, {"GET", "tokens"}, {"GET", "tenants"}, {"GET", "users/me"}, {"GET", "invoices/" + ids["invoiceId"] + "/pdf"}} {
			var body any
			if try[0] == "PATCH" {
				body = `{}`
			}
			refusal(s.t, jira.Do(try[0], try[1], body), 403, "ScopeForbidden", map[string]string{})
		}
		reader := with(`{"name":"Reader","scopes":["*:read"]}`)
		reader.Must(200, "GET", "invoices", nil)
		refusal(s.t, reader.Do("POST", "clients", `{"name":"x"}`), 403, "ScopeForbidden", map[string]string{})

		maker := with(`{"name":"Maker","scopes":["tokens:write","clients:read"],"tenants":["` + s.Tenant + `"]}`)
		maker.Must(200, "GET", "clients", nil)
		refusal(s.t, maker.Do("POST", "tokens", `{"name":"More"}`), 403, "TokenForbidden", map[string]string{"/scopes": "BeyondOwn", "/tenants": "BeyondOwn"})
		refusal(s.t, maker.Do("POST", "tokens", `{"name":"More","scopes":["clients:write"],"tenants":["`+other+`"]}`), 403, "TokenForbidden",
			map[string]string{"/scopes": "BeyondOwn", "/tenants": "BeyondOwn"})
		maker.Must(201, "POST", "tokens", `{"name":"Less","scopes":["clients:read"],"tenants":["`+s.Tenant+`"]}`)

		bound := with(`{"name":"Bound","tenants":["` + s.Tenant + `"]}`)
		bound.Must(200, "GET", "clients", nil)
		if n := bound.Must(200, "GET", "tenants", nil).Len("data"); n != 1 {
			s.t.Errorf("a token of one tenant lists %d", n)
		}
		bound.Must(404, "GET", "tenants/"+other, nil)
		refusal(s.t, bound.Do("POST", "tenants", `{"name":"Third"}`), 403, "TokenForbidden", map[string]string{})
		refusal(s.t, s.Do("POST", "tokens", `{"name":"x","tenants":["`+other+`","tnt_000000000000000000000000"]}`), 422, "UnknownReference",
			map[string]string{"/tenants/1": "UnknownReference"})
		away := bound.For(s.t)
		away.Tenant = other
		refusal(s.t, away.Do("GET", "clients", nil), 404, "NotFound", map[string]string{})
		refusal(s.t, s.Do("POST", "tokens", `{"name":"x","scopes":["everything","clients:admin"]}`), 400, "ValidationFailed",
			map[string]string{"/scopes/0": "NotAllowed", "/scopes/1": "NotAllowed"})
	})
}

// The next request after a role is reduced is 403, after a membership ends 404.
func TestRoleChangesAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		booksOfOwner(s.Server)
		c := s.NewMemberAs(s.t, s.Tenant, stint.RoleManager)
		c.Must(200, "GET", "contracts", nil)
		s.setRole(c.User, stint.RoleContractor)
		refusal(s.t, c.Do("GET", "contracts", nil), 403, "RoleForbidden", map[string]string{})
		s.setRole(c.User, "")
		refusal(s.t, c.Do("GET", "projects", nil), 404, "NotFound", map[string]string{})
	})
}
