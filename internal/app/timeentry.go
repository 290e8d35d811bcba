package app

import (
	"errors"

	"stint"
	"stint/internal/store"
)

// timeEntryBefore keeps billed time as it was billed: an entry of a finalized
// invoice is locked, and a billable takes entries of its own contract only.
func timeEntryBefore(tx *store.Tx, old, rec *stint.TimeEntry) error {
	if old != nil && rec != nil && len(store.TimeEntries.Changed(old, rec)) == 0 {
		return nil // what changes nothing is allowed, on a locked entry too
	}
	if old != nil && old.Billable != nil {
		inv, err := invoiceOfBillable(tx, *old.Billable)
		if err != nil {
			return err
		}
		if inv.Status != stint.Draft {
			return stint.NewError(stint.Conflict, "TimeEntryBilled",
				"The time entry is on a finalized invoice. Void or credit the invoice first, or log a new entry.").With("invoice", inv.ID)
		}
	}
	if rec == nil {
		return nil
	}
	if old == nil {
		rec.User = tx.User
	}
	if rec.Billable == nil || (old != nil && old.Billable != nil && *old.Billable == *rec.Billable) {
		return nil
	}
	if tx.Role != "" && tx.Role.Right(stint.AreaMoney).See != stint.Everybodys {
		e := stint.NewError(stint.Forbidden, "BillableForbidden", "The role "+string(tx.Role)+" does not see billables, and so cannot put time on one.")
		e.Problems = []stint.Problem{{Pointer: "/billableId", Code: "BillableForbidden", Message: "Leave it out."}}
		return e
	}
	contract, inv, err := contractAndInvoice(tx, rec)
	if err != nil {
		return err
	}
	if contract != inv.Contract {
		e := stint.NewError(stint.Unprocessable, "OtherContract", "The billable's invoice is under another contract than the entry's project.")
		e.Problems = []stint.Problem{{Pointer: "/billableId", Code: "OtherContract", Message: "Send a billable of an invoice under the project's contract, or leave it out."}}
		return e
	}
	return mustBeDraft(inv)
}

// contractAndInvoice are the contract of an entry's project and the invoice of
// its billable; the error tells of both when neither is there.
func contractAndInvoice(tx *store.Tx, rec *stint.TimeEntry) (contract string, inv *stint.Invoice, err error) {
	inv, err = invoiceOfBillable(tx, *rec.Billable)
	noBillable := errors.Is(err, store.ErrNoRow)
	if err != nil && !noBillable {
		return "", nil, err
	}
	contract, err = tx.ContractOfProject(rec.Project)
	noProject := errors.Is(err, store.ErrNoRow)
	switch {
	case err != nil && !noProject:
		return "", nil, err
	case noBillable && noProject:
		e := stint.BadReference("/projectId", "project")
		e.Problems = append(e.Problems, stint.BadReference("/billableId", "billable").Problems...)
		return "", nil, e
	case noBillable:
		return "", nil, stint.BadReference("/billableId", "billable")
	case noProject:
		return "", nil, stint.BadReference("/projectId", "project")
	}
	return contract, inv, nil
}

// invoiceOfBillable locks the invoice a billable is on, so that it cannot be
// finalized meanwhile.
func invoiceOfBillable(tx *store.Tx, billable string) (*stint.Invoice, error) {
	b, err := store.Billables.Get(tx, billable)
	if err != nil {
		return nil, err
	}
	return store.Invoices.Lock(tx, b.Invoice)
}
