// Package stint is the vocabulary of a contracting back office: from an hour
// worked to a legal invoice. Each noun has a file with its type and the rules
// that need nothing but their arguments.
//
//	tenant      a separate set of books; nothing is ever shared between two
//	user        a person who signs in; works in tenants through memberships
//	member      a user in a tenant
//	role        what a member may do: OWNER, ADMIN, MANAGER, ACCOUNTANT, MEMBER, CONTRACTOR
//	token       what a program shows to act as a user
//	scope       a bound on what a token may be used for: a resource, and read or write
//	client      who is billed
//	contact     a person at a client
//	email       an email address of a contact
//	address     a postal address of a contact
//	contract    what was agreed with a client: price, currency, term
//	project     work under a contract
//	time entry  work done on a project: a day and a duration
//	invoice     what a client owes under a contract: DRAFT, FINALIZED, VOID
//	billable    a line of an invoice; bills any number of time entries
//	event       one change of one resource, written with the change
//
// Words to avoid: customer (client), timesheet (time entry), line item
// (billable), account or workspace (tenant), bill (invoice), cancel (void).
//
// Amounts are integers in minor units of an ISO 4217 currency, instants are
// Unix milliseconds in UTC, days are calendar days without a time zone.
//
// The struct tags of a noun are read by internal/wire, once, for the OpenAPI
// document, the check of a request and the writing of an answer:
//
//	json      the name in answers
//	write     how a request may set it: the operations, of create, replace, patch
//	need      the operations in which a request must have it
//	as        the name in requests where it differs (`contract` is sent as `contractId`)
//	ref       the noun it refers to, which expand can put in its place
//	zero      "keep": written even when empty, because the contract says so
//
// and limits under their names in JSON Schema: minLength, maxLength, minimum,
// maximum, exclusiveMinimum, exclusiveMaximum, minItems, maxItems, enum, format,
// with doc and example. The limits of a list's length and its ref stand on the list.
// The order of the fields is the order of the answer.
package stint
