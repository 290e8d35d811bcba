package stint

// User is a person who acts in one or more tenants.
type User struct {
	ID    string  `json:"id" example:"usr_dt6vljbe6dy0rspxbenflryz"`
	Name  *string `json:"name" zero:"keep" example:"Anna Schmidt"`
	Email *string `json:"email" zero:"keep" format:"email" example:"anna@example.org"`
}

// Membership lets a user act in a tenant.
type Membership struct {
	TenantID string
	UserID   string
	Role     Role
}
