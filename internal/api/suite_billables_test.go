package api_test

import (
	"fmt"
	"strings"
	"testing"

	"stint/internal/apitest"
)

const aLine = `{"description":"x","quantity":1,"amountMinor":1,"currencyCode":"EUR"}`

func lines(list ...string) string { return "[" + strings.Join(list, ",") + "]" }

func manyLines(n int) string {
	return lines(strings.Split(strings.Repeat(aLine+" ", n-1)+aLine, " ")...)
}

// Row "billables": one to a hundred, all or none; the answer is the list, in
// the order of the request.
func TestBillableBatch(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice := b.newInvoice("")
		batch := func(list string) *apitest.Answer {
			return b.Do("POST", "billables", raw{"invoiceId": quote(invoice), "billables": list})
		}
		before := b.Must(200, "GET", "invoices/"+invoice, nil)
		invalid(s.t, batch("[]"), map[string]string{"/billables": "TooFewItems"})
		invalid(s.t, batch(manyLines(101)), map[string]string{"/billables": "TooManyItems"})
		invalid(s.t, batch(aLine), map[string]string{"/billables": "WrongType"})
		invalid(s.t, batch(lines(aLine, "null", "1", "[]")), map[string]string{"/billables/1": "WrongType", "/billables/2": "WrongType", "/billables/3": "WrongType"})
		invalid(s.t, batch(lines(aLine, `{"description":"x"}`, aLine)), map[string]string{"/billables/1/quantity": "Required", "/billables/1/amountMinor": "Required", "/billables/1/currencyCode": "Required"})
		dollars := strings.Replace(aLine, "EUR", "USD", 1)
		refusal(s.t, batch(lines(aLine, dollars, aLine, dollars)), 422, "CurrencyMismatch", map[string]string{"/billables/1/currencyCode": "CurrencyMismatch", "/billables/3/currencyCode": "CurrencyMismatch"})
		huge := strings.Replace(aLine, `"amountMinor":1`, `"amountMinor":9007199254740991`, 1)
		refusal(s.t, batch(lines(huge, aLine)), 422, "AmountOutOfRange", map[string]string{})
		stillAs(s.t, b.Client, "invoices/"+invoice, before)
		sameIDs(s.t, "the lines after refusals", idsOf(s.t, b.Must(200, "GET", "billables?invoiceId="+invoice, nil)), nil)

		var hundred []string
		for i := range 100 {
			hundred = append(hundred, strings.Replace(aLine, `"x"`, fmt.Sprintf(`"line %d"`, i), 1))
		}
		a := batch(lines(hundred...))
		if a.Status != 201 || a.Header.Get("Location") != "/api/v1/billables?invoiceId="+invoice {
			s.t.Fatalf("100 lines: %d, Location %s: %.300s", a.Status, a.Header.Get("Location"), a.Body)
		}
		for i, row := range rowsOf(s.t, a) {
			if want := fmt.Sprintf("line %d", i); row.str("description") != want || row.str("invoice") != invoice {
				s.t.Errorf("place %d holds %s", i, row.str("description"))
			}
		}
		sameIDs(s.t, "the list", idsOf(s.t, b.Must(200, "GET", "billables?invoiceId="+invoice, nil)), idsOf(s.t, a))
		if got := b.Must(200, "GET", "invoices/"+invoice, nil).Str("data.amountMinor"); got != "100" {
			s.t.Errorf("the invoice is over %s, want 100", got)
		}
	})
}

