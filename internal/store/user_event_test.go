package store_test

import (
	"context"
	"slices"
	"testing"

	"stint"
	"stint/internal/store"
	"stint/internal/testdb"
)

// What changes users, memberships and tokens is noted with the user and who did it.
func TestUserEvents(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{})
		s := seed(t, db)
		user, ctx := db.IDs.New(stint.PrefixUser), context.Background()
		name := "Ann"
		err := db.Global(ctx, func(g *store.GlobalTx) error { return g.InsertUser(&stint.User{ID: user, Name: &name}) })
		if err != nil {
			t.Fatal(err)
		}
		token := db.IDs.New(stint.PrefixToken)
		for _, step := range []func(g *store.GlobalTx) error{
			func(g *store.GlobalTx) error {
				return g.InsertMembership(stint.Membership{TenantID: s.tenant, UserID: user, Role: stint.RoleOwner})
			},
			func(g *store.GlobalTx) error {
				return g.InsertToken(&stint.Token{ID: token, User: user, Name: "x", Hint: "x", CreatedAt: g.Now()}, "hash of "+token)
			},
			func(g *store.GlobalTx) error { return g.DeleteToken("", token) },
		} {
			by := store.Scope{User: user, Token: "tok_by", RequestID: "req_by"}
			if err := db.Do(ctx, by, func(tx *store.Tx) error { return step(tx.Global()) }); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		err = db.GlobalView(ctx, func(g *store.GlobalTx) error {
			return g.Raw("SELECT type, resource_id, by_user, token_id, request_id FROM user_events WHERE user_id = '"+user+"' ORDER BY id", func(scan func(...any) error) error {
				var kind, id, by, token, request string
				err := scan(&kind, &id, &by, &token, &request)
				got = append(got, kind+" "+id+" by "+by+" "+token+" "+request)
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		by := " by " + user + " tok_by req_by"
		want := []string{"user.created " + user + " by   ", "member.created " + s.tenant + by, "token.created " + token + by, "token.deleted " + token + by}
		if !slices.Equal(got, want) {
			t.Errorf("the events are\n%q, want\n%q", got, want)
		}
	})
}
