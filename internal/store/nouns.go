package store

import (
	"maps"

	"stint"
)

// The filters and orders that every list has.
func filters(own map[string]string) map[string]string {
	m := map[string]string{"createdAfter": "created_at > ?", "updatedAfter": "updated_at > ?", "ids": ""}
	maps.Copy(m, own)
	return m
}

func sorts(own map[string]string) map[string]string {
	m := map[string]string{"createdAt": "created_at", "updatedAt": "updated_at"}
	maps.Copy(m, own)
	return m
}

// nullsLast is how a list places what has no order.
const nullsLast = "COALESCE(sort_order, 9223372036854775807)"

// beginning is how a list sorts by a text that may have no limit: the key of a
// row goes into the cursor of the page after it. No text is as an empty one.
func beginning(column string) string { return "SUBSTR(COALESCE(" + column + ", ''), 1, 200)" }

// latest is how a list sorts by an instant that may not be there: as later than all.
func latest(column string) string { return "COALESCE(" + column + ", 9223372036854775807)" }

// archived are the filters of what can be put away.
func archived(own map[string]string) map[string]string {
	own["archived=true"], own["archived=false"] = "archived_at IS NOT NULL", "archived_at IS NULL"
	return filters(own)
}

var byOrder = []string{"order", "createdAt"}

// Clients is how clients are stored.
var Clients = define(Table[stint.Client]{
	Name: "clients", Noun: "client", Event: "client", Prefix: stint.PrefixClient,
	Cols: func(c *stint.Client) []Col {
		return []Col{{"id", &c.ID}, {"name", &c.Name}, {"description", &c.Description}, {"sort_order", &c.Order},
			{"external_key", &c.ExternalKey}, {"archived_at", &c.ArchivedAt}, {"created_at", &c.CreatedAt}, {"updated_at", &c.UpdatedAt}, {"version", &c.Version}}
	},
	Fold: func(c *stint.Client) string { return c.Name },
	Sort: sorts(map[string]string{"order": nullsLast, "description": beginning("description"), "externalKey": beginning("external_key"),
		"archivedAt": latest("archived_at")}),
	Default: byOrder,
	Filter:  archived(map[string]string{}),
})

// Contacts is how contacts are stored; their emails and addresses have tables of their own.
var Contacts = define(Table[stint.Contact]{
	Name: "contacts", Noun: "contact", Event: "contact", Prefix: stint.PrefixContact, Fixed: "client_id",
	Cols: func(c *stint.Contact) []Col {
		return []Col{{"id", &c.ID}, {"client_id", &c.Client}, {"name", &c.Name}, {"is_default", &c.IsDefault}, {"salutation", &c.Salutation},
			{"sort_order", &c.Order}, {"created_at", &c.CreatedAt}, {"updated_at", &c.UpdatedAt}, {"version", &c.Version}}
	},
	Fold: func(c *stint.Contact) string { return c.Name },
	Sort: sorts(map[string]string{"order": nullsLast, "salutation": beginning("salutation"),
		"isDefault": "CAST(CASE WHEN is_default THEN 1 ELSE 0 END AS BIGINT)"}),
	Default: byOrder,
	Filter:  filters(map[string]string{"clientId": "client_id = ?"}),
})

// Emails is how emails are stored.
var Emails = define(Table[stint.Email]{
	Name: "emails", Noun: "email", Event: "email", Prefix: stint.PrefixEmail, Fixed: "contact_id",
	Cols: func(e *stint.Email) []Col {
		return []Col{{"id", &e.ID}, {"contact_id", &e.Contact}, {"address", &e.Address}, {"sort_order", &e.Order},
			{"created_at", &e.CreatedAt}, {"updated_at", &e.UpdatedAt}, {"version", &e.Version}}
	},
	Sort:    sorts(map[string]string{"order": nullsLast, "address": "address"}),
	Default: byOrder,
	Filter:  filters(map[string]string{"contactId": "contact_id = ?"}),
})

