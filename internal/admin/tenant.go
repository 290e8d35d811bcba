package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
)

// CreateTenant makes a tenant with a user (id or email; empty is the usual one) as its owner.
func (a *Admin) CreateTenant(ctx context.Context, name, owner string) (*stint.Tenant, error) {
	if err := goodName("name", name); err != nil {
		return nil, err
	}
	u, err := a.user(ctx, owner)
	if err != nil {
		return nil, err
	}
	t := &stint.Tenant{Name: name}
	none := app.Show{Body: func(any, *app.Expansion) []byte { return nil }}
	_, err = app.CreateTenant(ctx, a.app, &app.Call{Scope: store.Scope{User: u.ID}}, t, none)
	return t, err
}

// Tenants reads all tenants by name.
func (a *Admin) Tenants(ctx context.Context) (out []*stint.Tenant, err error) {
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) error {
		out = nil
		return g.AllTenants(func(t *stint.Tenant) error { out = append(out, t); return nil })
	})
	return out, err
}

// AddMember lets a user (id or email) act in a tenant, or changes what they may
// do there. The last owner stays one.
func (a *Admin) AddMember(ctx context.Context, tenant, who string, role stint.Role) (*stint.User, error) {
	if !role.Valid() {
		return nil, fmt.Errorf("there is no role %q; the roles are %s", role, strings.Trim(fmt.Sprint(stint.Roles), "[]"))
	}
	u, err := a.user(ctx, who)
	if err != nil {
		return nil, err
	}
	err = a.db.Global(ctx, func(g *store.GlobalTx) error {
		if err := g.LockMembers(tenant); err != nil {
			return err
		}
		if role != stint.RoleOwner {
			if err := notLastOwner(g, tenant, u.ID); err != nil && !errors.Is(err, store.ErrNoRow) {
				return err
			}
		}
		return g.InsertMembership(stint.Membership{TenantID: tenant, UserID: u.ID, Role: role})
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil, noTenant(tenant)
	}
	return u, err
}

// RemoveMember ends what a user (id or email) may do in a tenant, which keeps an owner.
func (a *Admin) RemoveMember(ctx context.Context, tenant, who string) (*stint.User, error) {
	u, err := a.user(ctx, who)
	if err != nil {
		return nil, err
	}
	err = a.db.Global(ctx, func(g *store.GlobalTx) error {
		// Two owners who are removed at once must not both count the other.
		if err := g.LockMembers(tenant); errors.Is(err, store.ErrNoRow) {
			return noTenant(tenant)
		} else if err != nil {
			return err
		}
		err := notLastOwner(g, tenant, u.ID)
		if errors.Is(err, store.ErrNoRow) {
			return fmt.Errorf("%s is not a member of %s", u.ID, tenant)
		}
		if err != nil {
			return err
		}
		return g.DeleteMembership(tenant, u.ID)
	})
	return u, err
}

// notLastOwner refuses to leave a tenant without an owner; ErrNoRow is of no member.
func notLastOwner(g *store.GlobalTx, tenant, user string) error {
	role, err := g.Role(tenant, user)
	if err != nil || role != stint.RoleOwner {
		return err
	}
	owners, err := g.Members(tenant, role)
	if err == nil && owners == 1 {
		return fmt.Errorf("%s is the last %s of %s, which nobody could use any more. Add another first: stint member add --tenant %s --user …", user, role, tenant, tenant)
	}
	return err
}

func noTenant(id string) error {
	return fmt.Errorf("there is no tenant %q; `stint tenant list` shows all", id)
}
