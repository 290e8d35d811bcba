package store

import "stint"

// LockMembers holds the tenant until the commit, for who counts its members
// and then changes them. It answers ErrNoRow when there is no such tenant.
func (g *GlobalTx) LockMembers(tenant string) error {
	n, err := g.s.exec(`UPDATE tenants SET version = version WHERE id = $1`, []any{tenant})
	if err == nil && n == 0 {
		return ErrNoRow
	}
	return err
}

// Members counts those that have a role in a tenant.
func (g *GlobalTx) Members(tenant string, role stint.Role) (n int64, err error) {
	err = one(g.s, `SELECT COUNT(*) FROM memberships WHERE tenant_id = $1 AND role = $2`, []any{tenant, string(role)}, &n)
	return n, err
}

// DeleteMembership ends what a user may do in a tenant.
func (g *GlobalTx) DeleteMembership(tenant, user string) error {
	n, err := g.s.exec(`DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2`, []any{tenant, user})
	switch {
	case err != nil:
		return err
	case n == 0:
		return ErrNoRow
	}
	return g.event(user, "member.deleted", tenant)
}
