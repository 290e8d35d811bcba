package store

import "context"

// durable asks a session which settings its commits run with.
const (
	sqliteDurable   = `SELECT 'journal_mode', journal_mode FROM pragma_journal_mode UNION ALL SELECT 'synchronous', CAST(synchronous AS TEXT) FROM pragma_synchronous`
	postgresDurable = `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'wal_sync_method')`
)

// Durability reads back the settings that a write transaction commits with. Open
// has refused those that lose acknowledged writes.
func (db *DB) Durability(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	text := sqliteDurable
	if _, ok := db.eng.(*postgres); ok {
		text = postgresDurable
	}
	err := db.eng.do(ctx, "", func(s session) error {
		return s.query(text, nil, func(scan scan) error {
			var name, value string
			err := scan(&name, &value)
			out[name] = value
			return err
		})
	})
	return out, err
}
