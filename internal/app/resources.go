package app

import (
	"stint"
	"stint/internal/store"
)

// Clients is who is billed. Deleting one takes its contacts along.
var Clients = &Resource[stint.Client]{
	Table: store.Clients, Path: "clients",
	Children: []store.Child{{Table: "contracts", Column: "client_id"}},
	Before:   clientBefore,
}

// Contacts are people at clients.
var Contacts = &Resource[stint.Contact]{
	Table: store.Contacts, Path: "contacts", Parent: "clientId", ParentNoun: "client", Siblings: "client_id",
	LockParent: lockParent(store.Clients, "/clientId"),
	Before:     contactBefore, Loaded: contactLoaded,
	Expand: []string{"client", "emails", "addresses"},
	Shows: func(ids []string, c *stint.Contact, field string) []string {
		switch field {
		case "emails":
			return append(ids, c.Emails...)
		case "addresses":
			return append(ids, c.Addresses...)
		}
		return append(ids, c.Client)
	},
}

// Emails are email addresses of contacts.
var Emails = &Resource[stint.Email]{
	Table: store.Emails, Path: "emails", Parent: "contactId", ParentNoun: "contact", Siblings: "contact_id",
	LockParent: lockParent(store.Contacts, "/contactId"),
	Before: func(tx *store.Tx, old, rec *stint.Email) error {
		switch {
		case old == nil:
			return touchContact(tx, rec.Contact, "emails")
		case rec == nil || !sameOrder(old.Order, rec.Order):
			return touchContact(tx, old.Contact, "emails")
		}
		return nil
	},
	Expand: []string{"contact", "contact.client"},
	Shows:  func(ids []string, e *stint.Email, _ string) []string { return append(ids, e.Contact) },
}

// Addresses are postal addresses of contacts.
var Addresses = &Resource[stint.Address]{
	Table: store.Addresses, Path: "addresses", Parent: "contactId", ParentNoun: "contact", Siblings: "contact_id",
	LockParent: lockParent(store.Contacts, "/contactId"),
	Before: func(tx *store.Tx, old, rec *stint.Address) error {
		switch {
		case old == nil:
			return touchContact(tx, rec.Contact, "addresses")
		case rec == nil || !sameOrder(old.Order, rec.Order):
			return touchContact(tx, old.Contact, "addresses")
		}
		return nil
	},
	Expand: []string{"contact", "contact.client"},
	Shows:  func(ids []string, a *stint.Address, _ string) []string { return append(ids, a.Contact) },
}

// Contracts are what was agreed with clients.
var Contracts = &Resource[stint.Contract]{
	Table: store.Contracts, Path: "contracts", Parent: "clientId", ParentNoun: "client",
	Children: []store.Child{{Table: "projects", Column: "contract_id"}, {Table: "invoices", Column: "contract_id"}},
	Expand:   []string{"client"},
	Shows:    func(ids []string, c *stint.Contract, _ string) []string { return append(ids, c.Client) },
}

// Projects are work under contracts.
var Projects = &Resource[stint.Project]{
	Table: store.Projects, Path: "projects", Parent: "contractId", ParentNoun: "contract", Siblings: "contract_id",
	LockParent: lockParent(store.Contracts, "/contractId"),
	Children:   []store.Child{{Table: "time_entries", Column: "project_id"}},
	Expand:     []string{"contract", "contract.client"},
	Shows:      func(ids []string, p *stint.Project, _ string) []string { return append(ids, p.Contract) },
}

// TimeEntries are work done.
var TimeEntries = &Resource[stint.TimeEntry]{
	Table: store.TimeEntries, Path: "time-entries", Parent: "projectId", ParentNoun: "project",
	Before: timeEntryBefore, Owner: func(e *stint.TimeEntry) string { return e.User },
	Expand: []string{"project", "project.contract", "project.contract.client",
		"billable", "billable.invoice", "billable.invoice.contract", "billable.invoice.contract.client"},
	Shows: func(ids []string, e *stint.TimeEntry, field string) []string {
		switch {
		case field == "project":
			return append(ids, e.Project)
		case e.Billable != nil:
			return append(ids, *e.Billable)
		}
		return ids
	},
}

// Invoices are what clients owe. Their status decides what may change: see invoice.go.
var Invoices = &Resource[stint.Invoice]{
	Table: store.Invoices, Path: "invoices", Parent: "contractId", ParentNoun: "contract",
	Before: invoiceBefore,
	Expand: []string{"contract", "contract.client"},
	Shows:  func(ids []string, i *stint.Invoice, _ string) []string { return append(ids, i.Contract) },
}

// Billables are lines of invoices; they are written by functions of their own: see billable.go.
var Billables = &Resource[stint.Billable]{
	Table: store.Billables, Path: "billables", Parent: "invoiceId", ParentNoun: "invoice", Siblings: "invoice_id",
	LockParent: lockParent(store.Invoices, "/invoiceId"),
	Expand:     []string{"invoice", "invoice.contract", "invoice.contract.client"},
	Shows:      func(ids []string, b *stint.Billable, _ string) []string { return append(ids, b.Invoice) },
}

func sameOrder(a, b *stint.Int53) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
