package api_test

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"stint/internal/apitest"
)

// defaults are the ids of a client's default contacts.
func defaults(t *testing.T, c *apitest.Client, client string) (out []string) {
	t.Helper()
	for _, row := range rowsOf(t, c.Must(200, "GET", "contacts?clientId="+client, nil)) {
		if string(row.values["isDefault"]) == "true" {
			out = append(out, row.str("id"))
		}
	}
	return out
}

// Row "contact isDefault": setting it, by whatever operation, clears it on the
// client's other contacts, and on no other client's.
func TestDefaultContact(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		other := secondClient(b)
		contact := func(isDefault string) string {
			return b.Create("contacts", raw{"clientId": quote(b.client), "name": `"C"`, "isDefault": isDefault})
		}
		sameIDs(s.t, "the first", defaults(s.t, b.Client, b.client), []string{b.contact})
		before := b.Must(200, "GET", "contacts/"+b.contact, nil)
		created := contact("true")
		sameIDs(s.t, "after POST", defaults(s.t, b.Client, b.client), []string{created})
		changedOnly(s.t, before, b.Must(200, "GET", "contacts/"+b.contact, nil), "isDefault")
		replaced := contact("false")
		sameIDs(s.t, "after POST of another", defaults(s.t, b.Client, b.client), []string{created})
		b.Must(200, "PUT", "contacts/"+replaced, `{"name":"C","isDefault":true,"order":1}`)
		sameIDs(s.t, "after PUT", defaults(s.t, b.Client, b.client), []string{replaced})
		b.Must(200, "PATCH", "contacts/"+b.contact, `{"isDefault":true}`)
		sameIDs(s.t, "after PATCH", defaults(s.t, b.Client, b.client), []string{b.contact})
		quiet := b.Must(200, "GET", "contacts/"+created, nil)
		same(s.t, b.Must(200, "GET", "contacts/"+b.contact, nil), b.Must(200, "PATCH", "contacts/"+b.contact, `{"isDefault":true}`))
		stillAs(s.t, b.Client, "contacts/"+created, quiet)
		b.Must(200, "PATCH", "contacts/"+b.contact, `{"isDefault":false}`)
		sameIDs(s.t, "after clearing it", defaults(s.t, b.Client, b.client), nil)
		sameIDs(s.t, "the other client's", defaults(s.t, b.Client, other.client), []string{other.contact})
	})
}

// Row "contact isDefault": many at once still leave one.
func TestDefaultContactAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		var ids []string
		for range 6 {
			ids = append(ids, b.Create("contacts", raw{"clientId": quote(b.client), "name": `"C"`, "isDefault": "false"}))
		}
		atOnce(len(ids)*2, func(i int) {
			if i < len(ids) {
				b.Do("PATCH", "contacts/"+ids[i], `{"isDefault":true}`)
				return
			}
			b.Do("POST", "contacts", raw{"clientId": quote(b.client), "name": quote(strconv.Itoa(i)), "isDefault": "true"})
		})
		if got := defaults(s.t, b.Client, b.client); len(got) != 1 {
			s.t.Errorf("the client has %d default contacts: %v", len(got), got)
		}
	})
}

// atOnce runs a function n times at the same moment, and waits for all.
func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			do(i)
		})
	}
	close(start)
	all.Wait()
}

// A contact shows its emails and addresses in their order, and has a new
// version when one comes, goes or moves.
func TestContactShowsItsEmailsAndAddresses(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, sp := range specs {
			if sp.siblings != "contactId" {
				continue
			}
			s.run(sp.path, func(s *suite) {
				b := s.books()
				one := "contacts/" + b.contact
				before := b.Must(200, "GET", one, nil)
				var theirs []string
				// now compares the contact with what it should show, and its version with that before.
				now := func(what string) {
					s.t.Helper()
					after := b.Must(200, "GET", one, nil)
					changedOnly(s.t, before, after, sp.path)
					if got := string(dataOf(s.t, after).values[sp.path]); got != quoteAll(theirs) {
						s.t.Errorf("after %s the contact shows %s, want %s", what, got, quoteAll(theirs))
					}
					before = after
				}
				first := idsOf(s.t, b.Must(200, "GET", sp.path, nil))[0]
				last := strings.TrimPrefix(sp.one(s.t, b.Client, sp.least(b, create)), sp.path+"/")
				theirs = []string{first, last}
				now("POST")
				front := strings.TrimPrefix(sp.one(s.t, b.Client, sp.least(b, create).with("order", "5")), sp.path+"/")
				theirs = []string{front, first, last}
				now("POST with an order")
				b.Must(200, "PATCH", sp.path+"/"+last, `{"order":1}`)
				theirs = []string{last, front, first}
				now("PATCH of the order")
				b.Must(200, "POST", sp.path+"/order", raw{"contactId": quote(b.contact), "ids": quoteAll([]string{first, last})})
				theirs = []string{first, last, front}
				now("a reorder")
				b.Must(204, "DELETE", sp.path+"/"+last, nil)
				theirs = slices.Delete(theirs, 1, 2)
				now("DELETE")
			})
		}
	})
}

// Row "contract dates": validFrom must not be after validTo, by whatever
// operation they meet.
func TestContractDates(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		least := raw{"clientId": quote(b.client), "name": `"C"`, "amountMinor": "1", "currencyCode": `"EUR"`}
		early, late := `"2023-01-01T00:00:00.000Z"`, `"2023-01-01T00:00:00.001Z"`
		wrong := map[string]string{"/validTo": "BeforeStart"}
		invalid(s.t, b.Do("POST", "contracts", least.with("validFrom", late).with("validTo", early)), wrong)
		b.Must(201, "POST", "contracts", least.with("validFrom", early).with("validTo", early))
		one := "contracts/" + b.Create("contracts", least.with("validFrom", early).with("validTo", late))
		before := b.Must(200, "GET", one, nil)
		put := least.without("clientId")
		invalid(s.t, b.Do("PUT", one, put.with("validFrom", late).with("validTo", early)), wrong)
		invalid(s.t, b.Do("PATCH", one, raw{"validFrom": late, "validTo": early}), wrong)
		invalid(s.t, b.Do("PATCH", one, raw{"validFrom": `"2024-01-01T00:00Z"`}), wrong)
		invalid(s.t, b.Do("PATCH", one, raw{"validTo": `"2022-01-01T00:00Z"`}), wrong)
		stillAs(s.t, b.Client, one, before)
		b.Must(200, "PATCH", one, raw{"validFrom": `"2024-01-01T00:00Z"`, "validTo": "null"})
		b.Must(200, "PATCH", one, raw{"validFrom": "null", "validTo": early})
	})
}
