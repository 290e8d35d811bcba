package store

import "stint"

// OldestUser is the user that was made first, or ErrNoRow.
func (g *GlobalTx) OldestUser() (*stint.User, error) {
	var u stint.User
	err := one(g.s, `SELECT id, name, email FROM users ORDER BY id LIMIT 1`, nil, &u.ID, &u.Name, &u.Email)
	return &u, err
}

// Tenant reads any tenant, for the operator, or ErrNoRow.
func (g *GlobalTx) Tenant(id string) (*stint.Tenant, error) {
	t := stint.Tenant{ID: id}
	err := one(g.s, `SELECT name, description, created_at, updated_at, version FROM tenants WHERE id = $1`, []any{id},
		&t.Name, &t.Description, &t.CreatedAt, &t.UpdatedAt, &t.Version)
	return &t, err
}

// Past is the transaction with another clock, other ids and another user: what
// is written through it reads, events included, as if that user had done it then.
func (tx *Tx) Past(at stint.Instant, ids *stint.IDs, user string) *Tx {
	db := *tx.db
	db.IDs = ids
	past := *tx
	past.db, past.now, past.User = &db, at, user
	return &past
}
