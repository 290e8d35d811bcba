package app

import (
	"context"
	"errors"
	"strings"

	"stint"
	"stint/internal/store"
)

// Permit answers 403 when the caller's role or token does not reach a resource
// at all. Whose records it reaches is decided with the record.
func (c *Call) Permit(resource string, write bool) error {
	if err := c.PermitScope(resource, write); err != nil {
		return err
	}
	right := c.reach(resource)
	if write && right.Change == stint.Nobodys || right.See == stint.Nobodys {
		return errRole(c.Role, resource, write)
	}
	return nil
}

// PermitScope answers 403 when the token may not be used for a resource.
func (c *Call) PermitScope(resource string, write bool) error {
	if c.Scopes.Allow(resource, write) {
		return nil
	}
	return stint.NewError(stint.Forbidden, "ScopeForbidden",
		"The token may not be used for this. It needs the scope "+resource+":"+verb(write)+"; POST /api/v1/tokens makes such a token.")
}

func verb(write bool) string {
	if write {
		return "write"
	}
	return "read"
}

func errRole(role stint.Role, resource string, write bool) error {
	return stint.NewError(stint.Forbidden, "RoleForbidden",
		"The role "+string(role)+" may not "+verb(write)+" "+strings.ReplaceAll(resource, "-", " ")+". The operator can change roles: stint member add --role.")
}

// PermitExpand answers 403 when an expansion reaches what the caller may not see.
func (c *Call) PermitExpand(e *Expand) error {
	if e == nil {
		return nil
	}
	for field, sub := range e.Fields {
		path, _ := target(field)
		if c.Permit(path, false) != nil {
			return stint.NewError(stint.Forbidden, "ExpandForbidden",
				"The caller may not see "+path+", which expand="+field+" would show. Leave it out of expand.")
		}
		if err := c.PermitExpand(sub); err != nil {
			return err
		}
	}
	return nil
}

// PermitSort answers 403 for an order by what the caller may not see.
func (c *Call) PermitSort(keys []store.SortKey) error {
	for _, k := range keys {
		field, _, of := strings.Cut(k.Field, ".")
		if !of {
			continue
		}
		if path, _ := target(field); c.Permit(path, false) != nil {
			return stint.NewError(stint.Forbidden, "SortForbidden", "The caller may not see "+path+", and so cannot sort by "+k.Field+".")
		}
	}
	return nil
}

// sees tells whether the caller sees a record: one of somebody else may be hidden.
func (r *Resource[T]) sees(c *Call, rec *T) bool {
	return r.Owner == nil || c.reach(r.Path).See == stint.Everybodys || r.Owner(rec) == c.User
}

// mayChange answers 404 for a record that the caller does not see, and 403 for
// one that is somebody else's to change.
func (r *Resource[T]) mayChange(c *Call, rec *T) error {
	switch {
	case r.Owner == nil || c.reach(r.Path).Change == stint.Everybodys || r.Owner(rec) == c.User:
		return nil
	case !r.sees(c, rec):
		return stint.NoSuch(r.Table.Noun)
	}
	return stint.NewError(stint.Forbidden, "NotYours", "The role "+string(c.Role)+" may change its own "+r.Table.Noun+" only; this one is somebody else's.")
}

// reach is whose records of a resource the caller sees and changes; nobody's, of
// a resource that is in no area.
func (c *Call) reach(resource string) stint.Right {
	area, ok := stint.AreaOf(resource)
	if !ok {
		return stint.Right{}
	}
	return c.Role.Right(area)
}

// Where is a tenant of a caller and the role there.
type Where struct {
	Tenant string
	Role   stint.Role
}

// Tenants lists the tenants in which the caller acts, for the operations that
// look a resource up without a tenant-id.
func (a *App) Tenants(ctx context.Context, c *Call) (out []Where, err error) {
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) error {
		return g.TenantsOf(c.User, func(tenant string, role stint.Role) {
			if c.inTenants(tenant) {
				out = append(out, Where{tenant, role})
			}
		})
	})
	return out, err
}

// Exists tells whether the tenant of the call has a record.
func (r *Resource[T]) Exists(ctx context.Context, a *App, c *Call, id string) (bool, error) {
	err := a.db.View(ctx, c.Scope, func(tx *store.Tx) error {
		_, err := r.Table.Get(tx, id)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}
