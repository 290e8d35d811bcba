package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// lookedAt is what the catalog tells: names as a statement takes them.
type lookedAt struct {
	user, database, path, schema string
	// versions says that the table of versions is there, owner whose it is.
	versions          bool
	owner             string
	create, read, act bool // may the user create tables, read the versions, act as the owner
}

// The tables of extensions are nobody's: they come with a database.
const catalog = `
	SELECT quote_ident(current_user), quote_ident(current_database()), current_setting('search_path'), COALESCE(quote_ident(n.nspname), ''),
	       COALESCE(has_schema_privilege(n.oid, 'CREATE'), FALSE), v.oid IS NOT NULL,
	       COALESCE(quote_ident(pg_get_userbyid(v.relowner)), ''), COALESCE(has_table_privilege(v.oid, 'SELECT'), FALSE),
	       COALESCE(pg_has_role(v.relowner, 'USAGE'), FALSE),
	       EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND c.relname = $2),
	       EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND c.relname <> $1
	               AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
	FROM (SELECT current_schema() AS name) s
	LEFT JOIN pg_namespace n ON n.nspname = s.name
	LEFT JOIN pg_class v ON v.relnamespace = n.oid AND v.relkind IN ('r', 'p') AND v.relname = $1`

func (f *found) lookPostgres(ctx context.Context, address string) error {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("the database address is not valid: %w", err)
	}
	cfg.ConnectTimeout = connectTimeout
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("PostgreSQL cannot be reached: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	// For both questions to see the same, beside a program that migrates.
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("PostgreSQL cannot be read: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	var l lookedAt
	err = tx.QueryRow(ctx, catalog, versionTable, oursTable).
		Scan(&l.user, &l.database, &l.path, &l.schema, &l.create, &l.versions, &l.owner, &l.read, &l.act, &f.ours, &f.tables)
	if err != nil {
		return fmt.Errorf("PostgreSQL cannot be read: %w", err)
	}
	f.what = fmt.Sprintf("the schema %s of the database %s", l.schema, l.database)
	f.denied = l.denied(f.tables)
	if !l.versions {
		return nil
	}
	if !l.read {
		return f.denied
	}
	if err := tx.QueryRow(ctx, readVersion).Scan(&f.version); err != nil {
		return fmt.Errorf("PostgreSQL cannot be read: %w", err)
	}
	return nil
}

// denied says which right is lacking, and the statement that gives it.
func (l *lookedAt) denied(tables bool) error {
	run := fmt.Sprintf("Run in the database %s, as its owner: GRANT USAGE, CREATE ON SCHEMA ", l.database)
	switch {
	case l.schema == "":
		return fmt.Errorf("the PostgreSQL user %s finds no schema that it may use in its search_path (%s). %spublic TO %s; or make one that the search_path names", l.user, l.path, run, l.user)
	case l.versions && !l.act && tables:
		return fmt.Errorf("the table %s.%s belongs to %s, and so do the others; the PostgreSQL user %s may not use them. Connect as %s with --database",
			l.schema, versionTable, l.owner, l.user, l.owner)
	case l.versions && !l.act: // left by a program that did not get further
		return fmt.Errorf("the table %s.%s belongs to %s, and the PostgreSQL user %s may not use it. Connect as %s with --database; or, since no other table is there, run as %s: DROP TABLE %s.%s;",
			l.schema, versionTable, l.owner, l.user, l.owner, l.owner, l.schema, versionTable)
	case !l.versions && !l.create:
		return fmt.Errorf("the PostgreSQL user %s may not create tables in the schema %s. %s%s TO %s;", l.user, l.schema, run, l.schema, l.user)
	}
	return nil
}
