package admin

import (
	"context"
	"errors"
	"fmt"

	"stint"
	"stint/internal/store"
)

// CreateToken makes a token of a user (id or email; empty is the usual one).
// Its secret is in the answer and nowhere else.
func (a *Admin) CreateToken(ctx context.Context, who, name string, expires *stint.Instant, scopes stint.Scopes, tenants []string) (n *stint.NewToken, err error) {
	if err := goodName("name", name); err != nil {
		return nil, err
	}
	u, err := a.user(ctx, who)
	if err != nil {
		return nil, err
	}
	t := &stint.Token{Name: name, ExpiresAt: expires, Scopes: scopes, Tenants: tenants}
	if problems := t.Validate(); len(problems) > 0 {
		return nil, errors.New(problems[0].Message)
	}
	err = a.db.Global(ctx, func(g *store.GlobalTx) (err error) {
		n, err = a.app.IssueToken(g, u.ID, t)
		return err
	})
	return n, err
}

// Tokens reads the tokens of a user, or of all when who is empty, newest first.
func (a *Admin) Tokens(ctx context.Context, who string) (out []*stint.Token, err error) {
	user := ""
	if who != "" {
		u, err := a.user(ctx, who)
		if err != nil {
			return nil, err
		}
		user = u.ID
	}
	const page = 1000
	for after := ""; ; after = out[len(out)-1].ID {
		before := len(out)
		err = a.db.GlobalView(ctx, func(g *store.GlobalTx) error {
			out = out[:before]
			return g.Tokens(user, after, page, func(t *stint.Token) error { out = append(out, t); return nil })
		})
		if err != nil || len(out)-before < page {
			return out, err
		}
	}
}

// RevokeToken deletes a token: the next request with it is refused.
func (a *Admin) RevokeToken(ctx context.Context, id string) error {
	err := a.db.Global(ctx, func(g *store.GlobalTx) error { return g.DeleteToken("", id) })
	if errors.Is(err, store.ErrNoRow) {
		return fmt.Errorf("there is no token %q; `stint token list` shows all", id)
	}
	return err
}
