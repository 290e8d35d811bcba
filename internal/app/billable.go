package app

import (
	"context"
	"errors"
	"strconv"

	"stint"
	"stint/internal/store"
)

// draftOf locks the invoice of billables and answers it when it is a draft.
func draftOf(tx *store.Tx, invoice string) (*stint.Invoice, error) {
	inv, err := store.Invoices.Lock(tx, invoice)
	if errors.Is(err, store.ErrNoRow) {
		return nil, stint.BadReference("/invoiceId", "invoice")
	}
	if err != nil {
		return nil, err
	}
	return inv, mustBeDraft(inv)
}

// touchInvoice gives an invoice whose billables changed a new version, and its
// new sum when the caller has not set the amount.
func touchInvoice(tx *store.Tx, inv *stint.Invoice) error {
	old, changed := *inv, []string{"billables"}
	lines, err := store.Billables.Where(tx, "invoice_id", inv.ID)
	if err != nil {
		return err
	}
	sum := *inv
	if err := sumLines(&sum, lines); err != nil {
		return err
	}
	if !inv.AmountSent {
		inv.AmountMinor = sum.AmountMinor
		changed = append(changed, store.Invoices.Changed(&old, inv)...)
	}
	inv.Version, inv.UpdatedAt = old.Version+1, max(tx.Now(), inv.UpdatedAt)
	store.Invoices.Update(tx, inv, old.Version, changed, nil)
	return nil
}

func currencyProblem(at string, b *stint.Billable, inv *stint.Invoice) *stint.Problem {
	if b.CurrencyCode == inv.CurrencyCode {
		return nil
	}
	return &stint.Problem{Pointer: at + "/currencyCode", Code: "CurrencyMismatch", Message: "The invoice is in " + inv.CurrencyCode + "; send that currency."}
}

func currencyMismatch(problems []stint.Problem) error {
	e := stint.NewError(stint.Unprocessable, "CurrencyMismatch", "An invoice and its billables have one currency.")
	e.Problems = problems
	return e
}

// CreateBillables adds lines to a draft: all of them or none.
func CreateBillables(ctx context.Context, a *App, c *Call, invoice string, lines []*stint.Billable, show Show) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		inv, err := draftOf(tx, invoice)
		if err != nil {
			return nil, err
		}
		var problems []stint.Problem
		for i, b := range lines {
			if p := currencyProblem("/billables/"+strconv.Itoa(i), b, inv); p != nil {
				problems = append(problems, *p)
			}
		}
		if len(problems) > 0 {
			return nil, currencyMismatch(problems)
		}
		for _, b := range lines {
			b.ID, b.Invoice, b.CreatedAt, b.UpdatedAt, b.Version = tx.NewID(stint.PrefixBillable), invoice, tx.Now(), tx.Now(), 1
			store.Billables.Insert(tx, b, nil)
		}
		if err := touchInvoice(tx, inv); err != nil {
			return nil, err
		}
		exp, err := Billables.expand(tx, lines, show.Expand)
		if err != nil {
			return nil, err
		}
		return func() *Answer {
			location := "/api/v1/billables?invoiceId=" + invoice
			if len(lines) == 1 {
				location = "/api/v1/billables/" + lines[0].ID
			}
			return &Answer{Status: 201, Location: location, Body: show.Body(lines, exp)}
		}, nil
	})
}

// ChangeBillable replaces or patches a line of a draft.
func ChangeBillable(ctx context.Context, a *App, c *Call, id string, apply func(*stint.Billable) []stint.Problem, show Show) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		b, err := store.Billables.GetToChange(tx, id)
		if err != nil {
			return nil, Billables.noSuch(err)
		}
		if err := matches(c.IfMatch, b.Version); err != nil {
			return nil, err
		}
		old := *b
		if problems := apply(b); len(problems) > 0 {
			return nil, stint.InvalidBody(problems)
		}
		if len(store.Billables.Changed(&old, b)) > 0 {
			inv, err := draftOf(tx, b.Invoice)
			if err != nil {
				return nil, err
			}
			if p := currencyProblem("", b, inv); p != nil {
				return nil, currencyMismatch([]stint.Problem{*p})
			}
			if err := Billables.update(tx, &old, b); err != nil {
				return nil, err
			}
			if err := touchInvoice(tx, inv); err != nil {
				return nil, err
			}
		}
		return Billables.answer(tx, 200, b, show)
	})
}

// DeleteBillable removes a line of a draft and frees its time entries.
func DeleteBillable(ctx context.Context, a *App, c *Call, id string) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		b, err := store.Billables.GetToChange(tx, id)
		if err != nil {
			return nil, Billables.noSuch(err)
		}
		if err := matches(c.IfMatch, b.Version); err != nil {
			return nil, err
		}
		inv, err := draftOf(tx, b.Invoice)
		if err != nil {
			return nil, err
		}
		entries, err := store.TimeEntries.Where(tx, "billable_id", b.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			free(tx, e)
		}
		store.Billables.Delete(tx, b, func(*store.ConstraintError) error { return store.ErrRace })
		if err := touchInvoice(tx, inv); err != nil {
			return nil, err
		}
		return func() *Answer { return &Answer{Status: 204} }, nil
	})
}

// ReorderBillables sets the order of a draft's lines.
func ReorderBillables(ctx context.Context, a *App, c *Call, invoice string, ids []string, body func([]string) []byte) (*Answer, error) {
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		inv, err := draftOf(tx, invoice)
		if err != nil {
			return nil, err
		}
		all, moved, err := Billables.reorder(tx, invoice, ids, func(b *stint.Billable) **stint.Int53 { return &b.Order })
		if err == nil && moved {
			err = touchInvoice(tx, inv)
		}
		if err != nil {
			return nil, err
		}
		return func() *Answer { return &Answer{Status: 200, Body: body(all)} }, nil
	})
}
