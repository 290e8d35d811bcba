package stint

// InvoiceDocument is what a renderer needs to print an invoice, and nothing
// else: plain data, gathered beforehand, so that rendering reads nothing.
type InvoiceDocument struct {
	// Tenant is the name of the seller.
	Tenant string
	// Client is the name of the recipient.
	Client string
	// Contact is the person at the client, with the salutation if there is one;
	// empty when the client has no default contact.
	Contact string
	// Address is the first postal address of that contact, a string for each
	// line from street to country; empty when there is none.
	Address []string
	// Contract is the name of the contract.
	Contract string
	Invoice  Invoice
	// Lines are the invoice's billables in the order of printing. Without any,
	// the invoice's amount is a lump sum.
	Lines []Billable
}
