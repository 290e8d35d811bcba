package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"golang.org/x/sys/unix"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// applicationRole is what the server works as on PostgreSQL.
const applicationRole = "stint_app"

// Migrate brings the database at an address to this program's version,
// creating it when it is a file that is not there. Two programs that migrate
// at once wait for each other. It refuses a database of a newer program.
func Migrate(ctx context.Context, address string) error {
	m, err := newMigrator(ctx, address)
	if err != nil {
		return err
	}
	defer m.close()
	have, want, err := m.versions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return newerDatabase(have, want)
	}
	if have == want {
		return nil
	}
	if _, err := m.goose.Up(ctx); err != nil {
		return fmt.Errorf("the migration stopped: %w. Nothing of the failing step was kept; run it again when the cause is mended", err)
	}
	return nil
}

func newerDatabase(have, want int64) error {
	return fmt.Errorf("the database has version %d and this program knows only %d. Use the newer program, or restore a backup made by this one", have, want)
}

// CheckVersion tells whether the database is at this program's version, and
// says what to do when it is not.
func CheckVersion(ctx context.Context, address string) error {
	m, err := newMigrator(ctx, address)
	if err != nil {
		return err
	}
	defer m.close()
	have, want, err := m.versions(ctx)
	switch {
	case err != nil:
		return err
	case have > want:
		return newerDatabase(have, want)
	case have < want:
		return fmt.Errorf("the database has version %d and this program needs %d. Run: stint migrate --database %s", have, want, address)
	}
	return nil
}

type migrator struct {
	db     *sql.DB
	goose  *goose.Provider
	unlock func()
}

func newMigrator(ctx context.Context, address string) (*migrator, error) {
	if IsPostgres(address) {
		return postgresMigrator(ctx, address)
	}
	return sqliteMigrator(address)
}

func (m *migrator) close() {
	_ = m.db.Close()
	m.unlock()
}

func (m *migrator) versions(ctx context.Context) (have, want int64, err error) {
	sources := m.goose.ListSources()
	want = sources[len(sources)-1].Version
	have, err = m.goose.GetDBVersion(ctx)
	return have, want, err
}

func sqliteMigrator(path string) (*migrator, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("the folder of the database cannot be made: %w. Choose another with --database", err)
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*migrator, error) {
		unlock()
		return nil, fmt.Errorf("the database file %s cannot be opened: %w. Check that it is a Stint database and that its folder is writable", path, err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return fail(err)
	}
	// Made here, not by SQLite, to be readable by its owner only: it holds the
	// key that signs links. The files beside it get the same rights.
	if f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600); err != nil { // #nosec G304 -- the operator's own path
		return fail(err)
	} else if err := f.Close(); err != nil {
		return fail(err)
	}
	db, err := sql.Open("sqlite", sqliteDSN(abs))
	if err != nil {
		return fail(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(context.Background(), "PRAGMA user_version"); err != nil {
		return fail(errors.Join(err, db.Close()))
	}
	files, err := migrations(sqliteWords, func([]string) string { return "" })
	if err != nil {
		return fail(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fail(err)
	}
	return &migrator{db: db, goose: p, unlock: unlock}, nil
}

// lockFile keeps a second process from migrating the same file. The library
// has no lock for SQLite of its own.
func lockFile(path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- the operator's own path
	if err != nil {
		return nil, fmt.Errorf("the lock file of the database cannot be opened: %w. Check that its folder is writable", err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if time.Now().After(deadline) {
			_ = f.Close()
			return nil, fmt.Errorf("another process migrates this database (%s is locked). Wait until it has ended", path)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

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

// The words of the migration files: one text for both engines.
//
//	{{text}}       TEXT, compared by bytes on both engines
//	{{clustered}}  SQLite keeps such a table in the order of its key
//	{{rls a b}}    row-level security on the tables named
//	{{role}} {{schema}}
//
// Lines between `-- only postgres` and `-- end` are PostgreSQL's.
var sqliteWords = map[string]string{"text": "TEXT", "clustered": "WITHOUT ROWID"}

func rowLevelSecurity(tables []string) string {
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, `ALTER TABLE %[1]s ENABLE ROW LEVEL SECURITY;
ALTER TABLE %[1]s FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON %[1]s USING (tenant_id = current_setting('stint.tenant', true));
`, t)
	}
	return b.String()
}

var (
	word         = regexp.MustCompile(`\{\{([a-z]+)\}\}`)
	rlsWord      = regexp.MustCompile(`\{\{rls ([a-z_ ]+)\}\}`)
	onlyPostgres = regexp.MustCompile(`(?s)-- only postgres\n.*?-- end\n`)
)

func migrations(words map[string]string, rls func([]string) string) (fs.FS, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text := string(b)
		if _, postgres := words["role"]; !postgres {
			text = onlyPostgres.ReplaceAllString(text, "")
		}
		text = rlsWord.ReplaceAllStringFunc(text, func(s string) string {
			return rls(strings.Fields(rlsWord.FindStringSubmatch(s)[1]))
		})
		var unknown error
		text = word.ReplaceAllStringFunc(text, func(s string) string {
			w, ok := words[s[2:len(s)-2]]
			if !ok {
				unknown = fmt.Errorf("%s: unknown word %s", name, s)
			}
			return w
		})
		if unknown != nil {
			return nil, unknown
		}
		out[filepath.Base(name)] = &fstest.MapFile{Data: []byte(text)}
	}
	return out, nil
}
