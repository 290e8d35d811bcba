package fault

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"stint"
	"stint/internal/store"
)

// look opens the database itself, past the program, to read what is really in
// it as one tenant. A path is opened as SQLite, read only.
func look(t *testing.T, address, tenant string) *sql.Conn {
	t.Helper()
	ctx := context.Background()
	var db *sql.DB
	if store.IsPostgres(address) {
		cfg, err := pgx.ParseConfig(address)
		if err != nil {
			t.Fatal(err)
		}
		db = stdlib.OpenDB(*cfg)
	} else {
		var err error
		if db, err = sql.Open("sqlite", "file:"+address+"?mode=ro&_pragma=busy_timeout(10000)"); err != nil {
			t.Fatal(err)
		}
	}
	db.SetMaxIdleConns(-1) // closing the connection ends it: there are not many
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(ctx)
	if err == nil && store.IsPostgres(address) {
		_, err = conn.ExecContext(ctx, "SELECT set_config('stint.tenant', $1, false)", tenant)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// texts reads the first column of a query's rows as text.
func texts(t *testing.T, conn *sql.Conn, query string, args ...any) []string {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var v any
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(v))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	return out
}

// nouns are the tables whose rows have a version, with the word in their events.
var nouns = map[string]string{"clients": "client", "contacts": "contact", "emails": "email", "addresses": "address", "contracts": "contract",
	"projects": "project", "invoices": "invoice", "billables": "billable", "time_entries": "time-entry"}

// checkTenant looks at all rows of a tenant in the database itself: each change
// has its one event, no request is half there, and sums are the sums of their parts.
func checkTenant(t *testing.T, address, tenant string) {
	t.Helper()
	conn := look(t, address, tenant)
	defer func() { _ = conn.Close() }()
	none := func(what, query string, args ...any) {
		t.Helper()
		if bad := texts(t, conn, query, args...); len(bad) > 0 {
			t.Errorf("%s: %d, such as %v", what, len(bad), bad[:min(3, len(bad))])
		}
	}
	for table, word := range nouns {
		none(table+" whose version is not the number of their events", `
			SELECT t.id FROM `+table+` t
			LEFT JOIN (SELECT resource_id, COUNT(*) AS n FROM events WHERE tenant_id = $1 AND type LIKE '`+word+`.%' GROUP BY resource_id) e ON e.resource_id = t.id
			WHERE t.tenant_id = $1 AND t.version <> COALESCE(e.n, 0)`, tenant)
		none("events of "+table+" without a row and without a deletion", `
			SELECT e.resource_id FROM events e LEFT JOIN `+table+` t ON t.tenant_id = $1 AND t.id = e.resource_id
			WHERE e.tenant_id = $1 AND e.type LIKE '`+word+`.%' AND t.id IS NULL
			GROUP BY e.resource_id HAVING COUNT(CASE WHEN e.type = '`+word+`.deleted' THEN 1 END) <> 1`, tenant)
		none(table+" that are still there after their deletion", `
			SELECT e.resource_id FROM events e JOIN `+table+` t ON t.tenant_id = $1 AND t.id = e.resource_id
			WHERE e.tenant_id = $1 AND e.type = '`+word+`.deleted'`, tenant)
	}
	none("idempotency keys without an answer", `SELECT key FROM idempotency_keys WHERE tenant_id = $1 AND (status < 200 OR status > 299)`, tenant)
	none("clients with several default contacts", `
		SELECT client_id FROM contacts WHERE tenant_id = $1 AND is_default GROUP BY client_id HAVING COUNT(*) > 1`, tenant)
	checkSums(t, conn, tenant)
}

// checkSums adds up the lines of every invoice whose amount is derived.
func checkSums(t *testing.T, conn *sql.Conn, tenant string) {
	t.Helper()
	sums := map[string]int64{}
	rows, err := conn.QueryContext(context.Background(), `SELECT invoice_id, quantity, amount_minor FROM billables WHERE tenant_id = $1`, tenant)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b stint.Billable
		if err := rows.Scan(&b.Invoice, &b.Quantity, &b.AmountMinor); err != nil {
			t.Fatal(err)
		}
		line, err := b.LineMinor()
		if err != nil {
			t.Fatal(err)
		}
		sums[b.Invoice] += line
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, inv := range texts(t, conn, `SELECT id || ' ' || amount_minor FROM invoices WHERE tenant_id = $1 AND NOT amount_sent`, tenant) {
		id, amount, _ := strings.Cut(inv, " ")
		if want := fmt.Sprint(sums[id]); amount != want {
			t.Errorf("invoice %s has the amount %s, its lines sum up to %s", id, amount, want)
		}
	}
}

// checkFile has SQLite look at a whole file of its own.
func checkFile(t *testing.T, path string) {
	t.Helper()
	conn := look(t, path, "")
	defer func() { _ = conn.Close() }()
	if got := texts(t, conn, "PRAGMA integrity_check"); len(got) != 1 || got[0] != "ok" {
		t.Errorf("integrity_check of %s: %v", path, got)
	}
	if got := texts(t, conn, "PRAGMA foreign_key_check"); len(got) != 0 {
		t.Errorf("foreign_key_check of %s: %v", path, got)
	}
}

// check looks at the whole database at an address, for the tenants named.
func check(t *testing.T, address string, tenants ...string) {
	t.Helper()
	for _, tenant := range tenants {
		checkTenant(t, address, tenant)
	}
	if !store.IsPostgres(address) {
		checkFile(t, address)
	}
}
