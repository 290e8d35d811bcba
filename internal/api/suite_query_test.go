package api_test

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// Row "400": a value of expand or sort that there is not is refused, and the
// answer lists the allowed ones; an unknown parameter is passed over.
func TestQueryValues(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "list", func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.most(b, create))
			whole := b.Must(200, "GET", sp.path, nil)
			for _, unknown := range []string{"foo=bar", "Limit=2", "offset=5", "page=2", "q=x", "foo", "a=1&a=2", "deletedAfter=x", "EXPAND=x"} {
				if a := b.Must(200, "GET", sp.path+"?"+unknown, nil); !bytes.Equal(a.Body, whole.Body) {
					t.Errorf("the unknown parameter %s changes the list", unknown)
				}
				b.Must(200, "GET", one+"?"+unknown, nil)
			}
			allowed := append([]string{"createdAt", "updatedAt"}, sp.sorts...)
			for _, bad := range []string{"foo", "id", "name_fold", "createdAt:up", "createdAt:ASC", "CREATEDAT", "createdAt,createdAt:desc", ",", "createdAt,", "createdAt:asc:asc", "createdAt;DROP", "tenant_id", "version", "-createdAt"} {
				lists(t, b.Do("GET", sp.path+"?sort="+url.QueryEscape(bad), nil), "sort", allowed)
			}
			refusal(t, b.Do("GET", sp.path+"?sort=createdAt&sort=updatedAt", nil), 400, "InvalidParameter", map[string]string{"sort": "Repeated"})
			refusal(t, b.Do("GET", sp.path+"?limit=1&limit=2", nil), 400, "InvalidParameter", map[string]string{"limit": "Repeated"})
			if sp.outside {
				return
			}
			for _, bad := range []string{"foo", "Client", "id", "client.contacts", "tenant", "emails.contact", "x,client", "project.client"} {
				if len(sp.expands) == 0 {
					b.Must(200, "GET", sp.path+"?expand="+bad, nil) // not a parameter of this list
					continue
				}
				lists(t, b.Do("GET", sp.path+"?expand="+bad, nil), "expand", sp.expands)
				lists(t, b.Do("GET", one+"?expand="+bad, nil), "expand", sp.expands)
				before := b.Must(200, "GET", sp.path, nil)
				lists(t, b.Do("POST", sp.path+"?expand="+bad, postBody(sp, sp.least(b, create))), "expand", sp.expands)
				lists(t, b.Do("PATCH", one+"?expand="+bad, sp.most(b, patch)), "expand", sp.expands)
				lists(t, b.Do("PUT", one+"?expand="+bad, sp.least(b, replace)), "expand", sp.expands)
				if a := b.Must(200, "GET", sp.path, nil); !bytes.Equal(a.Body, before.Body) {
					t.Errorf("a refused expand wrote something: %s", a.Body)
				}
			}
			for _, bad := range []string{"%zz", "limit=%", "a;b=1"} {
				refusal(t, b.Do("GET", sp.path, nil, apitest.RawQuery(bad)), 400, "InvalidParameter", map[string]string{"": "InvalidQuery"})
			}
		})
	})
}

func postBody(sp *spec, body raw) string {
	if !sp.lines {
		return body.String()
	}
	parent := sp.parent().name
	return raw{parent: body[parent], "billables": "[" + body.without(parent).String() + "]"}.String()
}

// lists fails the test unless a parameter was refused and the answer lists its values.
func lists(t *testing.T, a *apitest.Answer, parameter string, values []string) {
	t.Helper()
	refusal(t, a, 400, "InvalidParameter", map[string]string{parameter: "NotAllowed"})
	told := a.Str("errors.0.message")
	for _, v := range values {
		if !strings.Contains(told, v) {
			t.Errorf("the answer does not list %s: %s", v, told)
		}
	}
}

// Row "filters": by each parent, by ids, by what was made or changed after an
// instant; a foreign, unknown or malformed id gives an empty list.
func TestFilters(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "list", func(sp *spec, b *books) {
			t := b.t
			other := secondClient(b)
			for i := range 3 {
				sp.one(t, b.Client, variation(sp, b, i))
			}
			for i := range 2 {
				sp.one(t, b.Client, variation(sp, other, i+10))
			}
			rows := rowsOf(t, b.Must(200, "GET", sp.path, nil))
			list := func(query string) []string {
				t.Helper()
				return idsOf(t, b.Must(200, "GET", sp.path+"?"+query, nil))
			}
			for _, filter := range sp.parents {
				seen := 0
				for _, of := range []*books{b, other} {
					id := map[string]string{"clientId": of.client, "contactId": of.contact, "contractId": of.contract, "projectId": of.project, "invoiceId": of.invoice}[filter]
					var want []string
					for _, row := range rows {
						if under(b, row, filter, id) {
							want = append(want, row.str("id"))
						}
					}
					if len(want) == 0 {
						t.Errorf("%s: nothing is under %s", filter, id)
					}
					seen += len(want)
					sameIDs(t, filter+"="+id, list(filter+"="+id), want)
				}
				if seen != len(rows) {
					t.Errorf("%s: the parts of the list are %d together, the whole is %d", filter, seen, len(rows))
				}
				for _, none := range []string{"", "x", b.email, sp.prefix + "_000000000000000000000000", "' OR 1=1 --", "%", "_"} {
					sameIDs(t, filter+" of nothing", list(filter+"="+url.QueryEscape(none)), nil)
				}
				refusal(t, b.Do("GET", sp.path+"?"+filter+"=a&"+filter+"=b", nil), 400, "InvalidParameter", map[string]string{filter: "Repeated"})
				for _, bad := range []string{"a%00", "%ff", "%ed%a0%80"} {
					refusal(t, b.Do("GET", sp.path+"?"+filter+"="+bad, nil), 400, "InvalidParameter", map[string]string{filter: "InvalidText"})
				}
			}
			filtersOfEveryList(b, sp, rows, list)
		})
	})
}

