package api_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stint"
	"stint/internal/apitest"
	"stint/internal/store"
	"stint/internal/testdb"
)

// suite is one API on one engine, for a test or a subtest. Its clock never shows
// the same instant twice.
type suite struct {
	*apitest.Server

	t     *testing.T
	clock *apitest.Clock
}

// begin is when the clock of every suite begins.
var begin = time.Date(2023, 10, 5, 14, 48, 0, 0, time.UTC)

// onEach runs a test on each engine, with a server of its own.
func onEach(t *testing.T, test func(s *suite)) {
	t.Helper()
	onEachWith(t, apitest.Options{}, test)
}

func onEachWith(t *testing.T, o apitest.Options, test func(s *suite)) {
	t.Helper()
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(startSuite(t, engine, o))
		})
	}
}

func startSuite(t *testing.T, engine string, o apitest.Options) *suite {
	t.Helper()
	clock := apitest.NewClock(begin)
	o.Now = clock.Now
	return &suite{apitest.StartWith(t, testdb.Address(t, engine), o), t, clock}
}

// run is a subtest, beside others of the suite.
func (s *suite) run(name string, test func(s *suite)) {
	s.t.Helper()
	s.t.Run(name, func(t *testing.T) {
		t.Parallel()
		server := *s.Server
		server.Client = s.For(t)
		test(&suite{&server, t, s.clock})
	})
}

// user is a new user in a new tenant, which holds nothing.
func (s *suite) user() *apitest.Client {
	s.t.Helper()
	return s.NewUser(s.t)
}

// books is a tenant that holds one of everything.
type books struct {
	*apitest.Client

	t *testing.T

	client, contact, email, address, contract, project, invoice, billable, entry string
}

func (s *suite) books() *books {
	s.t.Helper()
	b := &books{Client: s.NewUser(s.t), t: s.t}
	b.client = b.Create("clients", `{"name":"ACME"}`)
	b.contact = b.Create("contacts", raw{"clientId": quote(b.client), "name": `"Anna"`, "isDefault": "true"})
	b.email = b.Create("emails", raw{"contactId": quote(b.contact), "address": `"anna@example.org"`})
	b.address = b.Create("addresses", raw{"contactId": quote(b.contact), "address1": `"Street 1"`, "city": `"Berlin"`, "zip": `"10115"`, "country": `"DE"`})
	b.contract = b.Create("contracts", raw{"clientId": quote(b.client), "name": `"2023"`, "amountMinor": "12000", "currencyCode": `"EUR"`})
	b.project = b.Create("projects", raw{"contractId": quote(b.contract), "name": `"API"`})
	b.invoice = b.newInvoice("")
	b.billable = b.newBillable(b.invoice, "1", "12000")
	b.entry = b.newEntry("2023-10-05", b.billable)
	return b
}

// newInvoice makes a draft; without a number it has a placeholder.
func (b *books) newInvoice(number string) string {
	b.t.Helper()
	body := raw{"contractId": quote(b.contract), "currencyCode": `"EUR"`}
	if number != "" {
		body["invoiceNumber"] = quote(number)
	}
	return b.Create("invoices", body)
}

// newBillable adds a line to a draft.
func (b *books) newBillable(invoice, quantity, amount string) string {
	b.t.Helper()
	line := raw{"description": `"Work"`, "quantity": quantity, "amountMinor": amount, "currencyCode": `"EUR"`}
	return b.Must(201, "POST", "billables", raw{"invoiceId": quote(invoice), "billables": "[" + line.String() + "]"}).Str("data.0.id")
}

// newEntry logs an hour; billable may be empty.
func (b *books) newEntry(day, billable string) string {
	b.t.Helper()
	body := raw{"projectId": quote(b.project), "date": quote(day), "durationSeconds": "3600"}
	if billable != "" {
		body["billableId"] = quote(billable)
	}
	return b.Create("time-entries", body)
}

// finalized makes an invoice with one line and one entry on it, and finalizes it.
func (b *books) finalized(number string) (invoice, billable, entry string) {
	b.t.Helper()
	invoice = b.newInvoice(number)
	billable = b.newBillable(invoice, "2", "12000")
	entry = b.newEntry("2023-10-06", billable)
	b.Must(200, "POST", "invoices/"+invoice+"/finalize", nil)
	return invoice, billable, entry
}

