package store

import "strings"

// event writes one change in the change's own transaction. changed names the
// fields, never their values: a person's data must stay erasable.
func (tx *Tx) event(kind, resource string, version int64, changed []string) {
	tx.queue(statement{sql: `
		INSERT INTO events (tenant_id, id, at, user_id, token_id, request_id, type, resource_id, version, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		args: []any{tx.NewID("evt"), int64(tx.now), tx.User, tx.Token, tx.RequestID, kind, resource, version, strings.Join(changed, ",")}})
}
