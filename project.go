package stint

// Project is work under a contract.
type Project struct {
	ID          string   `json:"id" example:"prj_8f4d4gk1p9h2x0s7v3n5c1a9"`
	Contract    string   `json:"contract" as:"contractId" ref:"contract" write:"create" need:"create"`
	Name        string   `json:"name" write:"create,replace,patch" need:"create,replace" minLength:"1" maxLength:"255" example:"Website"`
	CreatedAt   Instant  `json:"createdAt"`
	UpdatedAt   Instant  `json:"updatedAt"`
	Description *string  `json:"description" write:"create,replace,patch" maxLength:"1024"`
	Order       *Int53   `json:"order" write:"create,replace,patch" minimum:"0" doc:"Place in lists; those without come last."`
	ExternalKey *string  `json:"externalKey" write:"create,replace,patch" minLength:"1" maxLength:"255" doc:"The caller's own key, unique in the tenant."`
	ArchivedAt  *Instant `json:"archivedAt" write:"create,replace,patch" doc:"From when on it is put away; without it, it is in use. Lists show it all the same, unless archived=false asks not to."`
	Version     int64    `json:"-"`
}
