package stint

// Contact is a person at a client. At most one of a client's contacts is the default.
type Contact struct {
	ID         string   `json:"id" example:"con_xlbg6ubfio7tzvsijyp5794c"`
	Client     string   `json:"client" as:"clientId" ref:"client" write:"create" need:"create"`
	Emails     []string `json:"emails" ref:"email" doc:"Ids in their order, or the emails themselves under expand=emails."`
	Addresses  []string `json:"addresses" ref:"address" doc:"Ids in their order, or the addresses themselves under expand=addresses."`
	Name       string   `json:"name" write:"create,replace,patch" need:"create,replace" minLength:"1" maxLength:"255" example:"Anna Schmidt"`
	IsDefault  bool     `json:"isDefault" write:"create,replace,patch" need:"create,replace" doc:"Setting it clears it on the client's other contacts."`
	CreatedAt  Instant  `json:"createdAt"`
	UpdatedAt  Instant  `json:"updatedAt"`
	Salutation *string  `json:"salutation" write:"create,replace,patch" maxLength:"50"`
	Order      *Int53   `json:"order" write:"create,replace,patch" need:"replace" minimum:"0" doc:"Place in lists; those without come last."`
	Version    int64    `json:"-"`
}
