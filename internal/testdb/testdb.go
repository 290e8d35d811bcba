// Package testdb gives a test a migrated database of its own, on each engine.
package testdb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"stint/internal/store"
)

// SQLite and PostgreSQL are the engines.
const (
	SQLite     = "sqlite"
	PostgreSQL = "postgres"
)

// Engines are those that the tests run on: both, unless STINT_ENGINES names
// one. Without a PostgreSQL server (STINT_TEST_POSTGRES) tests on it fail: an
// engine that no test runs is not supported.
func Engines() []string {
	if s := os.Getenv("STINT_ENGINES"); s != "" {
		return strings.Split(s, ",")
	}
	return []string{SQLite, PostgreSQL}
}

// Each runs a test on every engine.
func Each(t *testing.T, test func(t *testing.T, engine string)) {
	t.Helper()
	for _, e := range Engines() {
		t.Run(e, func(t *testing.T) { test(t, e) })
	}
}

// Scale is how many rounds the tests do: quick, ci or soak.
func Scale(quick, ci, soak int) int {
	switch os.Getenv("STINT_SCALE") {
	case "ci":
		return ci
	case "soak":
		return soak
	}
	return quick
}

// Address makes a migrated database and gives its address. It is gone with the test.
func Address(tb testing.TB, engine string) string {
	tb.Helper()
	ctx := context.Background()
	if engine == SQLite {
		path := filepath.Join(tb.TempDir(), "stint.db")
		if err := copyTemplate(path); err != nil {
			tb.Fatal(err)
		}
		return path
	}
	return postgresDatabase(ctx, tb)
}

// Open opens a new migrated database.
func Open(tb testing.TB, engine string, o store.Options) *store.DB {
	tb.Helper()
	return OpenAt(tb, Address(tb, engine), o)
}

// OpenAt opens the database at an address for the length of the test.
func OpenAt(tb testing.TB, address string, o store.Options) *store.DB {
	tb.Helper()
	db, err := store.Open(context.Background(), address, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "stint-template")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "stint.db")
	if err := store.Migrate(context.Background(), path); err != nil {
		return nil, err
	}
	db, err := store.Open(context.Background(), path, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // folds the write-ahead log into the file
		return nil, err
	}
	return os.ReadFile(path) // #nosec G304 -- our own file
})

func copyTemplate(path string) error {
	b, err := template()
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

var (
	pgTemplate  sync.Once
	pgName      string
	errTemplate error
)

// postgresDatabase makes a database from one that was migrated once.
func postgresDatabase(ctx context.Context, tb testing.TB) string {
	tb.Helper()
	server := os.Getenv("STINT_TEST_POSTGRES")
	if server == "" {
		tb.Fatal("STINT_TEST_POSTGRES is not set: run the tests by `make test`, or start a server by `scripts/postgres start .tmp/pg` and set it to what `scripts/postgres url .tmp/pg` prints")
	}
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	pgTemplate.Do(func() {
		pgName = "stint_template_" + random()
		if _, errTemplate = admin.Exec(ctx, "CREATE DATABASE "+pgName); errTemplate == nil {
			errTemplate = store.Migrate(ctx, at(server, pgName))
		}
	})
	if errTemplate != nil {
		tb.Fatal(errTemplate)
	}
	name := "stint_test_" + random()
	for try := 0; ; try++ {
		// Two tests that copy the template at one moment refuse each other.
		_, err = admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+pgName)
		if err == nil || try == 50 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { drop(server, name) })
	return at(server, name)
}

func drop(server, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return
	}
	_, _ = admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	_ = admin.Close(ctx)
}

func at(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + database
	return u.String()
}

func random() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// Has tells whether the tests run on an engine.
func Has(engine string) bool { return slices.Contains(Engines(), engine) }
