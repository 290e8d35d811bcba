package stint

// Tenant is a separate set of books. Everything but users and tokens belongs to one.
type Tenant struct {
	ID          string  `json:"id" example:"tnt_cx0o4i8f0g950ul9gijig905"`
	Name        string  `json:"name" write:"create,patch" need:"create" minLength:"1" maxLength:"255" example:"Northwind Consulting" doc:"Name of the company or person whose books these are."`
	CreatedAt   Instant `json:"createdAt"`
	UpdatedAt   Instant `json:"updatedAt"`
	Description *string `json:"description" write:"create,patch"`
	Version     int64   `json:"-"`
}
