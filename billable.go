package stint

// Billable is a line of an invoice. It can bill any number of time entries.
type Billable struct {
	ID            string   `json:"id" example:"bil_eym9hcqlh1m7v3d36blf0vfx"`
	Invoice       string   `json:"invoice" as:"invoiceId" ref:"invoice"`
	Description   string   `json:"description" write:"create,replace,patch" need:"create,replace" example:"Development, October 2023"`
	Quantity      Decimal  `json:"quantity" write:"create,replace,patch" need:"create,replace" minimum:"0" example:"1.5" doc:"Up to 34 significant digits, kept exactly."`
	AmountMinor   Int53    `json:"amountMinor" write:"create,replace,patch" need:"create,replace" minimum:"0" example:"12000" doc:"Price of one unit in minor units of the currency."`
	CurrencyCode  string   `json:"currencyCode" write:"create,replace,patch" need:"create,replace" format:"currency" minLength:"3" maxLength:"3" example:"EUR" doc:"ISO 4217, upper case; the invoice's."`
	CreatedAt     Instant  `json:"createdAt"`
	UpdatedAt     Instant  `json:"updatedAt"`
	ReferenceType *string  `json:"referenceType" write:"create,replace,patch"`
	ReferenceID   *string  `json:"referenceId" write:"create,replace,patch"`
	Metadata      Metadata `json:"metadata" write:"create,replace,patch"`
	Order         *Int53   `json:"order" write:"create,replace,patch" need:"replace" minimum:"0" doc:"Place in lists; those without come last."`
	Version       int64    `json:"-"`
}

// Metadata is a free-form JSON object, kept as it was sent; nil when unset.
type Metadata []byte

// LineMinor is the amount of the line: quantity × price, rounded half away
// from zero to the minor unit, once.
func (r *Billable) LineMinor() (int64, error) { return r.Quantity.MulMinor(int64(r.AmountMinor)) }