// secondClient is a client beside the first with a chain of its own under it.
func secondClient(b *books) *books {
	o := &books{Client: b.Client, t: b.t, billable: b.billable}
	o.client = b.Create("clients", `{"name":"Second"}`)
	o.contact = b.Create("contacts", raw{"clientId": quote(o.client), "name": `"Bert"`, "isDefault": "true"})
	o.contract = b.Create("contracts", raw{"clientId": quote(o.client), "name": `"Other"`, "amountMinor": "1", "currencyCode": `"EUR"`})
	o.project = b.Create("projects", raw{"contractId": quote(o.contract), "name": `"Other"`})
	o.invoice = o.newInvoice("")
	return o
}

// under tells whether a row is under the parent, however far above that is.
func under(b *books, row object, filter, id string) bool {
	noun := strings.TrimSuffix(filter, "Id")
	if row.values[noun] != nil {
		return row.str(noun) == id
	}
	contract := row.str("contract")
	if p := row.str("project"); p != "" {
		contract = dataOf(b.t, b.Must(200, "GET", "projects/"+p, nil)).str("contract")
	}
	if noun == "contract" {
		return contract == id
	}
	return dataOf(b.t, b.Must(200, "GET", "contracts/"+contract, nil)).str("client") == id
}

func filtersOfEveryList(b *books, sp *spec, rows []object, list func(string) []string) {
	t := b.t
	t.Helper()
	var all []string
	for _, row := range rows {
		all = append(all, row.str("id"))
	}
	some := []string{all[2], all[0]}
	sameIDs(t, "ids", list("ids="+some[0]+",%20"+some[1]+",,"+some[0]+",x"), []string{all[0], all[2]})
	sameIDs(t, "no ids", list("ids="), nil)
	many := strings.Repeat("x,", 999)
	sameIDs(t, "1000 ids", list("ids="+many+all[1]), all[1:2])
	refusal(t, b.Do("GET", sp.path+"?ids=x,"+many+all[1], nil), 400, "InvalidParameter", map[string]string{"ids": "TooManyItems"})

	if sp.does(patch) {
		field, value := firstChange(sp)
		b.Must(200, "PATCH", sp.path+"/"+all[1], raw{field: otherThan(sp.field(field), value)})
		rows = rowsOf(t, b.Must(200, "GET", sp.path, nil))
	}
	for _, filter := range []string{"createdAfter", "updatedAfter"} {
		field := strings.TrimSuffix(filter, "After") + "At"
		for _, from := range rows {
			at := from.str(field)
			var want []string
			for _, row := range rows {
				if row.str(field) > at {
					want = append(want, row.str("id"))
				}
			}
			sameIDs(t, filter, list(filter+"="+at), want)
		}
		for _, bad := range []string{"x", "2023-10-05", "", "2023-10-05T14:48:00%2B02:00"} {
			refusal(t, b.Do("GET", sp.path+"?"+filter+"="+bad, nil), 400, "InvalidParameter", map[string]string{filter: "NotAnInstant"})
		}
	}
}

