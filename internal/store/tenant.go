package store

import "stint"

// Tenants is how tenants are stored. The table is global: its statements name
// the caller, not the tenant.
var Tenants = define(Table[stint.Tenant]{
	Name: "tenants", Noun: "tenant", Event: "tenant", Prefix: stint.PrefixTenant,
	Cols: func(t *stint.Tenant) []Col {
		return []Col{{"id", &t.ID}, {"name", &t.Name}, {"description", &t.Description},
			{"created_at", &t.CreatedAt}, {"updated_at", &t.UpdatedAt}, {"version", &t.Version}}
	},
	Sort:    sorts(map[string]string{"name": "name_fold"}),
	Default: []string{"-createdAt"},
	Filter:  filters(map[string]string{"search": `name_fold LIKE ? ESCAPE '\'`}),
	Scope:   "id IN (SELECT m.tenant_id FROM memberships m WHERE m.user_id = $1)",
})

// InsertTenant writes a new tenant with its event.
func (tx *Tx) InsertTenant(t *stint.Tenant) error {
	_, err := tx.s.exec(`
		INSERT INTO tenants (id, name, name_fold, description, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		[]any{t.ID, t.Name, Fold(t.Name), value(&t.Description), int64(t.CreatedAt), int64(t.UpdatedAt), t.Version})
	tx.event("tenant.created", t.ID, t.Version, nil)
	return err
}

// Self reads the transaction's own tenant.
func (tx *Tx) Self() (*stint.Tenant, error) {
	var t stint.Tenant
	err := tx.row(`SELECT id, name, description, created_at, updated_at, version FROM tenants WHERE id = $1`, nil,
		&t.ID, &t.Name, &t.Description, &t.CreatedAt, &t.UpdatedAt, &t.Version)
	return &t, err
}

// LockSelf holds the transaction's own tenant until the commit, for what is
// ordered across the whole tenant.
func (tx *Tx) LockSelf() error {
	_, err := tx.exec(`UPDATE tenants SET version = version WHERE id = $1`)
	return err
}

// UpdateSelf writes the transaction's own tenant over its version old.
func (tx *Tx) UpdateSelf(t *stint.Tenant, old int64, changed []string) {
	tx.queue(statement{sql: `
		UPDATE tenants SET name = $2, name_fold = $3, description = $4, updated_at = $5, version = $6 WHERE id = $1 AND version = $7`,
		args: []any{t.Name, Fold(t.Name), value(&t.Description), int64(t.UpdatedAt), t.Version, old}, rows: oneRow})
	tx.event("tenant.updated", t.ID, t.Version, changed)
}

// ListTenants reads the tenants of a user, newest first unless sorted, in one statement.
func (g *GlobalTx) ListTenants(user string, q ListQuery, each func(*stint.Tenant)) (next []any, err error) {
	// The scope of this table is the caller: its $1 is the user.
	tx := &Tx{Scope: Scope{Tenant: user}, db: g.db, s: g.s, now: g.now}
	return Tenants.List(tx, q, each)
}

// AllTenants reads every tenant by name, for the operator.
func (g *GlobalTx) AllTenants(each func(*stint.Tenant) error) error {
	return g.s.query(`SELECT id, name, description, created_at, updated_at, version FROM tenants ORDER BY name_fold, id`, nil, func(scan scan) error {
		var t stint.Tenant
		if err := scan(&t.ID, &t.Name, &t.Description, &t.CreatedAt, &t.UpdatedAt, &t.Version); err != nil {
			return err
		}
		return each(&t)
	})
}
