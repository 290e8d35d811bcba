package stint

import "strings"

// InvoiceStatus is where an invoice stands. It only moves forward.
type InvoiceStatus string

// The states of an invoice.
const (
	Draft     InvoiceStatus = "DRAFT"
	Finalized InvoiceStatus = "FINALIZED"
	Void      InvoiceStatus = "VOID"
)

// Invoice is what a client owes under a contract.
type Invoice struct {
	ID             string        `json:"id" example:"inv_mqxd1kc6bgtcc676xoqzax47"`
	Contract       string        `json:"contract" as:"contractId" ref:"contract" write:"create" need:"create"`
	Status         InvoiceStatus `json:"status" enum:"DRAFT,FINALIZED,VOID"`
	InvoiceNumber  string        `json:"invoiceNumber" write:"create,replace,patch" minLength:"1" maxLength:"255" example:"2023-0001" doc:"Unique in the tenant. A draft without one answers a placeholder."`
	ExchangeRate   Decimal       `json:"exchangeRate" write:"create,replace,patch" minimum:"0" example:"1" doc:"What one unit of the invoice's currency is in the tenant's base currency; 1 when left out."`
	CurrencyCode   string        `json:"currencyCode" write:"create,replace,patch" need:"create,replace" format:"currency" minLength:"3" maxLength:"3" example:"EUR" doc:"ISO 4217, upper case."`
	AmountMinor    Int53         `json:"amountMinor" write:"create,replace,patch" minimum:"0" doc:"In minor units of the currency. Left out: the sum of the billables."`
	CreatedAt      Instant       `json:"createdAt"`
	UpdatedAt      Instant       `json:"updatedAt"`
	IssuedAt       *Instant      `json:"issuedAt" write:"create,replace,patch"`
	DueAt          *Instant      `json:"dueAt" write:"create,replace,patch"`
	PaidAt         *Instant      `json:"paidAt" write:"create,replace,patch"`
	NumberAssigned bool          `json:"numberAssigned" doc:"false while invoiceNumber is a placeholder."`
	// AmountSent says that the caller set amountMinor; otherwise it is derived.
	AmountSent bool  `json:"-"`
	Version    int64 `json:"-"`
}

// PlaceholderNumber is what an invoice without a number answers in place of one.
func PlaceholderNumber(invoiceID string) string {
	return "DRAFT-" + strings.TrimPrefix(invoiceID, PrefixInvoice+"_")
}
