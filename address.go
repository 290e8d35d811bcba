package stint

// Address is a postal address of a contact. Region and the second line are
// always in the answer, empty when unset.
type Address struct {
	ID        string  `json:"id" example:"adr_ekq4ymw1nyyd4b6k6f5tg3t6"`
	Contact   string  `json:"contact" as:"contactId" ref:"contact" write:"create" need:"create"`
	Address1  string  `json:"address1" write:"create,replace,patch" need:"create,replace" minLength:"1" maxLength:"200" example:"Example Street 1"`
	Address2  string  `json:"address2" write:"create,replace,patch" zero:"keep" maxLength:"200"`
	Region    string  `json:"region" write:"create,replace,patch" zero:"keep" maxLength:"100"`
	Country   string  `json:"country" write:"create,replace,patch" need:"create,replace" minLength:"1" maxLength:"100" example:"Germany"`
	City      string  `json:"city" write:"create,replace,patch" need:"create,replace" minLength:"1" maxLength:"100" example:"Berlin"`
	Zip       string  `json:"zip" write:"create,replace,patch" need:"create,replace" example:"10115"`
	CreatedAt Instant `json:"createdAt"`
	UpdatedAt Instant `json:"updatedAt"`
	Order     *Int53  `json:"order" write:"create,replace,patch" minimum:"0" doc:"Place in lists; those without come last."`
	Version   int64   `json:"-"`
}
