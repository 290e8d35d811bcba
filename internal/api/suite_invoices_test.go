package api_test

import (
	"strings"
	"testing"

	"stint/internal/apitest"
)

// conflict fails the test unless an answer is a 409 that names the invoice.
func conflict(t *testing.T, a *apitest.Answer, code, invoice string) {
	t.Helper()
	refusal(t, a, 409, code, map[string]string{})
	if got := a.Str("invoice"); got != invoice {
		t.Errorf("%s names the invoice %q, want %s", code, got, invoice)
	}
}

// Row "invoice create": a draft without a number answers a placeholder of its
// id, and says that none is assigned.
func TestPlaceholderNumber(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		got := dataOf(s.t, b.Must(200, "GET", "invoices/"+b.newInvoice(""), nil))
		if want := "DRAFT-" + strings.TrimPrefix(got.str("id"), "inv_"); got.str("invoiceNumber") != want || got.str("numberAssigned") != "false" || got.str("status") != "DRAFT" {
			s.t.Errorf("a new invoice is %v, want a DRAFT with the number %s, not assigned", got.values, want)
		}
		one := "invoices/" + got.str("id")
		back := raw{"currencyCode": `"EUR"`, "invoiceNumber": string(got.values["invoiceNumber"]), "exchangeRate": "1", "amountMinor": "0"}
		same(s.t, b.Must(200, "GET", one, nil), b.Must(200, "PUT", one, back))
		numbered := dataOf(s.t, b.Must(200, "PATCH", one, `{"invoiceNumber":"N-1"}`))
		if numbered.str("numberAssigned") != "true" || numbered.str("invoiceNumber") != "N-1" {
			s.t.Errorf("with a number it is %v", numbered.values)
		}
		cleared := dataOf(s.t, b.Must(200, "PATCH", one, `{"invoiceNumber":null}`))
		if cleared.str("numberAssigned") != "false" || cleared.str("invoiceNumber") != got.str("invoiceNumber") {
			s.t.Errorf("after null it is %v", cleared.values)
		}
	})
}

// Row "409": a number is in one invoice of the tenant, whatever its contract
// and status; other tenants have numbers of their own.
func TestNumberTaken(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		other := secondClient(b)
		taken, final := b.newInvoice("N-1"), b.newInvoice("N-2")
		b.Must(200, "POST", "invoices/"+final+"/finalize", nil)
		b.Must(200, "POST", "invoices/"+final+"/void", nil)
		placeholder := dataOf(s.t, b.Must(200, "GET", "invoices/"+b.invoice, nil)).str("invoiceNumber")
		one := "invoices/" + other.invoice
		before := b.Must(200, "GET", one, nil)
		for _, number := range []string{"N-1", "N-2", placeholder} {
			body := raw{"invoiceNumber": quote(number), "currencyCode": `"EUR"`}
			refusal(s.t, b.Do("POST", "invoices", body.with("contractId", quote(other.contract))), 409, "NumberTaken", map[string]string{})
			refusal(s.t, b.Do("PUT", one, body), 409, "NumberTaken", map[string]string{})
			refusal(s.t, b.Do("PATCH", one, raw{"invoiceNumber": quote(number)}), 409, "NumberTaken", map[string]string{})
		}
		stillAs(s.t, b.Client, one, before)
		b.newInvoice("n-1") // another case is another number
		s.books().newInvoice("N-1")
		b.Must(204, "DELETE", "invoices/"+taken, nil)
		b.Must(200, "PATCH", one, `{"invoiceNumber":"N-1"}`)
	})
}

// Row "invoice create": what is not sent of the amount is the sum of the
// lines, each rounded half away from zero; what is sent stays.
func TestInvoiceAmount(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice := b.newInvoice("")
		one := "invoices/" + invoice
		amount := func(want string) {
			s.t.Helper()
			if got := string(dataOf(s.t, b.Must(200, "GET", one, nil)).values["amountMinor"]); got != want {
				s.t.Errorf("amountMinor is %s, want %s", got, want)
			}
		}
		amount("0")
		half := b.newBillable(invoice, "0.5", "1")
		amount("1")
		b.newBillable(invoice, "0.4999999999999999999999999999999999", "1")
		amount("1")
		b.newBillable(invoice, "2.5", "1")
		amount("4")
		b.newBillable(invoice, "0.333", "10000")
		amount("3334")
		b.Must(200, "PATCH", "billables/"+half, `{"quantity":1.4}`)
		amount("3334")
		b.Must(200, "PATCH", "billables/"+half, `{"quantity":1.5}`)
		amount("3335")
		back := dataOf(s.t, b.Must(200, "GET", one, nil))
		b.Must(200, "PUT", one, raw{"currencyCode": `"EUR"`, "amountMinor": string(back.values["amountMinor"]), "exchangeRate": "2"})
		b.Must(204, "DELETE", "billables/"+half, nil)
		amount("3333") // the same amount sent back is still the sum
		b.Must(200, "PATCH", one, `{"amountMinor":5}`)
		b.newBillable(invoice, "1", "100")
		amount("5")
		b.Must(200, "PATCH", one, `{"dueAt":"2023-12-01T00:00Z"}`)
		amount("5")
		b.Must(200, "PATCH", one, `{"amountMinor":null}`)
		amount("3433")
		b.Must(200, "PATCH", one, `{"amountMinor":0}`)
		amount("0")
		b.Must(200, "PUT", one, `{"currencyCode":"EUR"}`)
		amount("3433")
	})
}

