package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"stint"
	"stint/internal/wire"
)

// text is any string a field takes: no U+0000.
func text(t *rapid.T, label string, low, high int) string {
	chars := rapid.RuneFrom([]rune("aZ09 \"\\/<&\n\x7fé\u2028\ufeff\U0001F600~"))
	return rapid.StringOfN(chars, low, high, -1).Draw(t, label)
}

func maybe[T any](t *rapid.T, label string, draw func() T) *T {
	if rapid.Bool().Draw(t, label+"?") {
		v := draw()
		return &v
	}
	return nil
}

func maybeText(t *rapid.T, label string, low, high int) *string {
	return maybe(t, label, func() string { return text(t, label, low, high) })
}

func instant(t *rapid.T, label string) stint.Instant {
	return stint.Instant(rapid.Int64Range(-62167219200000, 253402300799999).Draw(t, label))
}

func int53(t *rapid.T, label string, low int64) stint.Int53 {
	return stint.Int53(rapid.Int64Range(low, stint.MaxInt53).Draw(t, label))
}

func decimal(t *rapid.T, label string) stint.Decimal {
	number := fmt.Sprintf("%d.%de%d", rapid.Uint64().Draw(t, label), rapid.Uint32().Draw(t, label), rapid.IntRange(-50, 50).Draw(t, label))
	d, err := stint.ParseDecimal(number)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func timeEntry(t *rapid.T) stint.TimeEntry {
	days := rapid.IntRange(0, 800_000).Draw(t, "days")
	return stint.TimeEntry{Project: text(t, "project", 0, 5), Billable: maybeText(t, "billable", 0, 5),
		Date: stint.Date("2000-02-29").AddDays(days), DurationSeconds: int53(t, "duration", 1),
		Description: maybeText(t, "description", 0, 30), ReferenceSource: maybeText(t, "source", 0, 5),
		ReferenceID: maybeText(t, "reference", 0, 5), ExternalKey: maybeText(t, "key", 1, 20)}
}

func invoice(t *rapid.T) stint.Invoice {
	some := func(label string) *stint.Instant {
		return maybe(t, label, func() stint.Instant { return instant(t, label) })
	}
	return stint.Invoice{Contract: text(t, "contract", 0, 5), InvoiceNumber: text(t, "number", 1, 20), ExchangeRate: decimal(t, "rate"),
		CurrencyCode: rapid.SampledFrom([]string{"EUR", "JPY", "DEM"}).Draw(t, "currency"), AmountMinor: int53(t, "amount", 0),
		IssuedAt: some("issued"), DueAt: some("due"), PaidAt: some("paid")}
}

// TestAppendIsReadByOthers: encoding/json reads back what Append wrote.
func TestAppendIsReadByOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entry := timeEntry(t)
		entry.ID, entry.User = text(t, "id", 0, 5), text(t, "user", 0, 5)
		entry.CreatedAt, entry.UpdatedAt = instant(t, "created"), instant(t, "updated")
		same(t, entry)
		bill := invoice(t)
		bill.Status, bill.NumberAssigned = stint.Draft, rapid.Bool().Draw(t, "assigned")
		same(t, bill)
		ids := rapid.SliceOf(rapid.StringN(0, 4, -1))
		same(t, stint.Contact{Emails: ids.Draw(t, "emails"), Addresses: append([]string{}, ids.Draw(t, "addresses")...),
			IsDefault: rapid.Bool().Draw(t, "default"), Order: maybe(t, "order", func() stint.Int53 { return int53(t, "order", 0) })})
	})
}

func same[T any](t *rapid.T, want T) {
	t.Helper()
	text := wire.Of[T]().Append(nil, &want, nil)
	var got T
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%s: %s", err, text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s\n%s", text, diff)
	}
}

// TestDecodeGivesBack: a valid body of a record, whatever its order, its
// spelling and its nulls, gives the record, by every operation.
func TestDecodeGivesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entry := timeEntry(t)
		decodesTo(t, entry, map[string]any{"projectId": entry.Project, "billableId": entry.Billable, "date": entry.Date,
			"durationSeconds": entry.DurationSeconds, "description": entry.Description, "referenceSource": entry.ReferenceSource,
			"referenceId": entry.ReferenceID, "externalKey": entry.ExternalKey})
		bill := invoice(t)
		decodesTo(t, bill, map[string]any{"contractId": bill.Contract, "invoiceNumber": bill.InvoiceNumber,
			"exchangeRate": bill.ExchangeRate, "currencyCode": bill.CurrencyCode, "amountMinor": bill.AmountMinor,
			"issuedAt": bill.IssuedAt, "dueAt": bill.DueAt, "paidAt": bill.PaidAt})
	})
}

func decodesTo[T any](t *rapid.T, want T, members map[string]any) {
	t.Helper()
	names := rapid.Permutation(slices.Sorted(maps.Keys(members))).Draw(t, "order")
	body := []byte("{")
	for _, name := range names {
		value, err := json.Marshal(members[name])
		if err != nil {
			t.Fatal(err)
		}
		if string(value) == "null" && rapid.Bool().Draw(t, "leave out") {
			continue
		}
		if len(body) > 1 {
			body = append(body, ",\n"...)
		}
		if rapid.Bool().Draw(t, "escape") {
			body = fmt.Appendf(body, `"\u%04x%s"`, name[0], name[1:])
		} else {
			body = wire.AppendString(body, name)
		}
		body = append(append(body, " : "...), value...)
	}
	body = append(body, '}')
	sent := bytes.Clone(body)

	var got T
	problems := wire.Of[T]().Decode(body, wire.Create, &got, "")
	clear(body)
	if problems != nil {
		t.Fatalf("%s\n%+v", sent, problems)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s\n%s", sent, diff)
	}
}
