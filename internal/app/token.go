package app

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stint"
	"stint/internal/store"
)

var errUnauthorized = stint.NewError(stint.Unauthenticated, "Unauthorized",
	"The token is missing, unknown, expired or revoked. Send `Authorization: Bearer <token>`; `stint token create` makes one.")

// Authenticate finds the caller of a token in a tenant, which may be empty. A
// tenant of which the caller is no member does not exist for the caller; the
// call then comes with the error, for the log, and is in no tenant.
func (a *App) Authenticate(ctx context.Context, secret, tenant, requestID string) (*Call, error) {
	if !strings.HasPrefix(secret, stint.TokenPrefix) {
		return nil, errUnauthorized
	}
	caller, err := a.db.Authenticate(ctx, stint.HashSecret(secret), tenant)
	if errors.Is(err, store.ErrNoRow) {
		return nil, errUnauthorized
	}
	if err != nil {
		return nil, err
	}
	now := a.db.Now()
	if caller.ExpiresAt != nil && *caller.ExpiresAt <= now {
		return nil, errUnauthorized
	}
	c := &Call{Scope: store.Scope{Tenant: tenant, User: caller.User, Role: caller.Role, Token: caller.Token, RequestID: requestID},
		Scopes: caller.Scopes, Limits: caller.Tenants}
	if tenant != "" && caller.Role == "" {
		c.Tenant = ""
		return c, errNoTenant
	}
	a.touched.note(caller, now)
	return c, nil
}

// CreateToken makes a token of the caller and answers its secret, once.
func CreateToken(ctx context.Context, a *App, c *Call, t *stint.Token, body func(*stint.NewToken) []byte) (*Answer, error) {
	c.Global = true
	return a.write(ctx, c, func(tx *store.Tx) (func() *Answer, error) {
		if err := c.mayGive(t); err != nil {
			return nil, err
		}
		if err := knownTenants(tx.Global(), c.User, t.Tenants); err != nil {
			return nil, err
		}
		n, err := a.newToken(tx.Global(), c.User, t)
		if err != nil {
			return nil, err
		}
		return func() *Answer {
			return &Answer{Status: 201, Location: "/api/v1/tokens/" + n.ID, Body: body(n), secretOf: n.ID}
		}, nil
	})
}

// mayGive answers 403 when the new token would reach further than the one it is made with.
func (c *Call) mayGive(t *stint.Token) error {
	var problems []stint.Problem
	if !t.Scopes.Within(c.Scopes) {
		problems = append(problems, stint.Problem{Pointer: "/scopes", Code: "BeyondOwn", Message: "Send scopes within those of the token you use: " + strings.Join(c.Scopes, ", ") + "."})
	}
	if len(c.Limits) > 0 && (len(t.Tenants) == 0 || slices.ContainsFunc(t.Tenants, func(id string) bool { return !c.inTenants(id) })) {
		problems = append(problems, stint.Problem{Pointer: "/tenants", Code: "BeyondOwn", Message: "Send tenants among those of the token you use: " + strings.Join(c.Limits, ", ") + "."})
	}
	if problems == nil {
		return nil
	}
	e := stint.NewError(stint.Forbidden, "TokenForbidden", "A token cannot make one that reaches further than itself.")
	e.Problems = problems
	return e
}

// knownTenants answers 422 when a user is not a member of one of the tenants.
func knownTenants(g *store.GlobalTx, user string, tenants []string) error {
	var refused *stint.Error
	for i, id := range tenants {
		_, err := g.Role(id, user)
		if err != nil && !errors.Is(err, store.ErrNoRow) {
			return err
		}
		if err != nil {
			e := stint.BadReference("/tenants/"+strconv.Itoa(i), "tenant")
			e.Message, e.Problems[0].Message = "The token is for a tenant that you are not in.", "You are in no such tenant; GET /api/v1/tenants lists yours."
			if refused == nil {
				refused = e
			} else {
				refused.Problems = append(refused.Problems, e.Problems...)
			}
		}
	}
	if refused == nil {
		return nil
	}
	return refused
}

