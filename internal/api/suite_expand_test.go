package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// expandPaths says where what a field refers to is read.
var expandPaths = map[string]string{"client": "clients", "contact": "contacts", "emails": "emails", "addresses": "addresses", "contract": "contracts",
	"project": "projects", "invoice": "invoices", "billable": "billables"}

// holds fails the test unless a record has, in the place of an id, exactly what
// a GET of that resource answers.
func holds(t *testing.T, c *apitest.Client, plain, expanded object, value string) {
	t.Helper()
	field, rest, _ := strings.Cut(value, ".")
	if string(plain.values[field]) == "null" {
		if got := string(expanded.values[field]); got != "null" {
			t.Errorf("expand=%s puts %s in the place of null", value, got)
		}
		return
	}
	ids := []string{plain.str(field)}
	if strings.HasPrefix(string(plain.values[field]), "[") {
		if err := json.Unmarshal(plain.values[field], &ids); err != nil {
			t.Fatal(err)
		}
	}
	want := make([]string, len(ids))
	for i, id := range ids {
		path := expandPaths[field] + "/" + id
		if rest != "" {
			path += "?expand=" + rest
		}
		want[i] = string(objectOf(t, c.Must(200, "GET", path, nil).Body).values["data"])
	}
	text := strings.Join(want, ",")
	if strings.HasPrefix(string(plain.values[field]), "[") {
		text = "[" + text + "]"
	}
	if got := string(expanded.values[field]); got != text {
		t.Errorf("expand=%s puts %s, want %s", value, got, text)
	}
}

// Row "expand": each value on GET, on lists and on the answers of POST, PUT
// and PATCH puts in what a GET of it answers, and leaves all else as it is.
func TestExpand(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "list", func(sp *spec, b *books) {
			t := b.t
			b.Create("emails", raw{"contactId": quote(b.contact), "address": `"b@example.org"`, "order": "0"})
			one := sp.one(t, b.Client, sp.most(b, create))
			if sp.path == "contacts" {
				one = "contacts/" + b.contact // it has emails and addresses
			}
			id := strings.TrimPrefix(one, sp.path+"/")
			for _, value := range sp.expands {
				plain := b.Must(200, "GET", one, nil)
				got := b.Must(200, "GET", one+"?expand="+value, nil)
				holds(t, b.Client, dataOf(t, plain), dataOf(t, got), value)
				restIsPlain(t, dataOf(t, plain), dataOf(t, got), value)
				for _, list := range []string{"?expand=" + value, "?limit=1000&expand=" + value} {
					rows := rowsOf(t, b.Must(200, "GET", sp.path+list, nil))
					i := slices.IndexFunc(rows, func(o object) bool { return o.str("id") == id })
					if i < 0 || !slices.Equal(rows[i].names, dataOf(t, got).names) || !bytes.Equal(rows[i].values[strings.Split(value, ".")[0]], dataOf(t, got).values[strings.Split(value, ".")[0]]) {
						t.Errorf("the list with %s holds another %s than GET", list, one)
					}
				}
				written(t, sp, b, one, value)
			}
			if len(sp.expands) > 0 {
				spellings(t, sp, b, one)
			}
		})
	})
}

// restIsPlain fails the test when expand changed more than its field.
func restIsPlain(t *testing.T, plain, expanded object, value string) {
	t.Helper()
	for _, name := range plain.names {
		if name != strings.Split(value, ".")[0] && !bytes.Equal(plain.values[name], expanded.values[name]) {
			t.Errorf("expand=%s changes %s to %s", value, name, expanded.values[name])
		}
	}
	if !slices.Equal(plain.names, expanded.names) {
		t.Errorf("expand=%s: the members are %v, without it %v", value, expanded.names, plain.names)
	}
}

// written looks at the answers of POST, PUT and PATCH.
func written(t *testing.T, sp *spec, b *books, one, value string) {
	t.Helper()
	for _, op := range []struct {
		status             int
		method, path, body string
	}{{201, "POST", sp.path, postBody(sp, sp.least(b, create))}, {200, "PUT", one, sp.least(b, replace).String()}, {200, "PATCH", one, sp.most(b, patch).String()}} {
		a := b.Must(op.status, op.method, op.path+"?expand="+value, op.body)
		var got object
		if sp.lines && op.status == 201 {
			got = rowsOf(t, a)[0]
		} else {
			got = dataOf(t, a)
		}
		if a.Header.Get("ETag") != "" {
			t.Errorf("an expanded answer has the ETag %s", a.Header.Get("ETag"))
		}
		holds(t, b.Client, dataOf(t, b.Must(200, "GET", sp.path+"/"+got.str("id"), nil)), got, value)
	}
}

