package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// applicationRole is what the server works as on PostgreSQL.
const applicationRole = "stint_app"

func postgresMigrator(ctx context.Context, address string) (*migrator, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("the database address is not valid: %w", err)
	}
	cfg.ConnectTimeout = 5 * time.Second
	db := stdlib.OpenDB(*cfg)
	fail := func(err error) (*migrator, error) { return nil, errors.Join(err, db.Close()) }
	role, schema, err := prepareRole(ctx, db)
	if err != nil {
		return fail(fmt.Errorf("PostgreSQL cannot be prepared: %w", err))
	}
	files, err := migrations(map[string]string{"text": `TEXT COLLATE "C"`, "clustered": "", "role": role, "schema": schema}, rowLevelSecurity)
	if err != nil {
		return fail(err)
	}
	// A program that waits for another's migration looks every second, for five minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return fail(err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fail(err)
	}
	return &migrator{db: db, goose: p, unlock: func() {}}, nil
}

// prepareRole makes the application role where the connecting role may; where
// it may not, the server works as the connecting role itself, which FORCE
// holds behind the same wall unless it is a superuser (then the start is refused).
func prepareRole(ctx context.Context, db *sql.DB) (role, schema string, err error) {
	var mayCreate, exists, member bool
	err = db.QueryRowContext(ctx, `
		SELECT rolsuper OR rolcreaterole, quote_ident(rolname), quote_ident(current_schema()),
		       EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1),
		       EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid, 'MEMBER'))
		FROM pg_roles WHERE rolname = current_user`, applicationRole).Scan(&mayCreate, &role, &schema, &exists, &member)
	if err != nil {
		return "", "", err
	}
	if !exists && mayCreate {
		// Another database of the same server may make it at the same moment.
		if _, err := db.ExecContext(ctx, "CREATE ROLE "+applicationRole+" NOLOGIN NOSUPERUSER NOBYPASSRLS"); err == nil || strings.Contains(err.Error(), "42710") || strings.Contains(err.Error(), "23505") {
			exists = true
		} else {
			return "", "", err
		}
	}
	if exists && !member && mayCreate {
		_, _ = db.ExecContext(ctx, "GRANT "+applicationRole+" TO CURRENT_USER")
		member = db.QueryRowContext(ctx, "SELECT pg_has_role(current_user, $1, 'MEMBER')", applicationRole).Scan(&member) == nil && member
	}
	if member {
		role = applicationRole
	}
	return role, schema, nil
}