// Row "invoice edits": of a FINALIZED invoice only paidAt changes, by PATCH, or
// by PUT when every other field is equal to the stored one.
func TestFinalizedInvoice(t *testing.T) {
	onEach(t, func(s *suite) {
		for name, amount := range map[string]string{"amount sent": "12000", "amount derived": ""} {
			s.run(name, func(s *suite) {
				b := s.books()
				body := raw{"contractId": quote(b.contract), "invoiceNumber": `"F-1"`, "currencyCode": `"EUR"`, "exchangeRate": "1.25", "dueAt": `"2023-12-01T00:00:00.000Z"`}
				if amount != "" {
					body["amountMinor"] = amount
				}
				id := b.Create("invoices", body)
				one := "invoices/" + id
				b.newBillable(id, "3", "100")
				final := b.Must(200, "POST", one+"/finalize", nil)
				put := raw{}
				for _, field := range []string{"invoiceNumber", "currencyCode", "exchangeRate", "dueAt", "amountMinor", "issuedAt"} {
					put[field] = string(dataOf(s.t, final).values[field])
				}
				same(s.t, final, b.Must(200, "PUT", one, put))
				paid := b.Must(200, "PATCH", one, `{"paidAt":"2023-12-24T10:00Z"}`)
				changedOnly(s.t, final, paid, "paidAt")
				unpaid := b.Must(200, "PUT", one, put)
				changedOnly(s.t, paid, unpaid, "paidAt")
				paid = b.Must(200, "PUT", one, put.with("paidAt", `"2023-12-25T10:00:00.000Z"`))
				changedOnly(s.t, unpaid, paid, "paidAt")
				for field, value := range map[string]string{"invoiceNumber": `"F-2"`, "currencyCode": `"USD"`, "exchangeRate": "1.26", "dueAt": `"2023-12-02T00:00Z"`, "amountMinor": "7", "issuedAt": `"2023-12-02T00:00Z"`} {
					conflict(s.t, b.Do("PATCH", one, raw{field: value}), "InvoiceFinalized", id)
					conflict(s.t, b.Do("PATCH", one, raw{field: value, "paidAt": "null"}), "InvoiceFinalized", id)
					conflict(s.t, b.Do("PUT", one, put.with(field, value)), "InvoiceFinalized", id)
					same(s.t, paid, b.Must(200, "PATCH", one, raw{field: put[field]}))
				}
				for _, field := range []string{"invoiceNumber", "exchangeRate", "dueAt", "issuedAt"} {
					conflict(s.t, b.Do("PUT", one, put.without(field)), "InvoiceFinalized", id)
					conflict(s.t, b.Do("PATCH", one, raw{field: "null"}), "InvoiceFinalized", id)
				}
				same(s.t, paid, b.Must(200, "PATCH", one, "{}"))
				stillAs(s.t, b.Client, one, paid)
				changedOnly(s.t, paid, b.Must(200, "PATCH", one, `{"paidAt":null}`), "paidAt")
			})
		}
	})
}

// Row "invoice edits": nothing of a VOID invoice changes.
func TestVoidInvoice(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		id, billable, _ := b.finalized("V-1")
		one := "invoices/" + id
		void := b.Must(200, "POST", one+"/void", nil)
		for _, body := range []string{`{"paidAt":"2023-12-24T10:00Z"}`, `{"invoiceNumber":"V-2"}`, `{"dueAt":"2023-12-24T10:00Z"}`} {
			conflict(s.t, b.Do("PATCH", one, body), "InvoiceVoid", id)
		}
		conflict(s.t, b.Do("PUT", one, `{"currencyCode":"EUR","invoiceNumber":"V-1"}`), "InvoiceVoid", id)
		conflict(s.t, b.Do("PATCH", "billables/"+billable, `{"quantity":7}`), "InvoiceVoid", id)
		conflict(s.t, b.Do("PUT", "billables/"+billable, `{"description":"x","quantity":7,"amountMinor":1,"currencyCode":"EUR","order":1}`), "InvoiceVoid", id)
		conflict(s.t, b.Do("DELETE", "billables/"+billable, nil), "InvoiceVoid", id)
		same(s.t, void, b.Must(200, "PATCH", one, "{}"))
		stillAs(s.t, b.Client, one, void)
	})
}