// raw is a JSON object by its members' JSON, so that a test sees each byte it sends.
type raw map[string]string

func (r raw) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(r)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(name) + ":" + r[name])
	}
	b.WriteByte('}')
	return b.String()
}

// with is the object with a member more, or another value.
func (r raw) with(name, value string) raw {
	out := maps.Clone(r)
	out[name] = value
	return out
}

// without is the object with a member less.
func (r raw) without(name string) raw {
	out := maps.Clone(r)
	delete(out, name)
	return out
}

// quote writes a JSON string, plainly.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return strconv.Quote(s)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// quoteAll writes a JSON array of strings.
func quoteAll(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return "[" + strings.Join(out, ",") + "]"
}

// object is an object of an answer, with its members in their order.
type object struct {
	names  []string
	values map[string]json.RawMessage
}

// str is a member that is a string.
func (o object) str(name string) string {
	var s string
	if json.Unmarshal(o.values[name], &s) != nil {
		return string(o.values[name])
	}
	return s
}

// objectOf reads an object.
func objectOf(t *testing.T, text []byte) object {
	t.Helper()
	o := object{values: map[string]json.RawMessage{}}
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		t.Fatalf("not an object: %s", text)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		o.names = append(o.names, name.(string))
		o.values[name.(string)] = v
	}
	return o
}

// dataOf is the data of an answer that holds one resource.
func dataOf(t *testing.T, a *apitest.Answer) object {
	t.Helper()
	return objectOf(t, objectOf(t, a.Body).values["data"])
}

// rowsOf is the data of an answer that holds a list.
func rowsOf(t *testing.T, a *apitest.Answer) []object {
	t.Helper()
	var rows []json.RawMessage
	if err := json.Unmarshal(objectOf(t, a.Body).values["data"], &rows); err != nil {
		t.Fatalf("data is not a list: %v: %.200s", err, a.Body)
	}
	out := make([]object, len(rows))
	for i, r := range rows {
		out[i] = objectOf(t, r)
	}
	return out
}

// idsOf is the ids of a list, in its order.
func idsOf(t *testing.T, a *apitest.Answer) []string {
	t.Helper()
	rows := rowsOf(t, a)
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.str("id")
	}
	return ids
}

// sameIDs fails the test when a list holds other ids, or in another order.
func sameIDs(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// sameJSON compares two JSON texts; strings by what they say, all else byte for byte.
func sameJSON(a, b string) bool {
	if strings.HasPrefix(a, `"`) && strings.HasPrefix(b, `"`) {
		var x, y string
		return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && x == y
	}
	return a == b
}

// refusal fails the test unless an answer is an error with a status and a code,
// and with exactly these problems: where → code.
func refusal(t *testing.T, a *apitest.Answer, status int, code string, problems map[string]string) {
	t.Helper()
	if a.Status != status || a.Str("error") != code {
		t.Errorf("answered %d %s, want %d %s: %.600s", a.Status, a.Str("error"), status, code, a.Body)
		return
	}
	if got := a.Errors(); !maps.Equal(got, problems) {
		t.Errorf("the problems are %v, want %v: %.600s", got, problems, a.Body)
	}
}

// invalid is a refusal of a body.
func invalid(t *testing.T, a *apitest.Answer, problems map[string]string) {
	t.Helper()
	refusal(t, a, 400, "ValidationFailed", problems)
}

// unchanged fails the test when a resource is not what it was before.
func stillAs(t *testing.T, c *apitest.Client, path string, before *apitest.Answer) {
	t.Helper()
	after := c.For(t).Must(200, "GET", path, nil)
	if !bytes.Equal(after.Body, before.Body) || after.Header.Get("ETag") != before.Header.Get("ETag") {
		t.Errorf("%s changed: %s was %s", path, after.Body, before.Body)
	}
}

// setRole changes what a user is in the suite's tenant; an empty role ends the membership.
func (s *suite) setRole(user string, role stint.Role) {
	s.t.Helper()
	err := s.DB.Global(s.t.Context(), func(g *store.GlobalTx) error {
		if role == "" {
			return g.DeleteMembership(s.Tenant, user)
		}
		return g.InsertMembership(stint.Membership{TenantID: s.Tenant, UserID: user, Role: role})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
