package store

// event writes a change of what is in no tenant, in the change's own
// transaction, to the user whom it is about.
func (g *GlobalTx) event(user, kind, resource string) error {
	_, err := g.s.exec(`
		INSERT INTO user_events (user_id, id, at, by_user, token_id, request_id, type, resource_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		[]any{user, g.NewID("evt"), int64(g.now), g.by.User, g.by.Token, g.by.RequestID, kind, resource})
	return err
}
