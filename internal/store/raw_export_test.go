package store

// Raw runs a statement as it is, without a tenant bound, in the transaction's
// own session: what a statement would see that forgot its WHERE.
func (tx *Tx) Raw(sql string, each func(scan func(...any) error) error) error {
	return raw(tx.s, sql, each)
}

// Raw is the same in no tenant.
func (g *GlobalTx) Raw(sql string, each func(scan func(...any) error) error) error {
	return raw(g.s, sql, each)
}

func raw(s session, sql string, each func(scan func(...any) error) error) error {
	return s.query(sql, nil, func(scan scan) error { return each(scan) })
}

// ApplicationRole is what the server works as on PostgreSQL.
const ApplicationRole = applicationRole

// RawOne runs a statement that is thought to find one row by its key.
func (tx *Tx) RawOne(sql string) error {
	var v any
	return one(tx.s, sql, []any{tx.Tenant}, &v)
}
