package store_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"stint/internal/store"
	"stint/internal/testdb"
)

var databases atomic.Int64

// empty is the address of a database that nobody has migrated.
func empty(t *testing.T, engine string) string {
	t.Helper()
	if engine == testdb.SQLite {
		return filepath.Join(t.TempDir(), "new", "stint.db")
	}
	ctx := context.Background()
	server := os.Getenv("STINT_TEST_POSTGRES")
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	name := fmt.Sprintf("stint_empty_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if admin, err := pgx.Connect(ctx, server); err == nil {
			_, _ = admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
			_ = admin.Close(ctx)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// versions are the migrations that a database notes as done.
func versions(tb testing.TB, address string) [][]string {
	tb.Helper()
	return ask(tb, testdb.Past(tb, address), "SELECT id, version_id, is_applied, tstamp FROM goose_db_version ORDER BY id")
}

// A second migration finds nothing to do and changes nothing.
func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := empty(t, engine)
			if err := store.CheckVersion(t.Context(), address); err == nil || !strings.Contains(err.Error(), "stint migrate") {
				t.Errorf("an empty database is not refused with the command to run: %v", err)
			}
			if err := store.Migrate(t.Context(), address); err != nil {
				t.Fatal(err)
			}
			schema, done := schemaOf(t, address), versions(t, address)
			for range 2 {
				if err := store.Migrate(t.Context(), address); err != nil {
					t.Fatal(err)
				}
			}
			if !reflect.DeepEqual(schemaOf(t, address), schema) || !reflect.DeepEqual(versions(t, address), done) {
				t.Error("a second migration changed the database")
			}
			if err := store.CheckVersion(t.Context(), address); err != nil {
				t.Error(err)
			}
		})
	}
}

// migrating names the database that a child of the test below migrates.
const migrating = "STINT_TEST_MIGRATE"

// TestMigrateInAProcess is what the processes of the next test run; alone it
// does nothing.
func TestMigrateInAProcess(t *testing.T) {
	if address := os.Getenv(migrating); address != "" {
		if err := store.Migrate(t.Context(), address); err != nil {
			t.Fatal(err)
		}
	}
}

// Servers that start at once on a new database wait for each other, and all find it ready.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := empty(t, engine)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			done := make(chan error)
			const each = 2
			for range each {
				go func() { done <- store.Migrate(ctx, address) }()
				go func() {
					child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMigrateInAProcess$", "-test.v")
					child.Env = append(os.Environ(), migrating+"="+address)
					out, err := child.CombinedOutput()
					if err == nil && !strings.Contains(string(out), "PASS: TestMigrateInAProcess") {
						err = fmt.Errorf("the child ran nothing: %s", out)
					} else if err != nil {
						err = fmt.Errorf("%w: %s", err, out)
					}
					done <- err
				}()
			}
			for range 2 * each {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			counted := map[string]int{}
			for _, v := range versions(t, address) {
				counted[v[1]]++
			}
			for version, n := range counted {
				if n != 1 {
					t.Errorf("migration %s ran %d times", version, n)
				}
			}
			if !slices.Equal(slices.Sorted(maps.Keys(schemaOf(t, address))), slices.Sorted(maps.Keys(schemaOf(t, testdb.Address(t, engine))))) {
				t.Error("the database has other tables than one that was migrated alone")
			}
		})
	}
}

// oneLine fails when an error is not a single line that has the words.
func oneLine(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Error("there is no error")
		return
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 500 {
		t.Errorf("the error is more than a line: %v", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

// A database of a newer program is left alone, and the error says which
// version is needed.
func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := testdb.Address(t, engine)
			db := testdb.Past(t, address)
			if _, err := db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)"); err != nil {
				t.Fatal(err)
			}
			schema, done := schemaOf(t, address), versions(t, address)
			for _, err := range []error{store.Migrate(t.Context(), address), store.CheckVersion(t.Context(), address)} {
				oneLine(t, err, "version 99999", "newer program", "backup")
			}
			if !reflect.DeepEqual(schemaOf(t, address), schema) || !reflect.DeepEqual(versions(t, address), done) {
				t.Error("the refused migration changed the database")
			}
		})
	}
}

// A file that is no database, or an address that is none, is refused with a
// line that names it, and left as it was.
func TestWhatIsNoDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, short := filepath.Join(dir, "letter.txt"), filepath.Join(dir, "short.db")
	long := strings.Repeat("Dear Sir or Madam,\n", 1000)
	for path, content := range map[string]string{text: long, short: "SQLite"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		oneLine(t, store.Migrate(t.Context(), path), path, "Check that it is a Stint database")
		oneLine(t, store.CheckVersion(t.Context(), path), path, "Check that it is a Stint database")
		db, err := store.Open(t.Context(), path, store.Options{})
		oneLine(t, err, path)
		if err == nil {
			_ = db.Close()
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != content {
			t.Errorf("the refused file was changed: %v", err)
		}
	}
	_, err := store.Open(t.Context(), filepath.Join(dir, "missing.db"), store.Options{})
	oneLine(t, err, "missing.db", "stint migrate")
	if _, err := os.Stat(filepath.Join(dir, "missing.db")); err == nil {
		t.Error("a missing file was made by Open")
	}
	oneLine(t, store.Migrate(t.Context(), dir), dir)
	oneLine(t, store.Migrate(t.Context(), filepath.Join(text, "stint.db")), "folder")
	if testdb.Has(testdb.PostgreSQL) {
		oneLine(t, store.Migrate(t.Context(), "postgres://%zz"), "address is not valid")
	}
}

// Foreign keys and full synchronisation are asked back on every connection,
// because SQLite has them off by default.
func TestSQLiteConnections(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.SQLite) {
		return
	}
	db := testdb.Open(t, testdb.SQLite, store.Options{})
	pragma := func(raw func(string, func(func(...any) error) error) error, name string) (v string) {
		if err := raw("SELECT CAST("+name+" AS TEXT) FROM pragma_"+name, func(scan func(...any) error) error { return scan(&v) }); err != nil {
			t.Error(err)
		}
		return v
	}
	err := db.Do(t.Context(), store.Scope{}, func(tx *store.Tx) error {
		for name, want := range map[string]string{"foreign_keys": "1", "synchronous": "2", "journal_mode": "wal"} {
			if got := pragma(tx.Raw, name); got != want {
				t.Errorf("the writer has %s=%s, want %s", name, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = db.View(t.Context(), store.Scope{}, func(tx *store.Tx) error {
		for name, want := range map[string]string{"foreign_keys": "1", "query_only": "1"} {
			if got := pragma(tx.Raw, name); got != want {
				t.Errorf("a reader has %s=%s, want %s", name, got, want)
			}
		}
		if err := tx.Raw("DELETE FROM clients", func(func(...any) error) error { return nil }); err == nil {
			t.Error("a reader could write")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
