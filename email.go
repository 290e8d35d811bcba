package stint

// Email is an email address of a contact.
type Email struct {
	ID        string  `json:"id" example:"eml_vfj7s2ym02jvykrnbl9xufrt"`
	Contact   string  `json:"contact" as:"contactId" ref:"contact" write:"create" need:"create"`
	Address   string  `json:"address" write:"create,replace,patch" need:"create,replace" minLength:"1" maxLength:"200" format:"email" example:"anna@example.org"`
	CreatedAt Instant `json:"createdAt"`
	UpdatedAt Instant `json:"updatedAt"`
	Order     *Int53  `json:"order" write:"create,replace,patch" minimum:"0" doc:"Place in lists; those without come last."`
	Version   int64   `json:"-"`
}
