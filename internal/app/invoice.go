package app

import (
	"context"
	"errors"
	"slices"

	"stint"
	"stint/internal/store"
)

func mustBeDraft(inv *stint.Invoice) error {
	switch inv.Status {
	case stint.Finalized:
		return stint.NewError(stint.Conflict, "InvoiceFinalized",
			"The invoice is finalized and can no longer change; only paidAt can. Void it if it was never sent.").With("invoice", inv.ID)
	case stint.Void:
		return stint.NewError(stint.Conflict, "InvoiceVoid",
			"The invoice is void and can no longer change. Create another one.").With("invoice", inv.ID)
	}
	return nil
}

// invoiceBefore fills in what the caller may leave out, and lets a finalized
// invoice change its payment only.
func invoiceBefore(tx *store.Tx, old, rec *stint.Invoice) error {
	if rec == nil {
		if err := mustBeDraft(old); err != nil {
			return err
		}
		return noChildren(tx, "invoice", old.ID, []store.Child{{Table: "billables", Column: "invoice_id"}})
	}
	if old == nil {
		rec.Status = stint.Draft
	}
	if rec.ExchangeRate == "" {
		rec.ExchangeRate = "1"
	}
	placeholder := stint.PlaceholderNumber(rec.ID)
	if rec.InvoiceNumber == "" {
		rec.InvoiceNumber = placeholder
	}
	rec.NumberAssigned = rec.InvoiceNumber != placeholder
	// A caller that sends back the sum it was answered has not set an amount.
	if old != nil && !old.AmountSent && rec.AmountMinor == old.AmountMinor {
		rec.AmountSent = false
	}
	if old == nil {
		if !rec.AmountSent {
			rec.AmountMinor = 0
		}
		return nil
	}
	changed := store.Invoices.Changed(old, rec)
	if len(changed) == 0 {
		return nil
	}
	if !(old.Status == stint.Finalized && slices.Equal(changed, []string{"paid_at"})) {
		if err := mustBeDraft(old); err != nil {
			return err
		}
	}
	if rec.CurrencyCode != old.CurrencyCode || !rec.AmountSent {
		lines, err := store.Billables.Where(tx, "invoice_id", rec.ID)
		if err != nil {
			return err
		}
		for _, b := range lines {
			if b.CurrencyCode != rec.CurrencyCode {
				return otherCurrency("/currencyCode", "The invoice has billables in "+b.CurrencyCode+"; delete them first, or keep the currency.")
			}
		}
		if !rec.AmountSent {
			return sumLines(rec, lines)
		}
	}
	return nil
}

func otherCurrency(pointer, message string) error {
	e := stint.NewError(stint.Unprocessable, "CurrencyMismatch", "An invoice and its billables have one currency.")
	e.Problems = []stint.Problem{{Pointer: pointer, Code: "CurrencyMismatch", Message: message}}
	return e
}

// sumLines sets the amount of an invoice whose caller did not: the sum of its rounded lines.
func sumLines(inv *stint.Invoice, lines []*stint.Billable) error {
	sum := int64(0)
	for _, b := range lines {
		n, err := b.LineMinor()
		if err == nil {
			sum, err = stint.AddMinor(sum, n)
		}
		if err != nil {
			return stint.NewError(stint.Unprocessable, "AmountOutOfRange",
				"The sum of the billables is more than 9007199254740991 minor units. Use smaller quantities or amounts, or several invoices.")
		}
	}
	inv.AmountMinor = stint.Int53(sum)
	return nil
}

// FinalizeInvoice makes a draft final: from then on only its payment changes.
func FinalizeInvoice(ctx context.Context, a *App, c *Call, id string, show Show) (*Answer, error) {
	return a.changeStatus(ctx, c, id, show, func(tx *store.Tx, inv *stint.Invoice) error {
		if err := mustBeDraft(inv); err != nil {
			return err
		}
		if !inv.NumberAssigned {
			return stint.NewError(stint.Conflict, "NumberMissing",
				"The invoice has no invoiceNumber yet. Set it by PATCH, then finalize.")
		}
		inv.Status = stint.Finalized
		if inv.IssuedAt == nil {
			now := tx.Now()
			inv.IssuedAt = &now
		}
		return nil
	})
}

// VoidInvoice takes back a finalized invoice that was never sent. Its number
// stays used; its time entries are free again.
func VoidInvoice(ctx context.Context, a *App, c *Call, id string, show Show) (*Answer, error) {
	return a.changeStatus(ctx, c, id, show, func(tx *store.Tx, inv *stint.Invoice) error {
		switch inv.Status {
		case stint.Draft:
			return stint.NewError(stint.Conflict, "InvoiceDraft", "The invoice is still a draft. Delete it instead.").With("invoice", inv.ID)
		case stint.Void:
			return mustBeDraft(inv)
		}
		inv.Status = stint.Void
		return freeEntries(tx, inv.ID)
	})
}

func freeEntries(tx *store.Tx, invoice string) error {
	entries, err := tx.EntriesOfInvoice(invoice)
	if err != nil {
		return err
	}
	for _, e := range entries {
		free(tx, e)
	}
	return nil
}

func free(tx *store.Tx, e *stint.TimeEntry) {
	old := e.Version
	e.Billable, e.Version, e.UpdatedAt = nil, old+1, max(tx.Now(), e.UpdatedAt)
	store.TimeEntries.Update(tx, e, old, []string{"billable_id"}, nil)
}

func (a *App) changeStatus(ctx context.Context, c *Call, id string, show Show, rule func(*store.Tx, *stint.Invoice) error) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		inv, err := store.Invoices.Lock(tx, id)
		if errors.Is(err, store.ErrNoRow) {
			return nil, stint.NoSuch("invoice")
		}
		if err != nil {
			return nil, err
		}
		if err := matches(c.IfMatch, inv.Version); err != nil {
			return nil, err
		}
		old := *inv
		if err := rule(tx, inv); err != nil {
			return nil, err
		}
		if err := Invoices.update(tx, &old, inv); err != nil {
			return nil, err
		}
		return Invoices.answer(tx, 200, inv, show)
	})
}