// Row "billables": only those of a DRAFT can change. Row "409": the error
// names the state.
func TestBillablesOfFinalizedInvoices(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice, billable, _ := b.finalized("B-1")
		one := "billables/" + billable
		before := b.Must(200, "GET", one, nil)
		invoiceBefore := b.Must(200, "GET", "invoices/"+invoice, nil)
		conflict(s.t, b.Do("POST", "billables", raw{"invoiceId": quote(invoice), "billables": lines(aLine)}), "InvoiceFinalized", invoice)
		conflict(s.t, b.Do("PATCH", one, `{"quantity":3}`), "InvoiceFinalized", invoice)
		conflict(s.t, b.Do("PATCH", one, `{"metadata":{"a":1}}`), "InvoiceFinalized", invoice)
		conflict(s.t, b.Do("PUT", one, `{"description":"x","quantity":7,"amountMinor":1,"currencyCode":"EUR","order":1}`), "InvoiceFinalized", invoice)
		conflict(s.t, b.Do("DELETE", one, nil), "InvoiceFinalized", invoice)
		same(s.t, before, b.Must(200, "PATCH", one, "{}"))
		same(s.t, before, b.Must(200, "PATCH", one, `{"quantity":2.0}`))
		stillAs(s.t, b.Client, one, before)
		stillAs(s.t, b.Client, "invoices/"+invoice, invoiceBefore)
	})
}

// Row "billables": the currency must be the invoice's, from both sides.
func TestBillableCurrency(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		one, wrong := "billables/"+b.billable, map[string]string{"/currencyCode": "CurrencyMismatch"}
		before := b.Must(200, "GET", one, nil)
		refusal(s.t, b.Do("PATCH", one, `{"currencyCode":"USD"}`), 422, "CurrencyMismatch", wrong)
		refusal(s.t, b.Do("PUT", one, `{"description":"x","quantity":7,"amountMinor":1,"currencyCode":"USD","order":1}`), 422, "CurrencyMismatch", wrong)
		refusal(s.t, b.Do("PATCH", "invoices/"+b.invoice, `{"currencyCode":"USD"}`), 422, "CurrencyMismatch", wrong)
		refusal(s.t, b.Do("PUT", "invoices/"+b.invoice, `{"currencyCode":"USD"}`), 422, "CurrencyMismatch", wrong)
		stillAs(s.t, b.Client, one, before)
		empty := b.newInvoice("")
		b.Must(200, "PATCH", "invoices/"+empty, `{"currencyCode":"USD"}`)
		refusal(s.t, b.Do("POST", "billables", raw{"invoiceId": quote(empty), "billables": lines(aLine)}), 422, "CurrencyMismatch", map[string]string{"/billables/0/currencyCode": "CurrencyMismatch"})
	})
}

// Row "billables": a quantity of up to 34 digits is kept exactly, wherever it is read.
func TestExactQuantity(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		const exact = "0.1000000000000000000000000000000001"
		id := b.newBillable(b.invoice, exact, "1")
		entry := b.newEntry("2023-10-08", id)
		for _, path := range []string{"billables/" + id, "billables", "billables?limit=1000", "time-entries/" + entry + "?expand=billable"} {
			if a := b.Must(200, "GET", path, nil); !strings.Contains(string(a.Body), `"quantity":`+exact+",") {
				s.t.Errorf("%s does not hold the quantity %s: %s", path, exact, a.Body)
			}
		}
		same(s.t, b.Must(200, "GET", "billables/"+id, nil), b.Must(200, "PATCH", "billables/"+id, `{"quantity":`+exact+`0e0}`))
	})
}

// Row "billables": a result beyond 2^53-1 is refused, by whatever leads to it.
func TestAmountsOutOfRange(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice := b.newInvoice("")
		one := "billables/" + b.newBillable(invoice, "1", maxInt53)
		before := b.Must(200, "GET", "invoices/"+invoice, nil)
		if got := dataOf(s.t, before).str("amountMinor"); got != maxInt53 {
			s.t.Errorf("the invoice is over %s, want %s", got, maxInt53)
		}
		for _, quantity := range []string{"1.1", "2", "1e6000", "9999999999999999999999999999999999"} {
			refusal(s.t, b.Do("PATCH", one, raw{"quantity": quantity}), 422, "AmountOutOfRange", map[string]string{})
		}
		refusal(s.t, b.Do("POST", "billables", raw{"invoiceId": quote(invoice), "billables": lines(aLine)}), 422, "AmountOutOfRange", map[string]string{})
		stillAs(s.t, b.Client, "invoices/"+invoice, before)
		b.Must(200, "PATCH", one, `{"quantity":1e-6000}`)
	})
}

