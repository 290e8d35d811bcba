package api_test

// The pieces that several resources have.
var (
	orderField       = fieldSpec{name: "order", is: whole(false), sample: "7", other: "3"}
	externalKeyField = fieldSpec{name: "externalKey", is: text(1, 255), sample: `"ext-1"`, other: `"ext-2"`, ours: true, unique: true}
	archivedField    = fieldSpec{name: "archivedAt", is: instant(), sample: `"2023-01-01T00:00:00.000Z"`, other: `"2023-06-01T00:00:00.000Z"`, ours: true}
	nameField        = fieldSpec{name: "name", is: text(1, 255), need: "create,replace", sample: `"Name"`, other: `"Other"`}
)

const plain = "replace,patch,delete,reorder"

// specs are all resources, parents before children.
var specs = []*spec{
	{
		noun: "Tenant", path: "tenants", prefix: "tnt", can: "patch", outside: true, newestFirst: true, sorts: []string{"name"},
		fields: []fieldSpec{
			{name: "name", is: text(1, 255), need: "create", sample: `"Name"`, other: `"Other"`},
			{name: "description", is: text(0, 0), sample: `"Words"`, other: `""`},
		},
	},
	{
		noun: "Client", path: "clients", prefix: "clnt", can: plain, sorts: []string{"archivedAt", "description", "externalKey", "name", "order"}, tail: []string{"externalKey", "archivedAt"},
		fields: []fieldSpec{nameField, {name: "description", is: text(0, 1024), sample: `"Words"`, other: `""`}, orderField, externalKeyField, archivedField},
	},
	{
		noun: "Contact", path: "contacts", prefix: "con", can: plain, sorts: []string{"isDefault", "name", "order", "salutation"},
		expands: []string{"client", "emails", "addresses"}, parents: []string{"clientId"}, siblings: "clientId",
		fields: []fieldSpec{
			{name: "clientId", shown: "client", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.client) }},
			nameField,
			{name: "isDefault", is: boolean(), need: "create,replace", sample: "false", other: "true"},
			{name: "salutation", is: text(0, 50), sample: `"Dr."`, other: `""`},
			{name: "order", is: whole(false), need: replace, sample: "7", other: "3"},
		},
	},
	{
		noun: "Email", path: "emails", prefix: "eml", can: plain, sorts: []string{"address", "order"},
		expands: []string{"contact", "contact.client"}, parents: []string{"contactId"}, siblings: "contactId",
		fields: []fieldSpec{
			{name: "contactId", shown: "contact", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.contact) }},
			{name: "address", is: mailbox(), need: "create,replace", sample: `"a@example.org"`, other: `"b@example.org"`},
			orderField,
		},
	},
	{
		noun: "Address", path: "addresses", prefix: "adr", can: plain, sorts: []string{"address1", "address2", "city", "country", "order", "region", "zip"},
		expands: []string{"contact", "contact.client"}, parents: []string{"contactId"}, siblings: "contactId",
		fields: []fieldSpec{
			{name: "contactId", shown: "contact", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.contact) }},
			{name: "address1", is: text(1, 200), need: "create,replace", sample: `"Street 1"`, other: `"Street 2"`},
			{name: "address2", is: text(0, 200), sample: `"Back door"`, other: `"Front door"`, unset: `""`},
			{name: "region", is: text(0, 100), sample: `"North"`, other: `"South"`, unset: `""`},
			{name: "country", is: text(1, 100), need: "create,replace", sample: `"DE"`, other: `"FR"`},
			{name: "city", is: text(1, 100), need: "create,replace", sample: `"Berlin"`, other: `"Paris"`},
			{name: "zip", is: text(0, 0), need: "create,replace", sample: `"10115"`, other: `"75001"`},
			orderField,
		},
	},
	{
		noun: "Contract", path: "contracts", prefix: "ctr", can: plain, sorts: []string{"amountMinor", "archivedAt", "currencyCode", "description", "externalKey", "name", "order", "validFrom", "validTo"}, tail: []string{"externalKey", "archivedAt"},
		expands: []string{"client"}, parents: []string{"clientId"},
		fields: []fieldSpec{
			{name: "clientId", shown: "client", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.client) }},
			nameField,
			{name: "amountMinor", is: whole(false), need: "create,replace", sample: "12000", other: "0"},
			{name: "currencyCode", is: currency("EUR", "JPY", "KWD", "DEM", "XXX"), need: "create,replace", sample: `"EUR"`, other: `"USD"`},
			{name: "description", is: text(0, 0), sample: `"Words"`, other: `""`},
			orderField,
			{name: "validFrom", is: instant(), sample: `"2023-01-01T00:00:00.000Z"`, other: `"2023-06-01T00:00:00.000Z"`},
			{name: "validTo", is: instant(), sample: `"2023-12-31T00:00:00.000Z"`, other: `"2024-12-31T00:00:00.000Z"`},
			externalKeyField, archivedField,
		},
	},
	{
		noun: "Project", path: "projects", prefix: "prj", can: plain, sorts: []string{"archivedAt", "contract.name", "description", "externalKey", "name", "order"}, tail: []string{"externalKey", "archivedAt"},
		expands: []string{"contract", "contract.client"}, parents: []string{"contractId"}, siblings: "contractId",
		fields: []fieldSpec{
			{name: "contractId", shown: "contract", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.contract) }},
			nameField,
			{name: "description", is: text(0, 1024), sample: `"Words"`, other: `""`},
			orderField, externalKeyField, archivedField,
		},
	},
	{
		noun: "Invoice", path: "invoices", prefix: "inv", can: "replace,patch,delete", newestFirst: true,
		sorts:   []string{"amountMinor", "currencyCode", "dueAt", "invoiceNumber", "issuedAt", "paidAt", "status"},
		expands: []string{"contract", "contract.client"}, parents: []string{"contractId"}, tail: []string{"numberAssigned"},
		fields: []fieldSpec{
			{name: "contractId", shown: "contract", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.contract) }},
			{name: "invoiceNumber", is: text(1, 255), looser: true, sample: `"2023-1"`, other: `"2023-2"`, unset: "*", unique: true},
			{name: "exchangeRate", is: decimal(), looser: true, sample: "1.25", other: "2", unset: "1"},
			{name: "currencyCode", is: currency("EUR", "JPY", "KWD", "DEM", "XXX"), need: "create,replace", sample: `"EUR"`, other: `"USD"`},
			{name: "amountMinor", is: whole(false), looser: true, sample: "12000", other: "5", unset: "0"},
			{name: "issuedAt", is: instant(), sample: `"2023-10-01T00:00:00.000Z"`, other: `"2023-10-02T00:00:00.000Z"`},
			{name: "dueAt", is: instant(), sample: `"2023-11-01T00:00:00.000Z"`, other: `"2023-11-02T00:00:00.000Z"`},
			{name: "paidAt", is: instant(), sample: `"2023-12-01T00:00:00.000Z"`, other: `"2023-12-02T00:00:00.000Z"`},
		},
	},
	{
		noun: "Billable", path: "billables", prefix: "bil", can: plain, lines: true, sorts: []string{"amountMinor", "currencyCode", "description", "order", "referenceId", "referenceType"},
		expands: []string{"invoice", "invoice.contract", "invoice.contract.client"}, parents: []string{"invoiceId"}, siblings: "invoiceId",
		fields: []fieldSpec{
			{name: "invoiceId", shown: "invoice", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.invoice) }},
			{name: "description", is: text(0, 0), need: "create,replace", sample: `"Work"`, other: `""`},
			{name: "quantity", is: decimal(), need: "create,replace", sample: "0.5", other: "1.25"},
			{name: "amountMinor", is: whole(false), need: "create,replace", sample: "0", other: "12000"},
			{name: "currencyCode", is: currency("EUR"), need: "create,replace", sample: `"EUR"`, other: `"EUR"`},
			{name: "referenceType", is: text(0, 0), sample: `"TASK"`, other: `""`},
			{name: "referenceId", is: text(0, 0), sample: `"T-1"`, other: `""`},
			{name: "metadata", is: freeForm(), sample: `{"a":1}`, other: `{"a":2}`},
			{name: "order", is: whole(false), need: replace, sample: "7", other: "3"},
		},
	},
	{
		noun: "TimeEntry", path: "time-entries", prefix: "tsh", can: "replace,patch,delete", newestFirst: true, tail: []string{"externalKey", "user"},
		sorts: []string{"date", "description", "durationSeconds", "externalKey", "referenceId", "referenceSource"}, parents: []string{"projectId", "contractId", "clientId"},
		expands: []string{"project", "project.contract", "project.contract.client",
			"billable", "billable.invoice", "billable.invoice.contract", "billable.invoice.contract.client"},
		fields: []fieldSpec{
			{name: "projectId", shown: "project", is: reference(), need: create, only: create, sampleOf: func(b *books) string { return quote(b.project) }},
			{name: "billableId", shown: "billable", is: reference(), sampleOf: func(b *books) string { return quote(b.billable) }, unset: "null"},
			{name: "date", is: calendarDay(), need: "create,replace", sample: `"2023-10-05"`, other: `"2023-10-06"`},
			{name: "durationSeconds", is: whole(true), need: "create,replace", sample: "3600", other: "1"},
			{name: "description", is: text(0, 1024), sample: `"Words"`, other: `""`},
			{name: "referenceSource", is: text(0, 255), sample: `"JIRA"`, other: `""`},
			{name: "referenceId", is: text(0, 255), sample: `"PROJ-123"`, other: `""`},
			externalKeyField,
		},
	},
}
