package stint

// Meta points at what every record has: where it came from and which version it is.
type Meta struct {
	ID        *string
	CreatedAt *Instant
	UpdatedAt *Instant
	Version   *int64
}

// Record is a noun that is stored.
type Record interface{ Meta() Meta }

// Validator is a noun with rules that cross its fields.
type Validator interface{ Validate() []Problem }

// Meta is the head of the record.
func (r *Tenant) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Client) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Contact) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Email) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Address) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Contract) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Project) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *TimeEntry) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Invoice) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }

// Meta is the head of the record.
func (r *Billable) Meta() Meta { return Meta{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.Version} }