func (a *App) newToken(g *store.GlobalTx, user string, t *stint.Token) (*stint.NewToken, error) {
	n := &stint.NewToken{Token: *t, Secret: stint.NewSecret(a.random, stint.TokenPrefix)}
	n.ID, n.User, n.CreatedAt = g.NewID(stint.PrefixToken), user, g.Now()
	n.Hint = n.Secret[len(n.Secret)-4:]
	if n.ExpiresAt != nil && *n.ExpiresAt <= g.Now() {
		return nil, stint.InvalidBody([]stint.Problem{{Pointer: "/expiresAt", Code: "InThePast", Message: "expiresAt is not in the future; send a later instant, or leave it out."}})
	}
	return n, g.InsertToken(&n.Token, stint.HashSecret(n.Secret))
}

// ListTokens reads a page of the caller's tokens, newest first; more tells that there are others.
func ListTokens(ctx context.Context, a *App, c *Call, after string, limit int) (out []*stint.Token, more bool, err error) {
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) error {
		return g.Tokens(c.User, after, limit+1, func(t *stint.Token) error {
			if len(out) == limit {
				more = true
				return nil
			}
			out = append(out, t)
			return nil
		})
	})
	return out, more, err
}

// GetToken reads one of the caller's tokens.
func GetToken(ctx context.Context, a *App, c *Call, id string) (t *stint.Token, err error) {
	err = a.db.GlobalView(ctx, func(g *store.GlobalTx) (err error) {
		t, err = g.Token(c.User, id)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil, stint.NewError(stint.NotFound, "NotFound", "You have no such token.")
	}
	return t, err
}

// DeleteToken revokes one of the caller's tokens: the next request with it is refused.
func DeleteToken(ctx context.Context, a *App, c *Call, id string) error {
	err := a.db.Do(ctx, c.Scope, func(tx *store.Tx) error { return tx.Global().DeleteToken(c.User, id) })
	if errors.Is(err, store.ErrNoRow) {
		return stint.NewError(stint.NotFound, "NotFound", "You have no such token.")
	}
	return err
}

// touched collects when tokens were last used. It is written behind, at most
// once a minute a token: a read must not cost a write.
type touched struct {
	mu sync.Mutex
	m  map[string]stint.Instant
}

func (t *touched) note(c *store.Caller, now stint.Instant) {
	if c.LastUsedAt != nil && now-*c.LastUsedAt < 60_000 {
		return
	}
	t.mu.Lock()
	if t.m == nil {
		t.m = map[string]stint.Instant{}
	}
	if _, ok := t.m[c.Token]; !ok {
		t.m[c.Token] = now
	}
	t.mu.Unlock()
}

func (t *touched) take() map[string]stint.Instant {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.m
	t.m = nil
	return m
}

// flushTouched writes the last uses that were noted.
func (a *App) flushTouched(ctx context.Context) error {
	m := a.touched.take()
	if len(m) == 0 {
		return nil
	}
	return a.db.Global(ctx, func(g *store.GlobalTx) error {
		for id, at := range m {
			if err := g.TouchToken(id, at); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tend does what is due behind the requests until ctx ends: last uses of
// tokens, kept answers that are too old.
func (a *App) Tend(ctx context.Context, failed func(error)) {
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			a.flushLast(ctx, failed)
			return
		case <-ticker.C:
		}
		if err := a.flushTouched(ctx); err != nil {
			failed(err)
		}
		if n%360 == 0 {
			if err := a.dropOldKeys(ctx); err != nil {
				failed(err)
			}
		}
	}
}

// flushLast writes the last uses once more when the server stops.
func (a *App) flushLast(ctx context.Context, failed func(error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := a.flushTouched(ctx); err != nil {
		failed(err)
	}
}

func (a *App) dropOldKeys(ctx context.Context) error {
	var tenants []string
	err := a.db.GlobalView(ctx, func(g *store.GlobalTx) error {
		return g.AllTenants(func(t *stint.Tenant) error { tenants = append(tenants, t.ID); return nil })
	})
	for _, t := range tenants {
		if err == nil {
			err = a.db.Do(ctx, store.Scope{Tenant: t}, func(tx *store.Tx) error { return tx.DropOldKeys() })
		}
	}
	return err
}