// Row "expand": blanks and repeats are tolerated, a path implies what it goes
// through. Row "ETag": an expanded GET carries none.
func spellings(t *testing.T, sp *spec, b *books, one string) {
	t.Helper()
	all := strings.Join(sp.expands, ",")
	want := b.Must(200, "GET", one+"?expand="+all, nil)
	if etag := want.Header.Get("ETag"); etag != "" {
		t.Errorf("an expanded GET has the ETag %s", etag)
	}
	plain := b.Must(200, "GET", one, nil)
	b.Must(200, "GET", one+"?expand="+all, nil, apitest.Header("If-None-Match", plain.Header.Get("ETag")))
	var leaves []string
	for _, v := range sp.expands {
		if !slices.ContainsFunc(sp.expands, func(o string) bool { return strings.HasPrefix(o, v+".") }) {
			leaves = append(leaves, v)
		}
	}
	slices.Reverse(leaves)
	for _, spelled := range []string{strings.Join(leaves, ","), "%20" + strings.Join(leaves, "%20,,%20") + "%20,", all + "," + all, strings.Join(leaves, ",") + "," + sp.expands[0]} {
		if got := b.Must(200, "GET", one+"?expand="+spelled, nil); !bytes.Equal(got.Body, want.Body) {
			t.Errorf("expand=%s answers %s, want %s", spelled, got.Body, want.Body)
		}
	}
	for _, nothing := range []string{"", ",", "%20,%20"} {
		same(t, plain, b.Must(200, "GET", one+"?expand="+nothing, nil))
	}
}

// Row "expand": an entry that is not billed has a null there, expanded or not;
// a contact without emails has an empty list.
func TestExpandOfNothing(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		free := b.newEntry("2023-10-07", "")
		for _, expand := range []string{"", "?expand=billable", "?expand=billable.invoice.contract.client,project"} {
			a := b.Must(200, "GET", "time-entries/"+free+expand, nil)
			if got := string(dataOf(s.t, a).values["billable"]); got != "null" {
				s.t.Errorf("%s: billable is %s, want null", expand, got)
			}
		}
		lone := b.Create("contacts", raw{"clientId": quote(b.client), "name": `"Lone"`, "isDefault": "false"})
		for _, expand := range []string{"", "?expand=emails,addresses"} {
			o := dataOf(s.t, b.Must(200, "GET", "contacts/"+lone+expand, nil))
			if string(o.values["emails"]) != "[]" || string(o.values["addresses"]) != "[]" {
				s.t.Errorf("%s: emails %s, addresses %s; want empty lists", expand, o.values["emails"], o.values["addresses"])
			}
		}
	})
}

// Row "expand": the answers of finalize and void, too.
func TestExpandOfActions(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice := b.newInvoice("E-1")
		for _, action := range []string{"finalize", "void"} {
			lists(s.t, b.Do("POST", "invoices/"+invoice+"/"+action+"?expand=x", nil), "expand", []string{"contract", "contract.client"})
			a := b.Must(200, "POST", "invoices/"+invoice+"/"+action+"?expand=contract.client", nil)
			holds(s.t, b.Client, dataOf(s.t, b.Must(200, "GET", "invoices/"+invoice, nil)), dataOf(s.t, a), "contract.client")
		}
	})
}

// Row "expand": a list with expand takes a fixed number of statements, however
// many rows it has and whatever they refer to.
func TestExpandOfManyRows(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		for i := range 40 {
			client := b.Create("clients", raw{"name": quote(fmt.Sprint("C", i))})
			contract := b.Create("contracts", raw{"clientId": quote(client), "name": `"K"`, "amountMinor": "1", "currencyCode": `"EUR"`})
			b.Create("projects", raw{"contractId": quote(contract), "name": `"P"`, "order": fmt.Sprint(i)})
		}
		before := s.DB.Stats().Statements
		few := b.Must(200, "GET", "projects?limit=2&expand=contract.client", nil)
		between := s.DB.Stats().Statements
		many := b.Must(200, "GET", "projects?expand=contract.client", nil)
		after := s.DB.Stats().Statements
		if few.Len("data") != 2 || many.Len("data") != 41 {
			s.t.Fatalf("the lists hold %d and %d", few.Len("data"), many.Len("data"))
		}
		if between-before != after-between {
			s.t.Errorf("2 rows took %d statements, 41 rows %d", between-before, after-between)
		}
		for i, row := range rowsOf(s.t, many) {
			plain := dataOf(s.t, b.Must(200, "GET", "projects/"+row.str("id"), nil))
			if i%10 == 0 {
				holds(s.t, b.Client, plain, row, "contract.client")
			}
		}
	})
}
