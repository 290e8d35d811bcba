package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"stint"
	"stint/internal/store"
)

// CreateUser makes a user. The email may be empty.
func (a *Admin) CreateUser(ctx context.Context, name, email string) (*stint.User, error) {
	if err := goodName("name", name); err != nil {
		return nil, err
	}
	u := &stint.User{Name: &name}
	if email != "" {
		if !stint.ValidEmail(email) || len(email) > 200 {
			return nil, fmt.Errorf("%q is not an email address; write it like anna@example.org", email)
		}
		u.Email = &email
	}
	err := a.db.Global(ctx, func(g *store.GlobalTx) error {
		u.ID = g.NewID(stint.PrefixUser)
		return g.InsertUser(u)
	})
	return u, err
}

// Users reads all users by name.
func (a *Admin) Users(ctx context.Context) (out []*stint.User, err error) {
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) error {
		out = nil
		return g.Users(func(u *stint.User) error { out = append(out, u); return nil })
	})
	return out, err
}

// user finds a user by id or email. Without either it is the user of the first
// start, or the only one there is.
func (a *Admin) user(ctx context.Context, who string) (u *stint.User, err error) {
	if who == "" {
		return a.usual(ctx)
	}
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) (err error) {
		if strings.Contains(who, "@") {
			u, err = g.UserByEmail(who)
		} else {
			u, err = g.User(who)
		}
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil, fmt.Errorf("there is no user %q; `stint user list` shows all", who)
	}
	return u, err
}

func (a *Admin) usual(ctx context.Context) (*stint.User, error) {
	if id, err := a.setting(ctx, firstUser); err != nil || id != "" {
		if err != nil {
			return nil, err
		}
		return a.user(ctx, id)
	}
	all, err := a.Users(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return nil, errors.New("there is no user yet; make one: stint user create --name …")
	case len(all) > 1:
		return nil, errors.New("there are several users; say whom with --user (an id or email; `stint user list` shows all)")
	}
	return all[0], nil
}

// setting reads a setting, empty when there is none.
func (a *Admin) setting(ctx context.Context, name string) (v string, err error) {
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) (err error) {
		v, err = g.Setting(name)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		err = nil
	}
	return v, err
}

func goodName(what, s string) error {
	if n := utf8.RuneCountInString(s); n == 0 || n > 255 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return fmt.Errorf("the %s must have 1 to 255 characters", what)
	}
	return nil
}
