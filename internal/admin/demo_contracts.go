package admin

import (
	"time"

	"stint"
	"stint/internal/store"
)

// agree writes, on the first of a month, the clients and contracts that begin in it.
func (d *demo) agree(day time.Time) {
	if day.Day() != 1 {
		return
	}
	d.at(day, 7, 30)
	month := d.month(day)
	for i := range demoClients {
		c := &demoClients[i]
		if c.from() == month {
			d.client(c)
		}
	}
	for _, a := range d.contracts {
		if a.rec == nil && a.from == month {
			d.contract(a, day)
		}
	}
}

// client writes a client with its contacts, and notes its contracts.
func (d *demo) client(c *demoClient) {
	owner := d.people[0]
	rec := insert(d.as(owner), store.Clients, &stint.Client{Name: c.name, Description: &c.about, Order: place(d.clients), ExternalKey: &c.key})
	d.clients++
	for n, person := range c.contacts {
		contact := &stint.Contact{Client: rec.ID, Name: person.name, IsDefault: n == 0, Order: place(n)}
		if person.salutation != "" {
			contact.Salutation = &person.salutation
		}
		insert(d.as(owner), store.Contacts, contact)
		for i, address := range person.emails {
			insert(d.as(owner), store.Emails, &stint.Email{Contact: contact.ID, Address: address, Order: place(i)})
		}
		for i, a := range person.addresses {
			a.Contact, a.Order = contact.ID, place(i)
			insert(d.as(owner), store.Addresses, &a)
		}
	}
	for _, k := range c.contracts {
		d.contracts = append(d.contracts, &agreement{demoContract: k, client: rec.ID})
	}
}

// contract writes a contract and its projects.
func (d *demo) contract(a *agreement, day time.Time) {
	owner := d.people[0]
	from := stint.InstantOf(day)
	rec := &stint.Contract{Client: a.client, Name: a.name, AmountMinor: a.hour, CurrencyCode: a.currency, Description: &a.terms, ValidFrom: &from}
	if a.to > 0 {
		to := stint.InstantOf(d.start.AddDate(0, a.to, 0)) - 1
		rec.ValidTo = &to
	}
	a.rec = insert(d.as(owner), store.Contracts, rec)
	for n, p := range a.projects {
		project := &stint.Project{Contract: a.rec.ID, Name: p.name, Order: place(n)}
		if p.about != "" {
			project.Description = &p.about
		}
		insert(d.as(owner), store.Projects, project)
		a.jobs = append(a.jobs, &job{demoProject: p, of: a, rec: project, issues: map[*person]*issue{}, last: 20 + d.rnd.IntN(200)})
	}
}

func place(n int) *stint.Int53 {
	o := stint.Int53(n)
	return &o
}