// Row "ETag": a billable's change bumps its invoice's version, so that whoever
// finalizes what he has read finalizes that.
func TestBillableBumpsInvoice(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		b.Must(200, "PATCH", "invoices/"+b.invoice, `{"invoiceNumber":"B-1","amountMinor":5}`)
		before := b.Must(200, "GET", "invoices/"+b.invoice, nil)
		bumped := func(what string, bumps bool) {
			s.t.Helper()
			s.t.Log("after", what)
			after := b.Must(200, "GET", "invoices/"+b.invoice, nil)
			if bumps {
				changedOnly(s.t, before, after)
				refusal(s.t, b.Do("POST", "invoices/"+b.invoice+"/finalize", nil, apitest.Header("If-Match", before.Header.Get("ETag"))), 412, "PreconditionFailed", map[string]string{})
			} else {
				same(s.t, before, after)
			}
			before = after
		}
		second := b.newBillable(b.invoice, "1", "1")
		bumped("POST", true)
		b.Must(200, "PATCH", "billables/"+second, `{"description":"y"}`)
		bumped("PATCH", true)
		b.Must(200, "PATCH", "billables/"+second, `{"description":"y"}`)
		bumped("PATCH of nothing", false)
		put := `{"description":"y","quantity":1,"amountMinor":1,"currencyCode":"EUR","order":3}`
		b.Must(200, "PUT", "billables/"+second, put)
		bumped("PUT", true)
		b.Must(200, "PUT", "billables/"+second, put)
		bumped("PUT of the same", false)
		b.Must(204, "DELETE", "billables/"+second, nil)
		bumped("DELETE", true)
		b.newEntry("2023-10-07", b.billable)
		bumped("a time entry on it", false)
	})
}

// Row "PATCH": metadata is merged, as the merge patch of the whole body wants
// it, and otherwise kept as it was sent.
func TestMetadataIsMerged(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		one := "billables/" + b.billable
		for _, step := range []struct{ patch, want string }{
			{`{"b": 1.50, "a": {"x": [1, null], "y": "\u00e9"}}`, `{"b":1.50,"a":{"x":[1, null],"y":"\u00e9"}}`},
			{`{}`, `{"b":1.50,"a":{"x":[1, null],"y":"\u00e9"}}`},
			{`{"a":{"x":null,"z":1e2}}`, `{"b":1.50,"a":{"y":"\u00e9","z":1e2}}`},
			{`{"b":null,"c":{"d":null,"e":{}}}`, `{"a":{"y":"\u00e9","z":1e2},"c":{"e":{}}}`},
			{`{"a":1}`, `{"a":1,"c":{"e":{}}}`},
			{`null`, ``},
			{`{"A":1,"a":2}`, `{"A":1,"a":2}`},
		} {
			got := string(dataOf(s.t, b.Must(200, "PATCH", one, raw{"metadata": step.patch})).values["metadata"])
			if squeeze(got) != squeeze(step.want) {
				s.t.Errorf("after the patch %s metadata is %s, want %s", step.patch, got, step.want)
			}
		}
		sent := `{"spaced" :  [ 1 , 2.0 ] , "é":"\ud834\udd1e"}`
		put := raw{"description": `"x"`, "quantity": "1", "amountMinor": "1", "currencyCode": `"EUR"`, "order": "1", "metadata": sent}
		if got := string(dataOf(s.t, b.Must(200, "PUT", one, put)).values["metadata"]); got != sent {
			s.t.Errorf("metadata is %s, want it as it was sent: %s", got, sent)
		}
	})
}

func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }
