package store_test

import (
	"context"
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"stint/internal/store"
	"stint/internal/testdb"
)

// run changes a database behind the program's back, and closes it.
func run(t *testing.T, address string, statements ...string) {
	t.Helper()
	driver := "sqlite"
	if store.IsPostgres(address) {
		driver = "pgx"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatal(s, err)
		}
	}
}

// files are the contents of a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// unchanged fails when what is done leaves a folder other than it was.
func unchanged(t *testing.T, dir string, do func()) {
	t.Helper()
	before := files(t, dir)
	do()
	after := files(t, dir)
	if !maps.Equal(before, after) {
		t.Errorf("the folder had %d files and has %d, or another content", len(before), len(after))
		for name := range after {
			t.Log(name)
		}
	}
}

// relations are the tables, indexes and sequences of a PostgreSQL database.
func relations(t *testing.T, address string) [][]string {
	t.Helper()
	return ask(t, testdb.Past(t, address), "SELECT relname, relkind FROM pg_class WHERE relnamespace = current_schema()::regnamespace ORDER BY 1")
}

// Reading commands ask for the version of databases that are not theirs, with
// rights that may be more or less than the server's: they leave nothing behind.
func TestCheckVersionOnlyReads(t *testing.T) {
	t.Parallel()
	const advice = "Run `stint migrate` with the same --database"
	t.Run(testdb.SQLite, func(t *testing.T) {
		t.Parallel()
		if !testdb.Has(testdb.SQLite) {
			return
		}
		address := testdb.Address(t, testdb.SQLite)
		dir := filepath.Dir(address)
		link := filepath.Join(t.TempDir(), "link.db")
		if err := os.Symlink(address, link); err != nil {
			t.Fatal(err)
		}
		none := filepath.Join(dir, "none.db")
		if err := os.WriteFile(none, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		unchanged(t, dir, func() {
			for _, path := range []string{address, link} {
				if err := store.CheckVersion(t.Context(), path); err != nil {
					t.Error(err)
				}
			}
			oneLine(t, store.CheckVersion(t.Context(), none), "version 0", advice)
			oneLine(t, store.CheckVersion(t.Context(), filepath.Join(dir, "new", "stint.db")), "version 0", advice)
		})
	})
	t.Run(testdb.PostgreSQL, func(t *testing.T) {
		t.Parallel()
		if !testdb.Has(testdb.PostgreSQL) {
			return
		}
		const readOnly = "&default_transaction_read_only=on"
		address := empty(t, testdb.PostgreSQL)
		err := store.CheckVersion(t.Context(), address+readOnly)
		oneLine(t, err, "version 0", advice)
		if strings.Contains(err.Error(), "postgres://") {
			t.Errorf("an address is given, of which the password will be masked: %v", err)
		}
		oneLine(t, store.CheckVersion(t.Context(), address), "version 0")
		if made := relations(t, address); len(made) > 0 {
			t.Errorf("looking at the version made %v", made)
		}
		if err := store.Migrate(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		if err := store.CheckVersion(t.Context(), address+readOnly); err != nil {
			t.Error(err)
		}
	})
}

// The tables of another program are left alone, also when it counts its
// migrations in a table of the same name.
func TestAnotherProgramsDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		for name, statements := range map[string][]string{
			"plain": {"CREATE TABLE books (title TEXT)"},
			"goose": {"CREATE TABLE books (title TEXT)", "CREATE TABLE goose_db_version (id INTEGER, version_id BIGINT, is_applied BOOLEAN, tstamp TIMESTAMP)",
				"INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, TRUE), (1, TRUE)"},
			"newer": {"CREATE TABLE goose_db_version (id INTEGER, version_id BIGINT, is_applied BOOLEAN, tstamp TIMESTAMP)",
				"INSERT INTO goose_db_version (version_id, is_applied) VALUES (20250101, TRUE)"},
		} {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				address := empty(t, engine)
				refused := func() {
					for _, err := range []error{store.Migrate(t.Context(), address), store.CheckVersion(t.Context(), address)} {
						oneLine(t, err, "is not a Stint database", "--database")
					}
				}
				if engine == testdb.SQLite {
					dir := filepath.Dir(address)
					if err := os.MkdirAll(dir, 0o750); err != nil {
						t.Fatal(err)
					}
					run(t, address, statements...)
					unchanged(t, dir, refused)
					run(t, address, "PRAGMA journal_mode(WAL)")
					unchanged(t, dir, refused)
					return
				}
				run(t, address, statements...)
				before := relations(t, address)
				refused()
				if !reflect.DeepEqual(relations(t, address), before) {
					t.Error("the refused schema was changed")
				}
			})
		}
	}
}

// What an extension brings into the schema is no other program.
func TestTablesOfExtensionsAreNotInTheWay(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.PostgreSQL) {
		return
	}
	address := empty(t, testdb.PostgreSQL)
	run(t, address, "CREATE EXTENSION hstore", "CREATE TABLE spatial_ref_sys (srid INTEGER)", "ALTER EXTENSION hstore ADD TABLE spatial_ref_sys")
	if err := store.Migrate(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if err := store.CheckVersion(t.Context(), address); err != nil {
		t.Error(err)
	}
}

// What is no file, or no database, gets no file beside it.
func TestRefusedFilesGetNoNeighbours(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.SQLite) {
		return
	}
	dir := t.TempDir()
	folder, letter := filepath.Join(dir, "folder"), filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(letter, []byte(strings.Repeat("Dear Sir or Madam,\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	unchanged(t, dir, func() {
		oneLine(t, store.Migrate(t.Context(), letter), letter, "Check that it is a Stint database")
	})
	if err := os.Mkdir(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{store.Migrate(t.Context(), folder), store.CheckVersion(t.Context(), folder)} {
		oneLine(t, err, folder+" is a folder", filepath.Join(folder, "stint.db"))
	}
	oneLine(t, store.Migrate(t.Context(), os.DevNull), os.DevNull+" is not a file")
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
	if _, err := os.Stat(os.DevNull + ".lock"); err == nil {
		t.Error("a lock was left beside a device")
	}
}
