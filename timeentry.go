package stint

// TimeEntry is work done on a project: a day and a duration. It is billed once
// it has a billable.
type TimeEntry struct {
	ID              string  `json:"id" example:"tsh_8f4d4gk1p9h2x0s7v3n5c1a9"`
	Project         string  `json:"project" as:"projectId" ref:"project" write:"create" need:"create"`
	Billable        *string `json:"billable" as:"billableId" ref:"billable" write:"create,replace,patch" zero:"keep" doc:"null while the entry is unbilled."`
	Date            Date    `json:"date" write:"create,replace,patch" need:"create,replace"`
	DurationSeconds Int53   `json:"durationSeconds" write:"create,replace,patch" need:"create,replace" exclusiveMinimum:"0" example:"3600"`
	CreatedAt       Instant `json:"createdAt"`
	UpdatedAt       Instant `json:"updatedAt"`
	Description     *string `json:"description" write:"create,replace,patch" maxLength:"1024" example:"Implemented authentication flow."`
	ReferenceSource *string `json:"referenceSource" write:"create,replace,patch" maxLength:"255" example:"JIRA"`
	ReferenceID     *string `json:"referenceId" write:"create,replace,patch" maxLength:"255" example:"PROJ-123"`
	ExternalKey     *string `json:"externalKey" write:"create,replace,patch" minLength:"1" maxLength:"255" doc:"The caller's own key, unique in the tenant."`
	User            string  `json:"user,omitempty" doc:"The user who wrote the entry."`
	Version         int64   `json:"-"`
}
