package app

import (
	"context"
	"errors"
	"strings"

	"stint"
	"stint/internal/store"
)

var errNoTenant = stint.NewError(stint.NotFound, "NotFound",
	"You are in no such tenant. Check its id in the tenant-id header or the path; GET /api/v1/tenants lists yours.")

// CreateTenant makes a tenant with the caller as its owner.
func CreateTenant(ctx context.Context, a *App, c *Call, t *stint.Tenant, show Show) (*Answer, error) {
	if len(c.Limits) > 0 {
		return nil, stint.NewError(stint.Forbidden, "TokenForbidden", "The token is limited to tenants, and so makes no other. Use a token without such a limit.")
	}
	c.Tenant, c.Global = a.NewID(stint.PrefixTenant), true
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		t.ID, t.CreatedAt, t.UpdatedAt, t.Version = tx.Tenant, tx.Now(), tx.Now(), 1
		if err := tx.InsertTenant(t); err != nil {
			return nil, err
		}
		m := stint.Membership{TenantID: t.ID, UserID: tx.User, Role: stint.RoleOwner}
		if err := tx.Global().InsertMembership(m); err != nil {
			return nil, err
		}
		return tenantAnswer(201, t, show), nil
	})
}

func tenantAnswer(status int, t *stint.Tenant, show Show) func() *Answer {
	return func() *Answer {
		a := &Answer{Status: status, Body: show.Body(t, nil), ETag: ETag(t.Version)}
		if status == 201 {
			a.Location = "/api/v1/tenants/" + t.ID
		}
		return a
	}
}

// member sets the call's tenant when the caller may act in it; otherwise the
// tenant does not exist for the caller.
func (a *App) member(ctx context.Context, c *Call, tenant string) error {
	if !c.inTenants(tenant) {
		return errNoTenant
	}
	err := a.db.GlobalView(ctx, func(g *store.GlobalTx) (err error) {
		c.Role, err = g.Role(tenant, c.User)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return errNoTenant
	}
	c.Tenant = tenant
	return err
}

// GetTenant reads a tenant of the caller.
func GetTenant(ctx context.Context, a *App, c *Call, id string, show Show) (*Answer, error) {
	if err := a.member(ctx, c, id); err != nil {
		return nil, err
	}
	var out *Answer
	err := a.db.View(ctx, c.Scope, func(tx *store.Tx) error {
		t, err := tx.Self()
		if err == nil {
			out = tenantAnswer(200, t, show)()
		}
		return err
	})
	return out, err
}

// ChangeTenant patches a tenant of the caller.
func ChangeTenant(ctx context.Context, a *App, c *Call, id string, apply func(*stint.Tenant) []stint.Problem, show Show) (*Answer, error) {
	if err := a.member(ctx, c, id); err != nil {
		return nil, err
	}
	if err := c.Permit("tenants", true); err != nil {
		return nil, err
	}
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		t, err := tx.Self()
		if err != nil {
			return nil, err
		}
		if err := matches(c.IfMatch, t.Version); err != nil {
			return nil, err
		}
		old := *t
		if problems := apply(t); len(problems) > 0 {
			return nil, stint.InvalidBody(problems)
		}
		if changed := store.Tenants.Changed(&old, t); len(changed) > 0 {
			t.Version, t.UpdatedAt = old.Version+1, max(tx.Now(), t.UpdatedAt)
			tx.UpdateSelf(t, old.Version, changed)
		}
		return tenantAnswer(200, t, show), nil
	})
}

// ListTenants reads the tenants of the caller. search is a part of the name,
// in any case and with or without accents.
func ListTenants(ctx context.Context, a *App, c *Call, q store.ListQuery, limit int, search string, page func(Page[stint.Tenant]) error) error {
	if search != "" {
		like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(store.Fold(search))
		if len(like) > 40_000 { // longer than any name, and soon more than SQLite compares with
			q.Filters = append(q.Filters, store.Filter{Name: "ids"})
		} else {
			q.Filters = append(q.Filters, store.Filter{Name: "search", Values: []any{"%" + like + "%"}})
		}
	}
	if len(c.Limits) > 0 {
		f := store.Filter{Name: "ids"}
		for _, id := range c.Limits {
			f.Values = append(f.Values, id)
		}
		q.Filters = append(q.Filters, f)
	}
	q.Limit = pageRows
	if limit > 0 {
		q.Limit = limit
	}
	for {
		var p Page[stint.Tenant]
		err := a.db.GlobalView(ctx, func(g *store.GlobalTx) (err error) {
			p.Next, err = g.ListTenants(c.User, q, func(t *stint.Tenant) { p.Records = append(p.Records, t) })
			return err
		})
		if err != nil {
			return err
		}
		if err := page(p); err != nil || p.Next == nil || limit > 0 {
			return err
		}
		q.After = p.Next
	}
}

// Me reads the caller.
func Me(ctx context.Context, a *App, c *Call) (u *stint.User, err error) {
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) (err error) {
		u, err = g.User(c.User)
		return err
	})
	return u, err
}
