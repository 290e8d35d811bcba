package api_test

import (
	"testing"

	"stint/internal/apitest"
)

// inUse fails the test unless a deletion is refused with the counts of what is
// under the resource, which stays as it was.
func inUse(t *testing.T, c *apitest.Client, path, dependents string) {
	t.Helper()
	before := c.Must(200, "GET", path, nil)
	a := c.Do("DELETE", path, nil)
	refusal(t, a, 409, "HasDependents", map[string]string{})
	if got := string(objectOf(t, a.Body).values["dependents"]); got != dependents {
		t.Errorf("DELETE %s: dependents are %s, want %s", path, got, dependents)
	}
	stillAs(t, c, path, before)
}

// Row "deletes": anything with contracts, projects, invoices, billables or time
// entries under it is refused, with the counts.
func TestDeleteInUse(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		inUse(s.t, b.Client, "clients/"+b.client, `{"contracts":1}`)
		inUse(s.t, b.Client, "contracts/"+b.contract, `{"invoices":1,"projects":1}`)
		inUse(s.t, b.Client, "projects/"+b.project, `{"timeEntries":1}`)
		inUse(s.t, b.Client, "invoices/"+b.invoice, `{"billables":1}`)
		b.newEntry("2023-10-06", "")
		inUse(s.t, b.Client, "projects/"+b.project, `{"timeEntries":2}`)
		b.newInvoice("")
		b.newInvoice("")
		inUse(s.t, b.Client, "contracts/"+b.contract, `{"invoices":3,"projects":1}`)
		b.newBillable(b.invoice, "1", "1")
		inUse(s.t, b.Client, "invoices/"+b.invoice, `{"billables":2}`)
	})
}

// Row "deletes": from the leaves up everything can be deleted.
func TestDeleteFromTheLeaves(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		for _, path := range []string{"time-entries/" + b.entry, "billables/" + b.billable, "invoices/" + b.invoice, "projects/" + b.project, "contracts/" + b.contract, "clients/" + b.client} {
			b.Must(204, "DELETE", path, nil)
		}
		for _, sp := range specs {
			if a := b.Must(200, "GET", sp.path, nil); !sp.outside && a.Len("data") != 0 {
				s.t.Errorf("%s are left: %s", sp.path, a.Body)
			}
		}
	})
}

// Row "deletes": a client takes its contacts along, with their emails and
// addresses; a contact takes its own.
func TestDeleteTakesContactsAlong(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		people := func() (client string, paths []string) {
			client = c.Create("clients", `{"name":"ACME"}`)
			for _, name := range []string{`"A"`, `"B"`} {
				contact := c.Create("contacts", raw{"clientId": quote(client), "name": name, "isDefault": "false"})
				paths = append(paths, "contacts/"+contact)
				for range 2 {
					paths = append(paths, "emails/"+c.Create("emails", raw{"contactId": quote(contact), "address": `"a@example.org"`}),
						"addresses/"+c.Create("addresses", raw{"contactId": quote(contact), "address1": `"1"`, "city": `"B"`, "zip": `""`, "country": `"DE"`}))
				}
			}
			return client, paths
		}
		gone, theirs := people()
		kept, others := people()
		c.Must(204, "DELETE", "clients/"+gone, nil)
		for _, path := range theirs {
			c.Must(404, "GET", path, nil)
		}
		for _, path := range others {
			c.Must(200, "GET", path, nil)
		}
		c.Must(204, "DELETE", others[0], nil)
		for i, path := range others {
			c.Must(map[bool]int{true: 404, false: 200}[i < len(others)/2], "GET", path, nil)
		}
		if got := c.Must(200, "GET", "contacts?clientId="+kept, nil).Len("data"); got != 1 {
			s.t.Errorf("%d contacts are left, want 1", got)
		}
	})
}

// Row "deletes": deleting a billable of a draft frees its time entries.
func TestDeleteBillableFreesEntries(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		second := b.newEntry("2023-10-06", b.billable)
		other := b.newBillable(b.invoice, "1", "1")
		stays := b.newEntry("2023-10-07", other)
		before := map[string]*apitest.Answer{}
		for _, id := range []string{b.entry, second, stays} {
			before[id] = b.Must(200, "GET", "time-entries/"+id, nil)
		}
		b.Must(204, "DELETE", "billables/"+b.billable, nil)
		for _, id := range []string{b.entry, second} {
			changedOnly(s.t, before[id], b.Must(200, "GET", "time-entries/"+id, nil), "billable")
		}
		stillAs(s.t, b.Client, "time-entries/"+stays, before[stays])
		sameIDs(s.t, "the free entries", idsOf(s.t, b.Must(200, "GET", "time-entries?billed=false", nil)), []string{second, b.entry})
	})
}

// Row "deletes": only DRAFT invoices can be deleted.
func TestDeleteInvoices(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		empty := b.newInvoice("D-1")
		b.Must(204, "DELETE", "invoices/"+empty, nil)
		final := b.newInvoice("D-2")
		b.Must(200, "POST", "invoices/"+final+"/finalize", nil)
		refusal(s.t, b.Do("DELETE", "invoices/"+final, nil), 409, "InvoiceFinalized", map[string]string{})
		b.Must(200, "POST", "invoices/"+final+"/void", nil)
		refusal(s.t, b.Do("DELETE", "invoices/"+final, nil), 409, "InvoiceVoid", map[string]string{})
		b.Must(200, "GET", "invoices/"+final, nil)
		_, billable, entry := b.finalized("D-3")
		refusal(s.t, b.Do("DELETE", "billables/"+billable, nil), 409, "InvoiceFinalized", map[string]string{})
		refusal(s.t, b.Do("DELETE", "time-entries/"+entry, nil), 409, "TimeEntryBilled", map[string]string{})
	})
}
