package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"stint"
)

// Global runs fn in a write transaction on the tables that are in no tenant.
func (db *DB) Global(ctx context.Context, fn func(*GlobalTx) error) error {
	return db.eng.do(ctx, "", func(s session) error { return fn(&GlobalTx{db: db, s: s, now: db.Now()}) })
}

// GlobalView runs fn's statements on the global tables.
func (db *DB) GlobalView(ctx context.Context, fn func(*GlobalTx) error) error {
	return db.eng.view(ctx, "", func(s session) error { return fn(&GlobalTx{db: db, s: s, now: db.Now()}) })
}

// GlobalTx is a transaction on users, tenants, memberships, tokens and settings.
type GlobalTx struct {
	by  Scope // empty for the operator
	db  *DB
	s   session
	now stint.Instant
}

// Now is the transaction's clock.
func (g *GlobalTx) Now() stint.Instant { return g.now }

// NewID makes an id.
func (g *GlobalTx) NewID(prefix string) string { return g.db.IDs.New(prefix) }

// Global gives a tenant's transaction the global tables too: a tenant and its
// first member are made in one transaction.
func (tx *Tx) Global() *GlobalTx { return &GlobalTx{by: tx.Scope, db: tx.db, s: tx.s, now: tx.now} }

// Caller is who a token acts for, and as what in the tenant asked about.
type Caller struct {
	Token, User string
	// Role is empty when the user is not a member of the tenant.
	Role       stint.Role
	ExpiresAt  *stint.Instant
	LastUsedAt *stint.Instant
	// Scopes and Tenants bound what the token may be used for; empty is no bound.
	Scopes  stint.Scopes
	Tenants []string
}

// Authenticate finds the caller of a token by its hash, and the membership in
// the tenant, in one statement.
func (db *DB) Authenticate(ctx context.Context, hash, tenant string) (*Caller, error) {
	var c Caller
	var role *string
	var scopes, tenants string
	err := db.eng.view(ctx, "", func(s session) error {
		return one(s, `
			SELECT t.id, t.user_id, t.expires_at, t.last_used_at, t.scopes, t.tenants, m.role
			FROM tokens t LEFT JOIN memberships m ON m.user_id = t.user_id AND m.tenant_id = $2
			WHERE t.hash = $1`, []any{hash, tenant}, &c.Token, &c.User, &c.ExpiresAt, &c.LastUsedAt, &scopes, &tenants, &role)
	})
	c.Scopes, c.Tenants = listed(scopes), listed(tenants)
	if role != nil && (len(c.Tenants) == 0 || slices.Contains(c.Tenants, tenant)) {
		c.Role = stint.Role(*role)
	}
	return &c, err
}

// listed splits a list that is kept with commas.
func listed(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// User reads one user.
func (g *GlobalTx) User(id string) (*stint.User, error) {
	u := stint.User{ID: id}
	err := one(g.s, `SELECT name, email FROM users WHERE id = $1`, []any{id}, &u.Name, &u.Email)
	return &u, err
}

// UserByEmail finds a user by the email's folded form.
func (g *GlobalTx) UserByEmail(email string) (*stint.User, error) {
	var u stint.User
	err := one(g.s, `SELECT id, name, email FROM users WHERE email_fold = $1`, []any{Fold(email)}, &u.ID, &u.Name, &u.Email)
	return &u, err
}

// Users reads all users by name.
func (g *GlobalTx) Users(each func(*stint.User) error) error {
	return g.s.query(`SELECT id, name, email FROM users ORDER BY name, id`, nil, func(scan scan) error {
		var u stint.User
		if err := scan(&u.ID, &u.Name, &u.Email); err != nil {
			return err
		}
		return each(&u)
	})
}

// InsertUser writes a new user; the email must be new.
func (g *GlobalTx) InsertUser(u *stint.User) error {
	var fold any
	if u.Email != nil {
		fold = Fold(*u.Email)
	}
	_, err := g.s.exec(`
		INSERT INTO users (id, name, email, email_fold, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $5, 1)`,
		[]any{u.ID, value(&u.Name), value(&u.Email), fold, int64(g.now)})
	var b *ConstraintError
	if errors.As(err, &b) && b.Unique {
		return stint.NewError(stint.Conflict, "EmailTaken", "Another user has this email. Use that user, or another email.")
	}
	if err != nil {
		return err
	}
	return g.event(u.ID, "user.created", u.ID)
}

// InsertMembership lets a user act in a tenant.
func (g *GlobalTx) InsertMembership(m stint.Membership) error {
	_, err := g.s.exec(`
		INSERT INTO memberships (tenant_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role`,
		[]any{m.TenantID, m.UserID, string(m.Role), int64(g.now)})
	if err != nil {
		return err
	}
	return g.event(m.UserID, "member.created", m.TenantID)
}

// Role is what a user may do in a tenant, or ErrNoRow.
func (g *GlobalTx) Role(tenant, user string) (stint.Role, error) {
	var role string
	err := one(g.s, `SELECT role FROM memberships WHERE tenant_id = $1 AND user_id = $2`, []any{tenant, user}, &role)
	return stint.Role(role), err
}

// TenantsOf reads the tenants a user is a member of.
func (g *GlobalTx) TenantsOf(user string, each func(tenant string, role stint.Role)) error {
	return g.s.query(`SELECT tenant_id, role FROM memberships WHERE user_id = $1 ORDER BY tenant_id`, []any{user}, func(scan scan) error {
		var tenant, role string
		if err := scan(&tenant, &role); err != nil {
			return err
		}
		each(tenant, stint.Role(role))
		return nil
	})
}

// Setting reads a setting, or ErrNoRow.
func (g *GlobalTx) Setting(name string) (string, error) {
	var v string
	err := one(g.s, `SELECT value FROM settings WHERE name = $1`, []any{name}, &v)
	return v, err
}

// KeepSetting writes a setting unless there is one, and answers what is kept.
func (g *GlobalTx) KeepSetting(name, value string) (string, error) {
	if _, err := g.s.exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, []any{name, value}); err != nil {
		return "", err
	}
	return g.Setting(name)
}
