package admin

import (
	"errors"
	"sync"
	"testing"

	"stint"
	"stint/internal/testdb"
)

func TestRemoveMember(t *testing.T) {
	for _, engine := range testdb.Engines() {
		a, address := fresh(t, engine)
		t.Run(engine, func(t *testing.T) { removeMember(t, a, address) })
	}
}

func removeMember(t *testing.T, a *Admin, address string) {
	t.Helper()
	ctx := t.Context()
	anna, err := a.CreateUser(ctx, "Anna", "anna@example.org")
	if err != nil {
		t.Fatal(err)
	}
	ben, err := a.CreateUser(ctx, "Ben", "ben@example.org")
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := a.CreateTenant(ctx, "Company", anna.ID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := a.CreateToken(ctx, ben.ID, "ci", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.RemoveMember(ctx, "tnt_none", ben.ID)
	says(t, err, "no tenant")
	_, err = a.RemoveMember(ctx, tenant.ID, ben.ID)
	says(t, err, "is not a member")
	_, err = a.RemoveMember(ctx, tenant.ID, anna.ID)
	says(t, err, "the last OWNER", "stint member add --tenant "+tenant.ID)
	if _, err := a.AddMember(ctx, tenant.ID, ben.ID, stint.RoleOwner); err != nil {
		t.Fatal(err)
	}
	if _, err := a.app.Authenticate(ctx, token.Secret, tenant.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := a.RemoveMember(ctx, tenant.ID, "Ben@Example.org"); err != nil {
		t.Fatal(err)
	}
	var refused *stint.Error
	if _, err := a.app.Authenticate(ctx, token.Secret, tenant.ID, ""); !errors.As(err, &refused) || refused.Kind != stint.NotFound {
		t.Errorf("who is no member any more gets %v, want NotFound", err)
	}

	// Two owners who remove each other at once do not both succeed.
	other := open(t, address)
	for range testdb.Scale(10, 50, 500) {
		for _, u := range []string{anna.ID, ben.ID} {
			if _, err := a.AddMember(ctx, tenant.ID, u, stint.RoleOwner); err != nil {
				t.Fatal(err)
			}
		}
		var errs [2]error
		var both sync.WaitGroup
		both.Go(func() { _, errs[0] = a.RemoveMember(ctx, tenant.ID, anna.ID) })
		both.Go(func() { _, errs[1] = other.RemoveMember(ctx, tenant.ID, ben.ID) })
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("two owners removed at once: %v, %v", errs[0], errs[1])
		}
		says(t, errors.Join(errs[0], errs[1]), "the last OWNER")
	}
}
