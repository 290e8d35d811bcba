package admin

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"stint"
	"stint/internal/testdb"
)

// fresh is a migrated database of its own, and its address.
func fresh(t *testing.T, engine string) (*Admin, string) {
	t.Helper()
	address := testdb.Address(t, engine)
	return open(t, address), address
}

func open(t *testing.T, address string) *Admin {
	t.Helper()
	a, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// dump is every row of every table but the ones named.
func dump(t *testing.T, address string, but ...string) string {
	t.Helper()
	db := openSQL(t, address)
	var b strings.Builder
	tables := column(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' ORDER BY name`)
	for _, table := range tables {
		if slices.Contains(but, table) {
			continue
		}
		cols := column(t, db, `SELECT 'quote(' || name || ')' FROM pragma_table_info('`+table+`')`)
		for _, row := range column(t, db, `SELECT `+strings.Join(cols, `||' '||`)+` FROM `+table+` ORDER BY 1`) {
			fmt.Fprintln(&b, table, row)
		}
	}
	return b.String()
}

// openSQL opens a database file for the length of the test.
func openSQL(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func column(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func digest(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

func TestFirstStart(t *testing.T) {
	a, address := fresh(t, testdb.SQLite)
	f, err := a.FirstStart(t.Context())
	if err != nil || f == nil {
		t.Fatal(f, err)
	}
	call, err := a.app.Authenticate(t.Context(), f.Token, f.Tenant, "req")
	if err != nil || call.Role != stint.RoleOwner {
		t.Fatalf("the token of the first start: %v, %v", call, err)
	}
	all := dump(t, address)
	if strings.Contains(all, f.Token) {
		t.Error("the token's secret is in the database")
	}
	curl := f.Curl("http://127.0.0.1:8080")
	for _, want := range []string{f.Token, f.Tenant, f.Project, f.Billable, "Implemented authentication flow.", `"JIRA"`, `"PROJ-123"`} {
		if !strings.Contains(curl, want) {
			t.Errorf("the command lacks %s:\n%s", want, curl)
		}
	}
	if again, err := a.FirstStart(t.Context()); again != nil || err != nil {
		t.Errorf("a second start made %v, %v", again, err)
	}
	if dump(t, address) != all {
		t.Error("a second start changed the database")
	}
}

// TestFirstStartsAtOnce starts several servers on one new database: one of them makes a user.
func TestFirstStartsAtOnce(t *testing.T) {
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			_, address := fresh(t, engine)
			var made atomic.Int32
			var all sync.WaitGroup
			for range 4 {
				a := open(t, address)
				all.Go(func() {
					f, err := a.FirstStart(context.Background())
					if err != nil {
						t.Error(err)
					}
					if f != nil {
						made.Add(1)
					}
				})
			}
			all.Wait()
			users, err := open(t, address).Users(t.Context())
			if err != nil || made.Load() != 1 || len(users) != 1 {
				t.Errorf("%d first starts, %d users, %v", made.Load(), len(users), err)
			}
		})
	}
}

func TestFirstStartLeavesAPreparedDatabaseAlone(t *testing.T) {
	a, _ := fresh(t, testdb.SQLite)
	if _, err := a.CreateUser(t.Context(), "Anna", "anna@example.org"); err != nil {
		t.Fatal(err)
	}
	if f, err := a.FirstStart(t.Context()); f != nil || err != nil {
		t.Errorf("with a user there: %v, %v", f, err)
	}
}

func TestOperators(t *testing.T) {
	for _, engine := range testdb.Engines() {
		a, _ := fresh(t, engine)
		t.Run(engine, func(t *testing.T) { operators(t, a) })
	}
}

func operators(t *testing.T, a *Admin) {
	t.Helper()
	ctx := t.Context()
	if _, err := a.CreateToken(ctx, "", "ci", nil, nil, nil); err == nil {
		t.Error("a token without any user")
	}
	anna, err := a.CreateUser(ctx, "Anna", "anna@example.org")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][2]string{{"", ""}, {"Ben", "not an email"}, {"Ben", "ANNA@example.org"}} {
		if u, err := a.CreateUser(ctx, bad[0], bad[1]); err == nil {
			t.Errorf("made %v of %q", u, bad)
		}
	}
	tenant, err := a.CreateTenant(ctx, "Company", "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := a.CreateToken(ctx, "Anna@Example.org", "ci", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := a.app.Authenticate(ctx, token.Secret, tenant.ID, ""); err != nil || c.User != anna.ID {
		t.Errorf("the owner's token: %v, %v", c, err)
	}
	ben, err := a.CreateUser(ctx, "Ben", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.CreateToken(ctx, "", "ci", nil, nil, nil); err == nil {
		t.Error("a token, though it is not clear for whom")
	}
	bens, err := a.CreateToken(ctx, ben.ID, "ci", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.app.Authenticate(ctx, bens.Secret, tenant.ID, ""); err == nil {
		t.Error("Ben is let in before he is a member")
	}
	if _, err := a.AddMember(ctx, tenant.ID, ben.ID, stint.RoleOwner); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddMember(ctx, "tnt_none", ben.ID, stint.RoleOwner); err == nil {
		t.Error("a member of no tenant")
	}
	if _, err := a.app.Authenticate(ctx, bens.Secret, tenant.ID, ""); err != nil {
		t.Error(err)
	}
	if all, err := a.Tokens(ctx, ""); err != nil || len(all) != 2 || all[0].ID != bens.ID {
		t.Errorf("%d tokens, %v", len(all), err)
	}
	if err := a.RevokeToken(ctx, bens.ID); err != nil {
		t.Fatal(err)
	}
	if err := a.RevokeToken(ctx, bens.ID); err == nil {
		t.Error("revoked twice")
	}
	if _, err := a.app.Authenticate(ctx, bens.Secret, tenant.ID, ""); err == nil {
		t.Error("a revoked token is let in")
	}
}