// Addresses is how addresses are stored.
var Addresses = define(Table[stint.Address]{
	Name: "addresses", Noun: "address", Event: "address", Prefix: stint.PrefixAddress, Fixed: "contact_id",
	Cols: func(a *stint.Address) []Col {
		return []Col{{"id", &a.ID}, {"contact_id", &a.Contact}, {"address1", &a.Address1}, {"address2", &a.Address2}, {"region", &a.Region},
			{"country", &a.Country}, {"city", &a.City}, {"zip", &a.Zip}, {"sort_order", &a.Order},
			{"created_at", &a.CreatedAt}, {"updated_at", &a.UpdatedAt}, {"version", &a.Version}}
	},
	Sort: sorts(map[string]string{"order": nullsLast, "country": "country", "city": "city", "zip": beginning("zip"),
		"address1": beginning("address1"), "address2": beginning("address2"), "region": "region"}),
	Default: byOrder,
	Filter:  filters(map[string]string{"contactId": "contact_id = ?"}),
})

// Contracts is how contracts are stored.
var Contracts = define(Table[stint.Contract]{
	Name: "contracts", Noun: "contract", Event: "contract", Prefix: stint.PrefixContract, Fixed: "client_id",
	Cols: func(c *stint.Contract) []Col {
		return []Col{{"id", &c.ID}, {"client_id", &c.Client}, {"name", &c.Name}, {"amount_minor", &c.AmountMinor}, {"currency_code", &c.CurrencyCode},
			{"description", &c.Description}, {"sort_order", &c.Order}, {"valid_from", &c.ValidFrom}, {"valid_to", &c.ValidTo},
			{"external_key", &c.ExternalKey}, {"archived_at", &c.ArchivedAt}, {"created_at", &c.CreatedAt}, {"updated_at", &c.UpdatedAt}, {"version", &c.Version}}
	},
	Fold: func(c *stint.Contract) string { return c.Name },
	Sort: sorts(map[string]string{"order": nullsLast, "amountMinor": "amount_minor", "currencyCode": "currency_code",
		"description": beginning("description"), "validFrom": latest("valid_from"), "validTo": latest("valid_to"),
		"externalKey": beginning("external_key"), "archivedAt": latest("archived_at")}),
	Default: byOrder,
	Filter:  archived(map[string]string{"clientId": "client_id = ?"}),
})

// Projects is how projects are stored.
var Projects = define(Table[stint.Project]{
	Name: "projects", Noun: "project", Event: "project", Prefix: stint.PrefixProject, Fixed: "contract_id",
	Cols: func(p *stint.Project) []Col {
		return []Col{{"id", &p.ID}, {"contract_id", &p.Contract}, {"name", &p.Name}, {"description", &p.Description}, {"sort_order", &p.Order},
			{"external_key", &p.ExternalKey}, {"archived_at", &p.ArchivedAt}, {"created_at", &p.CreatedAt}, {"updated_at", &p.UpdatedAt}, {"version", &p.Version}}
	},
	Fold: func(p *stint.Project) string { return p.Name },
	Sort: sorts(map[string]string{"order": nullsLast, "description": beginning("description"), "externalKey": beginning("external_key"),
		"archivedAt": latest("archived_at"), "contract.name": `
		(SELECT c.name_fold FROM contracts c WHERE c.tenant_id = projects.tenant_id AND c.id = projects.contract_id)`}),
	Default: byOrder,
	Filter:  archived(map[string]string{"contractId": "contract_id = ?"}),
})