// Row "finalize / void": finalize takes a DRAFT and sets issuedAt unless it is
// set; void takes a FINALIZED one; anything else is 409. Both take no body.
func TestInvoiceStatus(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		id := b.newInvoice("S-1")
		one := "invoices/" + id
		conflict(s.t, b.Do("POST", one+"/void", nil), "InvoiceDraft", id)
		draft := b.Must(200, "GET", one, nil)
		refusal(s.t, b.Do("POST", one+"/finalize", nil, apitest.Header("If-Match", `"9"`)), 412, "PreconditionFailed", map[string]string{})
		invalid(s.t, b.Do("POST", one+"/finalize", `{"issuedAt":"2023-12-24T10:00Z"}`), map[string]string{"": "NotEmpty"})
		invalid(s.t, b.Do("POST", one+"/finalize", `[]`), map[string]string{"": "NotEmpty"})
		stillAs(s.t, b.Client, one, draft)
		final := b.Must(200, "POST", one+"/finalize", "{}", apitest.Header("If-Match", draft.Header.Get("ETag")))
		changedOnly(s.t, draft, final, "status", "issuedAt")
		got := dataOf(s.t, final)
		if got.str("status") != "FINALIZED" || got.str("issuedAt") != got.str("updatedAt") || final.Header.Get("Location") != "" {
			s.t.Errorf("finalized: %s", final.Body)
		}
		conflict(s.t, b.Do("POST", one+"/finalize", nil), "InvoiceFinalized", id)
		stillAs(s.t, b.Client, one, final)
		void := b.Must(200, "POST", one+"/void", nil)
		changedOnly(s.t, final, void, "status")
		conflict(s.t, b.Do("POST", one+"/void", nil), "InvoiceVoid", id)
		conflict(s.t, b.Do("POST", one+"/finalize", nil), "InvoiceVoid", id)

		dated := b.Create("invoices", raw{"contractId": quote(b.contract), "invoiceNumber": `"S-2"`, "currencyCode": `"EUR"`, "issuedAt": `"2020-02-29T00:00Z"`})
		if got := dataOf(s.t, b.Must(200, "POST", "invoices/"+dated+"/finalize", nil)).str("issuedAt"); got != "2020-02-29T00:00:00.000Z" {
			s.t.Errorf("issuedAt became %s", got)
		}
		refusal(s.t, b.Do("POST", "invoices/"+b.invoice+"/finalize", nil), 409, "NumberMissing", map[string]string{})
		stranger := s.user()
		for _, action := range []string{"finalize", "void"} {
			foreign, unknown := stranger.Do("POST", "invoices/"+dated+"/"+action, nil), stranger.Do("POST", "invoices/inv_000000000000000000000000/"+action, nil)
			refusal(s.t, foreign, 404, "NotFound", map[string]string{})
			if plainBody(foreign) != plainBody(unknown) {
				s.t.Errorf("%s of a foreign invoice answers %s, of an unknown one %s", action, foreign.Body, unknown.Body)
			}
		}
	})
}

// Row "finalize / void": of many at once, one does it.
func TestFinalizeAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		id := b.newInvoice("S-1")
		for _, action := range []string{"finalize", "void"} {
			answers := make([]*apitest.Answer, 8)
			atOnce(len(answers), func(i int) { answers[i] = b.Do("POST", "invoices/"+id+"/"+action, nil) })
			did := 0
			for _, a := range answers {
				if a.Status == 200 {
					did++
				} else if a.Status != 409 {
					s.t.Errorf("%s answered %d: %s", action, a.Status, a.Body)
				}
			}
			if did != 1 {
				s.t.Errorf("%d of 8 did %s, want one", did, action)
			}
		}
	})
}

// Row "finalize / void": voiding frees the time entries; the number stays used.
func TestVoidFreesEntries(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice, billable, entry := b.finalized("V-1")
		before := b.Must(200, "GET", "time-entries/"+entry, nil)
		stays := b.Must(200, "GET", "time-entries/"+b.entry, nil)
		b.Must(200, "POST", "invoices/"+invoice+"/void", nil)
		changedOnly(s.t, before, b.Must(200, "GET", "time-entries/"+entry, nil), "billable")
		stillAs(s.t, b.Client, "time-entries/"+b.entry, stays)
		b.Must(200, "GET", "billables/"+billable, nil)
		b.Must(200, "PATCH", "time-entries/"+entry, raw{"durationSeconds": "5", "billableId": quote(b.billable)})
		b.Must(204, "DELETE", "time-entries/"+entry, nil)
		refusal(s.t, b.Do("POST", "invoices", raw{"contractId": quote(b.contract), "invoiceNumber": `"V-1"`, "currencyCode": `"EUR"`}), 409, "NumberTaken", map[string]string{})
	})
}
