package store_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"stint/internal/store"
	"stint/internal/testdb"
)

// weak makes a role without any rights. Made before the databases in which it
// gets some, it is dropped after them.
func weak(t *testing.T) (name string) {
	t.Helper()
	ctx, server := context.Background(), os.Getenv("STINT_TEST_POSTGRES")
	name = fmt.Sprintf("stint weak %d_%d", os.Getpid(), databases.Add(1))
	run(t, server, fmt.Sprintf("CREATE ROLE %q LOGIN PASSWORD 'weak'", name))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if admin, err := pgx.Connect(ctx, server); err == nil {
			_, _ = admin.Exec(ctx, fmt.Sprintf("DROP ROLE IF EXISTS %q", name))
			_ = admin.Close(ctx)
		}
	})
	return name
}

// as is an address with another role.
func as(t *testing.T, address, role string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "weak")
	return u.String()
}

// grant cuts the statement out of an error: from a word to the semicolon.
func grant(t *testing.T, err error, word string) string {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	_, text, found := strings.Cut(err.Error(), word)
	text, _, ended := strings.Cut(text, ";")
	if !found || !ended {
		t.Fatalf("no statement that begins with %s in: %v", word, err)
	}
	return word + text
}

// A role that may not create tables is told which statement lets it, and the
// statement does.
func TestMigrateWithoutRightsOnTheSchema(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.PostgreSQL) {
		return
	}
	role := weak(t)
	address := empty(t, testdb.PostgreSQL)
	run(t, address, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	err := store.Migrate(t.Context(), as(t, address, role))
	oneLine(t, err, `"`+role+`"`, "schema public")
	run(t, address, grant(t, err, "GRANT USAGE, CREATE ON SCHEMA"))
	if err := store.Migrate(t.Context(), as(t, address, role)); err != nil {
		t.Fatal(err)
	}

	hidden := empty(t, testdb.PostgreSQL)
	run(t, hidden, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
	err = store.Migrate(t.Context(), as(t, hidden, role))
	oneLine(t, err, `"`+role+`"`, "no schema")
	run(t, hidden, grant(t, err, "GRANT USAGE, CREATE ON SCHEMA"))
	if err := store.Migrate(t.Context(), as(t, hidden, role)); err != nil {
		t.Fatal(err)
	}
}

// A database that another role migrated is refused with that role's name.
func TestMigrateWhatBelongsToAnotherRole(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.PostgreSQL) {
		return
	}
	role, owner := weak(t), weak(t)
	address := empty(t, testdb.PostgreSQL)
	run(t, address, "GRANT CREATE ON SCHEMA public TO PUBLIC")
	if err := store.Migrate(t.Context(), as(t, address, owner)); err != nil {
		t.Fatal(err)
	}
	low := as(t, address, role)
	for _, err := range []error{store.Migrate(t.Context(), low), store.CheckVersion(t.Context(), low)} {
		oneLine(t, err, `"`+role+`"`, "belongs to", `"`+owner+`"`, "--database")
	}
	// An empty table of versions that another role has made is in the way, and can go.
	address = empty(t, testdb.PostgreSQL)
	run(t, address, "GRANT CREATE ON SCHEMA public TO PUBLIC",
		"CREATE TABLE goose_db_version (id INTEGER, version_id BIGINT, is_applied BOOLEAN, tstamp TIMESTAMP)")
	low = as(t, address, role)
	err := store.Migrate(t.Context(), low)
	oneLine(t, err, `"`+role+`"`, "belongs to")
	run(t, address, grant(t, err, "DROP TABLE"))
	if err := store.Migrate(t.Context(), low); err != nil {
		t.Error(err)
	}
}