// TimeEntries is how time entries are stored. Their ids sort by creation, so
// the primary key answers a sort by createdAt.
var TimeEntries = define(Table[stint.TimeEntry]{
	Name: "time_entries", Noun: "time entry", Event: "time-entry", Prefix: stint.PrefixTimeEntry, Fixed: "project_id",
	Cols: func(e *stint.TimeEntry) []Col {
		return []Col{{"id", &e.ID}, {"project_id", &e.Project}, {"billable_id", &e.Billable}, {"user_id", &e.User}, {"day", &e.Date},
			{"duration_seconds", &e.DurationSeconds}, {"description", &e.Description}, {"reference_source", &e.ReferenceSource},
			{"reference_id", &e.ReferenceID}, {"external_key", &e.ExternalKey},
			{"created_at", &e.CreatedAt}, {"updated_at", &e.UpdatedAt}, {"version", &e.Version}}
	},
	Sort: sorts(map[string]string{"date": "day", "durationSeconds": "duration_seconds", "createdAt": "id", "description": beginning("description"),
		"referenceSource": beginning("reference_source"), "referenceId": beginning("reference_id"), "externalKey": beginning("external_key")}),
	Default: []string{"-date", "-createdAt"},
	Filter: filters(map[string]string{
		"projectId": "project_id = ?", "billableId": "billable_id = ?", "dateFrom": "day >= ?", "dateTo": "day <= ?",
		"contractId": "project_id IN (SELECT p.id FROM projects p WHERE p.tenant_id = $1 AND p.contract_id = ?)",
		"clientId": `project_id IN (SELECT p.id FROM projects p JOIN contracts c ON c.tenant_id = p.tenant_id AND c.id = p.contract_id
			WHERE p.tenant_id = $1 AND c.client_id = ?)`,
		"userId": "user_id = ?", "referenceSource": "reference_source = ?", "referenceId": "reference_id = ?",
		"billed=true": "billable_id IS NOT NULL", "billed=false": "billable_id IS NULL",
	}),
})

// Invoices is how invoices are stored.
var Invoices = define(Table[stint.Invoice]{
	Name: "invoices", Noun: "invoice", Event: "invoice", Prefix: stint.PrefixInvoice, Fixed: "contract_id",
	Cols: func(i *stint.Invoice) []Col {
		return []Col{{"id", &i.ID}, {"contract_id", &i.Contract}, {"status", &i.Status}, {"invoice_number", &i.InvoiceNumber},
			{"number_assigned", &i.NumberAssigned}, {"exchange_rate", &i.ExchangeRate}, {"currency_code", &i.CurrencyCode},
			{"amount_minor", &i.AmountMinor}, {"amount_sent", &i.AmountSent}, {"issued_at", &i.IssuedAt}, {"due_at", &i.DueAt},
			{"paid_at", &i.PaidAt}, {"created_at", &i.CreatedAt}, {"updated_at", &i.UpdatedAt}, {"version", &i.Version}}
	},
	Sort: sorts(map[string]string{"invoiceNumber": "invoice_number", "amountMinor": "amount_minor", "status": "status",
		"currencyCode": "currency_code", "issuedAt": latest("issued_at"), "dueAt": latest("due_at"), "paidAt": latest("paid_at")}),
	Default: []string{"-createdAt"},
	Filter:  filters(map[string]string{"contractId": "contract_id = ?", "status": "status = ?"}),
})

// Billables is how billables are stored.
var Billables = define(Table[stint.Billable]{
	Name: "billables", Noun: "billable", Event: "billable", Prefix: stint.PrefixBillable, Fixed: "invoice_id",
	Cols: func(b *stint.Billable) []Col {
		return []Col{{"id", &b.ID}, {"invoice_id", &b.Invoice}, {"description", &b.Description}, {"quantity", &b.Quantity},
			{"amount_minor", &b.AmountMinor}, {"currency_code", &b.CurrencyCode}, {"reference_type", &b.ReferenceType},
			{"reference_id", &b.ReferenceID}, {"metadata", &b.Metadata}, {"sort_order", &b.Order},
			{"created_at", &b.CreatedAt}, {"updated_at", &b.UpdatedAt}, {"version", &b.Version}}
	},
	Sort: sorts(map[string]string{"order": nullsLast, "amountMinor": "amount_minor", "description": beginning("description"),
		"currencyCode": "currency_code", "referenceType": beginning("reference_type"), "referenceId": beginning("reference_id")}),
	Default: byOrder,
	Filter:  filters(map[string]string{"invoiceId": "invoice_id = ?"}),
})
