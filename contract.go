package stint

// Contract is what was agreed with a client: a price in a currency, and a term.
type Contract struct {
	ID           string   `json:"id" example:"ctr_z23aoo8naxk68ewcr64tchh5"`
	Client       string   `json:"client" as:"clientId" ref:"client" write:"create" need:"create"`
	Name         string   `json:"name" write:"create,replace,patch" need:"create,replace" minLength:"1" maxLength:"255" example:"Maintenance 2023"`
	AmountMinor  Int53    `json:"amountMinor" write:"create,replace,patch" need:"create,replace" minimum:"0" example:"12000" doc:"Price of an hour in minor units of the currency."`
	CurrencyCode string   `json:"currencyCode" write:"create,replace,patch" need:"create,replace" format:"currency" minLength:"3" maxLength:"3" example:"EUR" doc:"ISO 4217, upper case."`
	CreatedAt    Instant  `json:"createdAt"`
	UpdatedAt    Instant  `json:"updatedAt"`
	Description  *string  `json:"description" write:"create,replace,patch"`
	Order        *Int53   `json:"order" write:"create,replace,patch" minimum:"0" doc:"Place in lists; those without come last."`
	ValidFrom    *Instant `json:"validFrom" write:"create,replace,patch"`
	ValidTo      *Instant `json:"validTo" write:"create,replace,patch" doc:"Not before validFrom."`
	ExternalKey  *string  `json:"externalKey" write:"create,replace,patch" minLength:"1" maxLength:"255" doc:"The caller's own key, unique in the tenant."`
	ArchivedAt   *Instant `json:"archivedAt" write:"create,replace,patch" doc:"From when on it is put away; without it, it is in use. Lists show it all the same, unless archived=false asks not to."`
	Version      int64    `json:"-"`
}

// Validate checks what crosses fields.
func (r *Contract) Validate() []Problem {
	if r.ValidFrom != nil && r.ValidTo != nil && *r.ValidFrom > *r.ValidTo {
		return []Problem{{Pointer: "/validTo", Code: "BeforeStart",
			Message: "validTo is before validFrom; send a later one, or leave it out."}}
	}
	return nil
}
