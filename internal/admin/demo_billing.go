package admin

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"stint"
	"stint/internal/store"
)

// payment is an invoice that will be paid on a day.
type payment struct {
	invoice *stint.Invoice
	day     time.Time
}

// mistake is an invoice that will be taken back on a day, with what it billed.
type mistake struct {
	of      *agreement
	invoice *stint.Invoice
	billed  map[*job][]*stint.TimeEntry
	day     time.Time
}

// invoice bills, on the first working day of a month, each contract's work of
// the month before.
func (d *demo) invoice(day time.Time) error {
	if !firstWorkday(day) {
		return nil
	}
	d.at(day, 8, 10)
	last := !nextRun(day).Before(d.end)
	for _, a := range d.contracts {
		inv, billed, err := d.bill(a, day)
		if err != nil {
			return err
		}
		switch {
		case inv == nil:
		case last:
			last = false // one is still to be looked at by somebody
		case a.mistaken && a.invoiced == 3:
			d.finalize(a, inv, day)
			d.mistakes = append(d.mistakes, mistake{a, inv, billed, day.AddDate(0, 0, 2)})
		default:
			d.finalize(a, inv, day)
			d.expectPayment(a, inv)
		}
	}
	return nil
}

func firstWorkday(day time.Time) bool {
	for d := day.AddDate(0, 0, 1-day.Day()); d.Before(day); d = d.AddDate(0, 0, 1) {
		if workday(d) {
			return false
		}
	}
	return true
}

// nextRun is the day of the next invoices.
func nextRun(day time.Time) time.Time {
	for day = day.AddDate(0, 1, 1-day.Day()); !workday(day); {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// take gives the entries of a job before a day that are not billed, and keeps the others.
func (j *job) take(before stint.Date) (out []*stint.TimeEntry) {
	var rest []*stint.TimeEntry
	for _, e := range j.open {
		if e.Date < before {
			out = append(out, e)
		} else {
			rest = append(rest, e)
		}
	}
	j.open = rest
	return out
}

// bill writes a draft with a line for each project that had work before the
// month of day, and answers it with what it bills; nil when there was none.
func (d *demo) bill(a *agreement, day time.Time) (inv *stint.Invoice, billed map[*job][]*stint.TimeEntry, err error) {
	owner := d.people[0]
	first := day.AddDate(0, 0, 1-day.Day())
	billed = map[*job][]*stint.TimeEntry{}
	sum := int64(0)
	for _, j := range a.jobs {
		entries := j.take(stint.DateOf(first))
		if len(entries) == 0 {
			continue
		}
		if inv == nil {
			inv = draft(d.as(owner), &stint.Invoice{Contract: a.rec.ID, Status: stint.Draft, ExchangeRate: d.rate(a.currency), CurrencyCode: a.currency})
		}
		line, err := d.line(inv, a, j, entries, len(billed), first.AddDate(0, -1, 0))
		if err != nil {
			return nil, nil, err
		}
		n, err := line.LineMinor()
		if err != nil {
			return nil, nil, err
		}
		sum += n
		billed[j] = entries
	}
	if inv != nil {
		inv.AmountMinor = stint.Int53(sum)
		update(d.as(owner), store.Invoices, inv, "billables", "amount_minor")
	}
	return inv, billed, nil
}

// line writes a line for a project's entries, and puts it on them.
func (d *demo) line(inv *stint.Invoice, a *agreement, j *job, entries []*stint.TimeEntry, n int, month time.Time) (*stint.Billable, error) {
	quarters := int64(0)
	for _, e := range entries {
		quarters += int64(e.DurationSeconds) / quarter
	}
	hours, err := stint.ParseDecimal(strconv.FormatFloat(float64(quarters)/4, 'f', 2, 64))
	if err != nil {
		return nil, err
	}
	kind := "PROJECT"
	line := insert(d.as(d.people[0]), store.Billables, &stint.Billable{Invoice: inv.ID, Order: place(n),
		Description: j.name + ", " + month.Format("January 2006"), Quantity: hours, AmountMinor: a.hour, CurrencyCode: a.currency,
		ReferenceType: &kind, ReferenceID: &j.rec.ID, Metadata: fmt.Appendf(nil, `{"month":"%s","entries":%d}`, month.Format("2006-01"), len(entries))})
	tx := d.as(d.people[0])
	for _, e := range entries {
		e.Billable = &line.ID
		update(tx, store.TimeEntries, e, "billable_id")
	}
	return line, nil
}

// rate is about what a unit of the currency was in euros.
func (d *demo) rate(currency string) stint.Decimal {
	base, ok := demoRates[currency]
	if !ok {
		return "1"
	}
	r, err := stint.ParseDecimal(strconv.FormatFloat(base*(0.97+0.06*d.rnd.Float64()), 'f', 5, 64))
	if err != nil {
		return "1"
	}
	return r
}

func (d *demo) finalize(a *agreement, inv *stint.Invoice, day time.Time) {
	a.invoiced++
	d.numbers[day.Year()]++
	inv.InvoiceNumber, inv.NumberAssigned = fmt.Sprintf("%d-%04d", day.Year(), d.numbers[day.Year()]), true
	update(d.as(d.people[0]), store.Invoices, inv, "invoice_number", "number_assigned")
	tx := d.as(d.people[0])
	issued, due := tx.Now(), stint.InstantOf(day.AddDate(0, 0, a.termDays))
	inv.Status, inv.IssuedAt, inv.DueAt = stint.Finalized, &issued, &due
	update(tx, store.Invoices, inv, "status", "issued_at", "due_at")
}

// expectPayment plans when an invoice is paid: mostly before it is due.
func (d *demo) expectPayment(a *agreement, inv *stint.Invoice) {
	days := a.termDays - 1 - d.rnd.IntN(a.termDays/2)
	if d.chance(20) {
		days = a.termDays + 2 + d.rnd.IntN(18)
	}
	day := inv.IssuedAt.Time().Truncate(24*time.Hour).AddDate(0, 0, days)
	d.payments = append(d.payments, payment{inv, day})
}

// settle notes the payments that have come, and puts right what was a mistake.
func (d *demo) settle(day time.Time) error {
	d.at(day, 10, 0)
	d.payments = slices.DeleteFunc(d.payments, func(p payment) bool {
		if p.day.After(day) {
			return false
		}
		paid := stint.InstantOf(p.day)
		p.invoice.PaidAt = &paid
		update(d.as(d.people[0]), store.Invoices, p.invoice, "paid_at")
		return true
	})
	if len(d.mistakes) > 0 && !d.mistakes[0].day.After(day) {
		m := d.mistakes[0]
		d.mistakes = d.mistakes[1:]
		return d.correct(m, day)
	}
	return nil
}

// correct voids an invoice, which frees its entries, and bills them anew.
func (d *demo) correct(m mistake, day time.Time) error {
	tx := d.as(d.people[0])
	m.invoice.Status = stint.Void
	update(tx, store.Invoices, m.invoice, "status")
	for _, j := range m.of.jobs {
		for _, e := range m.billed[j] {
			e.Billable = nil
			update(tx, store.TimeEntries, e, "billable_id")
		}
		j.open = slices.Concat(m.billed[j], j.open)
	}
	inv, _, err := d.bill(m.of, day)
	if err != nil || inv == nil {
		return err
	}
	d.finalize(m.of, inv, day)
	d.expectPayment(m.of, inv)
	return nil
}
