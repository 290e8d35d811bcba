package admin

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
	"stint/internal/testdb"
)

var until = DemoOptions{Seed: 7, Until: "2026-07-15"}

// TestDemo checks that two databases get the same demo, and that it holds what it promises.
func TestDemo(t *testing.T) {
	a, address := fresh(t, testdb.SQLite)
	start := time.Now()
	tenant, made, err := a.Demo(t.Context(), until)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	took := time.Since(start)
	all := dump(t, address)

	other, otherAddress := fresh(t, testdb.SQLite)
	if _, _, err := other.Demo(t.Context(), until); err != nil {
		t.Fatal(err)
	}
	if one, two := dump(t, address, "settings"), dump(t, otherAddress, "settings"); one != two {
		t.Errorf("two demos differ: %s and %s", digest(one), digest(two))
	}
	if id, made, err := a.Demo(t.Context(), DemoOptions{Seed: 8}); id != tenant || made || err != nil {
		t.Errorf("a second time: %s, %t, %v", id, made, err)
	}
	if dump(t, address) != all {
		t.Error("a second time changed the database")
	}

	db, err := sql.Open("sqlite", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	entries := count(t, db, `SELECT count(*) FROM time_entries`)
	t.Logf("%d entries in %s", entries, took.Round(time.Millisecond))
	for _, c := range []struct {
		what        string
		least, most int
		query       string
	}{
		{"clients", 5, 5, `SELECT count(*) FROM clients`},
		{"currencies", 5, 5, `SELECT count(DISTINCT currency_code) FROM contracts`},
		{"contracts", 8, 10, `SELECT count(*) FROM contracts`},
		{"projects", 18, 22, `SELECT count(*) FROM projects`},
		{"authors", 4, 4, `SELECT count(DISTINCT user_id) FROM time_entries`},
		{"entries", 8000, 10000, `SELECT count(*) FROM time_entries`},
		{"invoices", 80, 200, `SELECT count(*) FROM invoices`},
		{"drafts", 1, 1, `SELECT count(*) FROM invoices WHERE status = 'DRAFT'`},
		{"void", 1, 1, `SELECT count(*) FROM invoices WHERE status = 'VOID'`},
		{"paid", 70, 200, `SELECT count(*) FROM invoices WHERE paid_at IS NOT NULL`},
		{"finalized and unpaid", 1, 30, `SELECT count(*) FROM invoices WHERE status = 'FINALIZED' AND paid_at IS NULL`},
		{"unbilled", 50, 400, `SELECT count(*) FROM time_entries WHERE billable_id IS NULL`},
		{"unbilled before this month", 0, 0, `SELECT count(*) FROM time_entries WHERE billable_id IS NULL AND day < '2026-07-01'`},
		{"billed by a void invoice", 0, 0, `SELECT count(*) FROM time_entries e JOIN billables b ON b.tenant_id = e.tenant_id AND b.id = e.billable_id JOIN invoices i ON i.tenant_id = b.tenant_id AND i.id = b.invoice_id WHERE i.status = 'VOID'`},
		{"billed under another contract", 0, 0, `SELECT count(*) FROM time_entries e JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id
			JOIN billables b ON b.tenant_id = e.tenant_id AND b.id = e.billable_id JOIN invoices i ON i.tenant_id = b.tenant_id AND i.id = b.invoice_id WHERE i.contract_id <> p.contract_id`},
		{"lines that are not the sum of their entries", 0, 0, `SELECT count(*) FROM billables b JOIN invoices i ON i.tenant_id = b.tenant_id AND i.id = b.invoice_id AND i.status <> 'VOID'
			WHERE b.quantity * 3600 <> (SELECT sum(duration_seconds) FROM time_entries e WHERE e.tenant_id = b.tenant_id AND e.billable_id = b.id)`},
		{"invoices that are not the sum of their lines", 0, 0, `SELECT count(*) FROM invoices i
			WHERE abs(i.amount_minor - (SELECT sum(b.quantity * b.amount_minor) FROM billables b WHERE b.tenant_id = i.tenant_id AND b.invoice_id = i.id)) > 3`},
		{"entries outside their contract", 0, 0, `SELECT count(*) FROM time_entries e JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id JOIN contracts c ON c.tenant_id = p.tenant_id AND c.id = p.contract_id
			WHERE e.created_at < c.valid_from OR e.created_at > c.valid_to`},
		{"written in the future", 0, 0, `SELECT count(*) FROM events WHERE at >= unixepoch('2026-07-15') * 1000`},
		{"entries on weekends", 0, 0, `SELECT count(*) FROM time_entries WHERE strftime('%w', day) IN ('0', '6')`},
		{"entries whose ids do not sort by creation", 0, 0, `SELECT count(*) FROM (SELECT created_at, lag(created_at) OVER (ORDER BY id) AS before FROM time_entries) WHERE created_at < before`},
		{"more than one default contact", 0, 0, `SELECT count(*) FROM (SELECT 1 FROM contacts WHERE is_default GROUP BY client_id HAVING count(*) > 1)`},
	} {
		if n := count(t, db, c.query); n < c.least || n > c.most {
			t.Errorf("%s: %d, not from %d to %d", c.what, n, c.least, c.most)
		}
	}
}

// TestDemoAnyDay makes demos that end on awkward days.
func TestDemoAnyDay(t *testing.T) {
	for _, day := range []string{"2024-02-29", "2026-01-01"} {
		a, address := fresh(t, testdb.SQLite)
		if _, _, err := a.Demo(t.Context(), DemoOptions{Seed: 1, Until: stint.Date(day)}); err != nil {
			t.Errorf("%s: %v", day, err)
		}
		db, err := sql.Open("sqlite", address)
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, db, `SELECT count(*) FROM invoices WHERE status = 'DRAFT'`); n != 1 {
			t.Errorf("%s: %d drafts", day, n)
		}
		_ = db.Close()
	}
}

// TestDemoOnEachEngine reads the demo through the store, as the guest sees it.
func TestDemoOnEachEngine(t *testing.T) {
	var first string
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			a, _ := fresh(t, engine)
			f, err := a.FirstStart(t.Context())
			if err != nil || f == nil {
				t.Fatal(f, err)
			}
			tenant, made, err := a.Demo(t.Context(), until)
			if err != nil || !made {
				t.Fatal(made, err)
			}
			call, err := a.app.Authenticate(t.Context(), f.Token, tenant, "")
			if err != nil {
				t.Fatal("the token of the first start does not work in the demo:", err)
			}
			var b strings.Builder
			err = app.TimeEntries.List(t.Context(), a.app, call, store.ListQuery{}, 0, nil, func(p app.Page[stint.TimeEntry]) error {
				for _, e := range p.Records {
					fmt.Fprintln(&b, e.ID, e.Project, e.User, e.Date, e.DurationSeconds, *e.Description, e.CreatedAt, e.Version)
				}
				return nil
			})
			if err != nil || strings.Count(b.String(), "\n") < 8000 {
				t.Errorf("%d entries, %v", strings.Count(b.String(), "\n"), err)
			}
			if first == "" {
				first = b.String()
			}
			if b.String() != first {
				t.Error("the engines' demos differ")
			}
		})
	}
}

func TestDemoRefusesTheFuture(t *testing.T) {
	a, _ := fresh(t, testdb.SQLite)
	if _, _, err := a.Demo(t.Context(), DemoOptions{Until: "2999-01-01"}); err == nil {
		t.Error("a demo of the future")
	}
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err, query)
	}
	return n
}
