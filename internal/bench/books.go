//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"stint"
)

// books makes up two years of a contracting business: 5 clients, 10 contracts,
// 50 projects of which 10 are worked on at a time, and time entries that are all
// billed, 20 on a billable and 10 billables on an invoice.
type books struct {
	ids    *stint.IDs
	at     time.Time
	random *rand.Rand
	total  int // entries there will be
	made   int

	clients   []*stint.Client
	contracts []*stint.Contract
	projects  []*stint.Project
	billable  []counted // by project
	invoice   []counted // by contract
	invoices  int
}

// counted is something that takes a number of others.
type counted struct {
	id   string
	room int
}

const (
	clients, contracts, projects = 5, 10, 50
	atATime                      = 10 // projects
	perBillable, perInvoice      = 20, 10
	currency                     = "EUR"
)

// The newest day of the books. What the load adds is of a month before, so that
// the lists go on to begin with the same entries.
var (
	lastDay = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	loadDay = lastDay.AddDate(0, -1, 0).Format(time.DateOnly)
)

const days = 730

func newBooks(total int) *books {
	b := &books{
		at: lastDay.AddDate(0, 0, 1-days), random: rand.New(rand.NewPCG(1, 2)), total: total, // #nosec G404 -- the same books each time
		billable: make([]counted, projects), invoice: make([]counted, contracts),
	}
	b.ids = stint.NewIDs(b.tick, rand.NewChaCha8([32]byte{}))
	now := stint.InstantOf(b.at)
	for i := range clients {
		b.clients = append(b.clients, &stint.Client{ID: b.ids.New(stint.PrefixClient), Name: fmt.Sprintf("Client %d", i+1), CreatedAt: now, UpdatedAt: now, Version: 1})
	}
	for i := range contracts {
		b.contracts = append(b.contracts, &stint.Contract{
			ID: b.ids.New(stint.PrefixContract), Client: b.clients[i%clients].ID, Name: fmt.Sprintf("Contract %d", i+1),
			AmountMinor: 120_00, CurrencyCode: currency, CreatedAt: now, UpdatedAt: now, Version: 1})
	}
	for i := range projects {
		b.projects = append(b.projects, &stint.Project{
			ID: b.ids.New(stint.PrefixProject), Contract: b.contracts[i%contracts].ID, Name: fmt.Sprintf("Project %d", i+1), CreatedAt: now, UpdatedAt: now, Version: 1})
	}
	return b
}

// tick is a clock that goes on by itself: the same books have the same ids.
func (b *books) tick() time.Time {
	b.at = b.at.Add(time.Millisecond)
	return b.at
}

// next makes the next entry, and the invoice and billable it is the first on, if it is.
func (b *books) next() (e *stint.TimeEntry, line *stint.Billable, inv *stint.Invoice) {
	now := stint.InstantOf(b.at)
	p := b.made*(projects-atATime+1)/b.total + b.random.IntN(atATime)
	project, on := b.projects[p], &b.billable[p]
	if on.room == 0 {
		i := &b.invoice[p%contracts]
		if i.room == 0 {
			b.invoices++
			inv = &stint.Invoice{
				ID: b.ids.New(stint.PrefixInvoice), Contract: project.Contract, Status: stint.Finalized, InvoiceNumber: fmt.Sprintf("%06d", b.invoices), NumberAssigned: true,
				ExchangeRate: "1", CurrencyCode: currency, AmountMinor: 120_00 * perBillable * perInvoice, IssuedAt: &now, CreatedAt: now, UpdatedAt: now, Version: 1}
			*i = counted{inv.ID, perInvoice}
		}
		i.room--
		line = &stint.Billable{
			ID: b.ids.New(stint.PrefixBillable), Invoice: i.id, Description: "Development, " + project.Name, Quantity: "20", AmountMinor: 120_00, CurrencyCode: currency,
			CreatedAt: now, UpdatedAt: now, Version: 1}
		*on = counted{line.ID, perBillable}
	}
	on.room--
	billable, text, source, reference := on.id, "Implemented authentication flow.", "JIRA", fmt.Sprintf("PROJ-%d", b.random.IntN(5000))
	day := lastDay.AddDate(0, 0, 1-days+b.made*days/b.total)
	b.made++
	return &stint.TimeEntry{
		ID: b.ids.New(stint.PrefixTimeEntry), Project: project.ID, Billable: &billable, User: userID, Date: stint.Date(day.Format(time.DateOnly)),
		DurationSeconds: stint.Int53(900 * (1 + b.random.IntN(32))), Description: &text, ReferenceSource: &source, ReferenceID: &reference,
		CreatedAt: now, UpdatedAt: now, Version: 1}, line, inv
}
