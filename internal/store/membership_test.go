package store_test

import (
	"context"
	"errors"
	"testing"

	"stint"
	"stint/internal/store"
	"stint/internal/testdb"
)

// A membership ends with an event that names the user and who ended it.
func TestDeleteMembership(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{})
		s := seed(t, db)
		user, name, ctx := db.IDs.New(stint.PrefixUser), "Ann", context.Background()
		err := db.Global(ctx, func(g *store.GlobalTx) error {
			if err := g.InsertUser(&stint.User{ID: user, Name: &name}); err != nil {
				return err
			}
			return g.InsertMembership(stint.Membership{TenantID: s.tenant, UserID: user, Role: stint.RoleOwner})
		})
		if err != nil {
			t.Fatal(err)
		}
		remove := func(g *store.GlobalTx) error {
			return errors.Join(g.LockMembers(s.tenant), g.DeleteMembership(s.tenant, user))
		}
		if err := db.Global(ctx, remove); err != nil {
			t.Fatal(err)
		}
		if err := db.Global(ctx, remove); !errors.Is(err, store.ErrNoRow) {
			t.Errorf("a second time answers %v, want ErrNoRow", err)
		}
		var kind, tenant string
		err = db.GlobalView(ctx, func(g *store.GlobalTx) error {
			if _, err := g.Role(s.tenant, user); !errors.Is(err, store.ErrNoRow) {
				t.Errorf("the role is still there: %v", err)
			}
			return g.Raw("SELECT type, resource_id FROM user_events WHERE user_id = '"+user+"' ORDER BY id DESC LIMIT 1",
				func(scan func(...any) error) error { return scan(&kind, &tenant) })
		})
		if err != nil || kind != "member.deleted" || tenant != s.tenant {
			t.Errorf("the last event is %s of %s, %v", kind, tenant, err)
		}
	})
}
