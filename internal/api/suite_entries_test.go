package api_test

import (
	"testing"

	"stint/internal/apitest"
)

// The example of the contract, byte for byte in its field names and order, with
// our user in the tail.
func TestExample(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		a := b.Must(201, "POST", "time-entries", `{"projectId":"`+b.project+`","date":"2023-10-05","durationSeconds":3600,
 "billableId":"`+b.billable+`","description":"Implemented authentication flow.",
 "referenceSource":"JIRA","referenceId":"PROJ-123"}`)
		o := dataOf(s.t, a)
		at := o.str("createdAt")
		if !instantText.MatchString(at) {
			s.t.Errorf("createdAt is %s, want an instant with three decimals", at)
		}
		want := `{"data":{"id":"` + o.str("id") + `","project":"` + b.project + `",` +
			`"billable":"` + b.billable + `","date":"2023-10-05","durationSeconds":3600,` +
			`"createdAt":"` + at + `","updatedAt":"` + at + `",` +
			`"description":"Implemented authentication flow.","referenceSource":"JIRA","referenceId":"PROJ-123","user":"` + b.User + `"}}`
		if string(a.Body) != want {
			s.t.Errorf("the answer is\n%s, want\n%s", a.Body, want)
		}
		if got := a.Header.Get("Location"); got != "/api/v1/time-entries/"+o.str("id") {
			s.t.Errorf("Location is %s", got)
		}
		same(s.t, a, b.Must(200, "GET", "time-entries/"+o.str("id"), nil))
	})
}

// A program written for the hosted service sends and reads no more than this.
func TestExampleWithoutOptionalFields(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		a := b.Must(201, "POST", "time-entries", raw{"projectId": quote(b.project), "date": `"2023-10-05"`, "durationSeconds": "3600"})
		o := dataOf(s.t, a)
		want := `{"data":{"id":"` + o.str("id") + `","project":"` + b.project + `","billable":null,"date":"2023-10-05","durationSeconds":3600,` +
			`"createdAt":"` + o.str("createdAt") + `","updatedAt":"` + o.str("createdAt") + `","user":"` + b.User + `"}}`
		if string(a.Body) != want {
			s.t.Errorf("the answer is\n%s, want\n%s", a.Body, want)
		}
	})
}

// Row "time entry's billableId": the billable's invoice must be of the same
// contract as the entry's project, and a draft.
func TestBillableOfAnEntry(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		other := secondClient(b)
		others := other.newBillable(other.invoice, "1", "1")
		final, finalBillable, _ := b.finalized("T-1")
		void, voidBillable, _ := b.finalized("T-2")
		b.Must(200, "POST", "invoices/"+void+"/void", nil)
		free := b.newEntry("2023-10-06", "")
		for _, id := range []string{free, b.entry} {
			one := "time-entries/" + id
			before := b.Must(200, "GET", one, nil)
			for billable, want := range map[string]func(a *apitest.Answer){
				others: func(a *apitest.Answer) {
					refusal(s.t, a, 422, "OtherContract", map[string]string{"/billableId": "OtherContract"})
				},
				finalBillable: func(a *apitest.Answer) { conflict(s.t, a, "InvoiceFinalized", final) },
				voidBillable:  func(a *apitest.Answer) { conflict(s.t, a, "InvoiceVoid", void) },
			} {
				body := raw{"date": `"2023-10-05"`, "durationSeconds": "1", "billableId": quote(billable)}
				want(b.Do("POST", "time-entries", body.with("projectId", quote(b.project))))
				want(b.Do("PUT", one, body))
				want(b.Do("PATCH", one, raw{"billableId": quote(billable)}))
			}
			stillAs(s.t, b.Client, one, before)
		}
		second := b.newBillable(b.invoice, "1", "1")
		one := "time-entries/" + free
		for _, step := range []struct{ method, billable, want string }{
			{"PATCH", quote(b.billable), quote(b.billable)}, {"PATCH", quote(second), quote(second)}, {"PATCH", "null", "null"},
			{"PUT", quote(second), quote(second)}, {"PUT", "null", "null"},
		} {
			body := raw{"date": `"2023-10-05"`, "durationSeconds": "1", "billableId": step.billable}
			if got := string(dataOf(s.t, b.Must(200, step.method, one, body)).values["billable"]); got != step.want {
				s.t.Errorf("after %s of %s billable is %s", step.method, step.billable, got)
			}
		}
	})
}

// Row "time entry's billableId": entries of a FINALIZED invoice are locked.
func TestBilledEntriesAreLocked(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice, _, entry := b.finalized("T-1")
		one := "time-entries/" + entry
		before := b.Must(200, "GET", one, nil)
		for _, body := range []string{`{"durationSeconds":1}`, `{"description":"x"}`, `{"billableId":null}`, `{"billableId":"` + b.billable + `"}`, `{"date":"2023-10-09"}`, `{"externalKey":"k"}`} {
			conflict(s.t, b.Do("PATCH", one, body), "TimeEntryBilled", invoice)
		}
		conflict(s.t, b.Do("PUT", one, `{"date":"2023-10-06","durationSeconds":3600}`), "TimeEntryBilled", invoice)
		conflict(s.t, b.Do("DELETE", one, nil), "TimeEntryBilled", invoice)
		// Row "PATCH": what changes nothing is allowed, here too.
		same(s.t, before, b.Must(200, "PATCH", one, "{}"))
		same(s.t, before, b.Must(200, "PATCH", one, `{"durationSeconds":3600}`))
		stillAs(s.t, b.Client, one, before)
		b.Must(200, "PATCH", "time-entries/"+b.entry, `{"durationSeconds":1}`) // that of a draft is not
	})
}

// Ours: an entry shows who wrote it, whoever changes it.
func TestEntryShowsItsWriter(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		colleague := s.NewMember(s.t, b.Tenant)
		id := colleague.Create("time-entries", raw{"projectId": quote(b.project), "date": `"2023-10-05"`, "durationSeconds": "1", "externalKey": `"k"`})
		writer := func(a *apitest.Answer) {
			s.t.Helper()
			if got := dataOf(s.t, a).str("user"); got != colleague.User {
				s.t.Errorf("user is %s, want the writer %s", got, colleague.User)
			}
		}
		put := raw{"date": `"2023-10-06"`, "durationSeconds": "2", "externalKey": `"k"`}
		writer(b.Must(200, "GET", "time-entries/"+id, nil))
		writer(b.Must(200, "PATCH", "time-entries/"+id, `{"durationSeconds":3}`))
		writer(b.Must(200, "PUT", "time-entries/"+id, put))
		writer(b.Must(200, "PUT", "time-entries/by-key/k", put.with("projectId", quote(b.project)).with("durationSeconds", "4")))
	})
}