// Row "filters", time entries: days inclusive; ours: user, reference, billed.
func TestTimeEntryFilters(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		b.Must(204, "DELETE", "time-entries/"+b.entry, nil)
		colleague := s.NewMember(s.t, b.Tenant)
		for day := 1; day <= 5; day++ {
			body := raw{"projectId": quote(b.project), "date": quote(fmt.Sprintf("2023-10-%02d", day)), "durationSeconds": "1",
				"referenceSource": quote([]string{"JIRA", "GIT"}[day%2]), "referenceId": quote(fmt.Sprintf("P-%d", day%3))}
			if day == 2 || day == 3 {
				body["billableId"] = quote(b.billable)
			}
			writer := b.Client
			if day == 5 {
				writer = colleague
			}
			writer.Create("time-entries", body)
		}
		for query, want := range map[string]string{
			"dateFrom=2023-10-02":                               "5 4 3 2",
			"dateTo=2023-10-02":                                 "2 1",
			"dateFrom=2023-10-02&dateTo=2023-10-04":             "4 3 2",
			"dateFrom=2023-10-03&dateTo=2023-10-03":             "3",
			"dateFrom=2024-01-01":                               "",
			"billed=true":                                       "3 2",
			"billed=false":                                      "5 4 1",
			"billableId=" + b.billable:                          "3 2",
			"billableId=x":                                      "",
			"billableId=" + b.billable + "&dateTo=2023-10-02":   "2",
			"userId=" + b.User:                                  "4 3 2 1",
			"userId=" + colleague.User:                          "5",
			"userId=x":                                          "",
			"referenceSource=JIRA":                              "4 2",
			"referenceSource=jira":                              "",
			"referenceId=P-1":                                   "4 1",
			"referenceId=P-1&referenceSource=GIT":               "1",
			"projectId=" + b.project + "&clientId=" + b.client:  "5 4 3 2 1",
			"contractId=" + b.contract + "&billed=true&limit=1": "3",
			"projectId=" + b.project + "&contractId=x":          "",
		} {
			var got []string
			for _, row := range rowsOf(s.t, b.Must(200, "GET", "time-entries?"+query, nil)) {
				got = append(got, strings.TrimPrefix(row.str("date"), "2023-10-0"))
			}
			if strings.Join(got, " ") != want {
				s.t.Errorf("%s: the days are %v, want %s", query, got, want)
			}
		}
		for query, want := range map[string][2]string{
			"dateFrom=2023-10-03&dateTo=2023-10-02": {"dateFrom", "AfterEnd"}, "dateFrom=2023-02-29": {"dateFrom", "NotADate"}, "dateTo=1900-02-29": {"dateTo", "NotADate"},
			"dateTo=": {"dateTo", "NotADate"}, "billed=yes": {"billed", "NotAllowed"}, "billed=": {"billed", "NotAllowed"}, "billed=TRUE": {"billed", "NotAllowed"},
		} {
			refusal(s.t, b.Do("GET", "time-entries?"+query, nil), 400, "InvalidParameter", map[string]string{want[0]: want[1]})
		}
		b.Must(200, "GET", "time-entries?dateFrom=2000-02-29", nil)
	})
}

// Row "filters", invoices: by status; the answer to another lists the three.
func TestInvoiceStatusFilter(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		finalized, _, _ := b.finalized("F-1")
		void, _, _ := b.finalized("F-2")
		b.Must(200, "POST", "invoices/"+void+"/void", nil)
		for status, want := range map[string]string{"DRAFT": b.invoice, "FINALIZED": finalized, "VOID": void} {
			sameIDs(s.t, status, idsOf(s.t, b.Must(200, "GET", "invoices?status="+status, nil)), []string{want})
			sameIDs(s.t, status+" of nothing", idsOf(s.t, b.Must(200, "GET", "invoices?contractId=x&status="+status, nil)), nil)
		}
		for _, bad := range []string{"draft", "PAID", "", "DRAFT,VOID"} {
			lists(s.t, b.Do("GET", "invoices?status="+bad, nil), "status", []string{"DRAFT", "FINALIZED", "VOID"})
		}
	})
}

// Row "tenants search": a part of the name, whatever its case and accents; ours
// alone are found, and % and _ are characters like others.
func TestTenantsSearch(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		s.user().Create("tenants", `{"name":"Müller of another"}`)
		names := []string{"Müller & Söhne", "MULLER Ltd", "100% fair", "under_score", `back\slash`, "Émile Ångström", "STRASSE"}
		for _, name := range names {
			c.Create("tenants", raw{"name": quote(name)})
		}
		slices.Reverse(names)
		for search, want := range map[string][]string{
			"muller": {"MULLER Ltd", "Müller & Söhne"}, "MÜLLER": {"MULLER Ltd", "Müller & Söhne"}, "u\u0308ller": {"MULLER Ltd", "Müller & Söhne"}, "ller l": {"MULLER Ltd"},
			"%": {"100% fair"}, "_": {"under_score"}, `\`: {`back\slash`}, "émile angstrom": {"Émile Ångström"}, "straße": {"STRASSE"}, "0% f": {"100% fair"},
			"nothing": nil, "%%": nil, "u%r": nil, "": append(names, "Test Tenant"), "' OR '1'='1": nil,
		} {
			var got []string
			for _, row := range rowsOf(s.t, c.Must(200, "GET", "tenants?search="+url.QueryEscape(search), nil)) {
				got = append(got, row.str("name"))
			}
			if !slices.Equal(got, want) {
				s.t.Errorf("search=%s: got %q, want %q", search, got, want)
			}
		}
		if got := idsOf(s.t, c.Must(200, "GET", "tenants?search=ller&limit=1", nil)); len(got) != 1 {
			s.t.Errorf("a page of a search holds %d", len(got))
		}
		sameIDs(s.t, "a search in pages", walk(s.t, c, "tenants?search=ller", 1, nil), idsOf(s.t, c.Must(200, "GET", "tenants?search=ller", nil)))
	})
}
