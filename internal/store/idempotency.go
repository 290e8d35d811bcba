package store

import (
	"errors"
	"slices"

	"stint"
)

// Kept is the answer of a request that carried an Idempotency-Key.
type Kept struct {
	BodyHash string
	Status   int
	Location string
	ETag     string
	Body     string
	// SecretOf is the id of the resource whose secret the answer held; the secret itself is not kept.
	SecretOf *string
	// At is when the key was first used.
	At stint.Instant
}

// Key is what an Idempotency-Key is unique within, besides the tenant.
type Key struct{ User, Route, Key string }

// keyTable is one of the two tables of kept answers: a tenant's, and a user's
// for what is in no tenant. They differ in what a key is unique within, so
// their statements take that first.
type keyTable struct{ claim, read, drop, keep string }

var tenantKeys = keyTable{
	claim: `
		INSERT INTO idempotency_keys (tenant_id, user_id, route, key, body_hash, status, location, etag, body, created_at)
		VALUES ($1, $2, $3, $4, $5, 0, '', '', '', $6) ON CONFLICT DO NOTHING`,
	read: `
		SELECT body_hash, status, location, etag, body, secret_of, created_at FROM idempotency_keys
		WHERE tenant_id = $1 AND user_id = $2 AND route = $3 AND key = $4`,
	drop: `DELETE FROM idempotency_keys WHERE tenant_id = $1 AND user_id = $2 AND route = $3 AND key = $4`,
	keep: `
		UPDATE idempotency_keys SET status = $5, location = $6, etag = $7, body = $8, secret_of = $9
		WHERE tenant_id = $1 AND user_id = $2 AND route = $3 AND key = $4`,
}

var userKeys = keyTable{
	claim: `
		INSERT INTO user_idempotency_keys (user_id, route, key, body_hash, status, location, etag, body, created_at)
		VALUES ($1, $2, $3, $4, 0, '', '', '', $5) ON CONFLICT DO NOTHING`,
	read: `
		SELECT body_hash, status, location, etag, body, secret_of, created_at FROM user_idempotency_keys
		WHERE user_id = $1 AND route = $2 AND key = $3`,
	drop: `DELETE FROM user_idempotency_keys WHERE user_id = $1 AND route = $2 AND key = $3`,
	keep: `
		UPDATE user_idempotency_keys SET status = $4, location = $5, etag = $6, body = $7, secret_of = $8
		WHERE user_id = $1 AND route = $2 AND key = $3`,
}

// take claims a key, or answers what was kept under it. A copy that runs at
// the same moment on another node waits here for the first one's commit.
func (k keyTable) take(s session, id []any, hash string, now stint.Instant) (*Kept, error) {
	for range 2 {
		rows, err := s.exec(k.claim, append(slices.Clone(id), hash, int64(now)))
		if err != nil || rows == 1 {
			return nil, err
		}
		kept := &Kept{}
		err = one(s, k.read, id, &kept.BodyHash, &kept.Status, &kept.Location, &kept.ETag, &kept.Body, &kept.SecretOf, &kept.At)
		if err == nil && now-kept.At < keptFor {
			return kept, nil
		}
		if err == nil {
			_, err = s.exec(k.drop, id)
		}
		// No row: whoever had the key has just given it up.
		if err != nil && !errors.Is(err, ErrNoRow) {
			return nil, err
		}
	}
	return nil, ErrLocked
}

func (k keyTable) put(s session, id []any, a *Kept) {
	s.queue(statement{sql: k.keep, args: append(slices.Clone(id), a.Status, a.Location, a.ETag, a.Body, value(&a.SecretOf))})
}

// keptFor is how long an answer is kept, in milliseconds: 30 days.
const keptFor = 30 * 24 * 3600 * 1000

// ClaimKey takes an Idempotency-Key in the tenant, or answers what was kept under it.
func (tx *Tx) ClaimKey(k Key, hash string) (*Kept, error) {
	return tenantKeys.take(tx.s, []any{tx.Tenant, k.User, k.Route, k.Key}, hash, tx.now)
}

// KeepAnswer keeps the answer under the claimed key.
func (tx *Tx) KeepAnswer(k Key, a *Kept) {
	tenantKeys.put(tx.s, []any{tx.Tenant, k.User, k.Route, k.Key}, a)
}

// ClaimKey takes an Idempotency-Key of the user, or answers what was kept under it.
func (g *GlobalTx) ClaimKey(k Key, hash string) (*Kept, error) {
	return userKeys.take(g.s, []any{k.User, k.Route, k.Key}, hash, g.now)
}

// KeepAnswer keeps the answer under the claimed key.
func (g *GlobalTx) KeepAnswer(k Key, a *Kept) {
	userKeys.put(g.s, []any{k.User, k.Route, k.Key}, a)
}

// DropOldKeys forgets the tenant's kept answers that are older than 30 days.
func (tx *Tx) DropOldKeys() error {
	_, err := tx.exec(`DELETE FROM idempotency_keys WHERE tenant_id = $1 AND created_at < $2`, int64(tx.now-keptFor))
	return err
}
