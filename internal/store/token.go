package store

import (
	"strings"

	"stint"
)

const tokenColumns = "id, user_id, name, hint, created_at, expires_at, last_used_at, scopes, tenants"

func scanToken(scan scan, t *stint.Token) error {
	var scopes, tenants string
	err := scan(&t.ID, &t.User, &t.Name, &t.Hint, &t.CreatedAt, &t.ExpiresAt, &t.LastUsedAt, &scopes, &tenants)
	t.Scopes, t.Tenants = listed(scopes), listed(tenants)
	return err
}

// InsertToken writes a new token and the hash of its secret.
func (g *GlobalTx) InsertToken(t *stint.Token, hash string) error {
	_, err := g.s.exec(`
		INSERT INTO tokens (id, user_id, name, hash, hint, created_at, expires_at, scopes, tenants) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		[]any{t.ID, t.User, t.Name, hash, t.Hint, int64(t.CreatedAt), value(&t.ExpiresAt), strings.Join(t.Scopes, ","), strings.Join(t.Tenants, ",")})
	if err != nil {
		return err
	}
	return g.event(t.User, "token.created", t.ID)
}

// Tokens reads the tokens of a user, newest first; all users' when user is empty.
// after is the id of the last one read.
func (g *GlobalTx) Tokens(user, after string, limit int, each func(*stint.Token) error) error {
	return g.s.query(`
		SELECT `+tokenColumns+` FROM tokens
		WHERE (user_id = $1 OR $1 = '') AND (id < $2 OR $2 = '')
		ORDER BY id DESC LIMIT $3`, []any{user, after, limit}, func(scan scan) error {
		var t stint.Token
		if err := scanToken(scan, &t); err != nil {
			return err
		}
		return each(&t)
	})
}

// Token reads one token of a user, or ErrNoRow.
func (g *GlobalTx) Token(user, id string) (*stint.Token, error) {
	var t stint.Token
	found := false
	err := g.s.query(`SELECT `+tokenColumns+` FROM tokens WHERE id = $1 AND (user_id = $2 OR $2 = '')`, []any{id, user}, func(scan scan) error {
		found = true
		return scanToken(scan, &t)
	})
	if err == nil && !found {
		err = ErrNoRow
	}
	return &t, err
}

// DeleteToken revokes a token of a user (of any, when user is empty); ErrNoRow
// when there is none. From the commit on it is refused.
func (g *GlobalTx) DeleteToken(user, id string) error {
	var of string
	err := one(g.s, `DELETE FROM tokens WHERE id = $1 AND (user_id = $2 OR $2 = '') RETURNING user_id`, []any{id, user}, &of)
	if err != nil {
		return err
	}
	return g.event(of, "token.deleted", id)
}

// TouchToken notes the last use of a token.
func (g *GlobalTx) TouchToken(id string, at stint.Instant) error {
	_, err := g.s.exec(`UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`, []any{id, int64(at)})
	return err
}
