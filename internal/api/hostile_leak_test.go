package api_test

import (
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stint/internal/testdb"
)

// inner is what an answer never shows: SQL, drivers, files, stacks, addresses.
var inner = regexp.MustCompile(`(?i)sqlite|postgres|pgx|pgconn|sqlstate|sql:|\bselect\b.*\bfrom\b|insert into|delete from|\bwhere \w+ ?=|savepoint|rollback|constraint|relation "|no such (table|column)|syntax|malformed|disk image|goroutine|panic|runtime|\.go\b|/tmp/|/home/|/root/|/var/|\.db\b|-wal|127\.0\.0\.1|stint_test|password|tenant_id|name_fold|_id\b|0x[0-9a-f]{6}`)

var anyID = regexp.MustCompile(`\b[a-z]{3,4}_[a-z0-9]{24}\b`)

// clean checks that an answer tells nothing of the inside, and gives it as it is.
func clean(t *testing.T, what string, g got) {
	t.Helper()
	text := anyID.ReplaceAllString(string(g.body), "id")
	for name, values := range g.header {
		if name == "Date" || name == "X-Request-Id" {
			continue
		}
		text += "\n" + name + ": " + strings.Join(values, ", ")
	}
	if m := inner.FindString(text); m != "" {
		t.Errorf("%s: the answer %d shows %q: %.600s", what, g.status, m, text)
	}
	if g.status >= 400 && !strings.HasPrefix(what, "HEAD") {
		problemDocument(t, what, g)
	}
}

// request makes the operation's honest request.
func (w *world) request(t *testing.T, op attacked) got {
	t.Helper()
	var body []byte
	if op.body != nil {
		body = plainJSON(t, w.sample(t, op))
	}
	return w.send(t, op.method, op.path, body)
}

// public operations answer without the database; probes tell of it in their own way.
func public(op attacked) bool {
	return slices.Contains([]string{"getDocument", "getHealth", "getReadiness", "downloadInvoicePdf"}, op.id)
}

// Without its database the server answers 503 everywhere, and says no more than that.
func TestHostileErrorsWithoutDatabase(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		log, end := w.logged(t, asJSON)
		if err := w.DB.Close(); err != nil {
			t.Fatal(err)
		}
		for _, op := range w.ops {
			g := w.request(t, op)
			if public(op) {
				continue
			}
			clean(t, op.id, g)
			if g.status != 503 {
				t.Errorf("%s answered %d, not 503: %.300s", op.id, g.status, g.body)
			}
		}
		if g := w.send(t, "GET", "/api/v1/health/ready", nil); g.status != 503 || !strings.Contains(string(g.body), `"down"`) {
			t.Errorf("readiness is answered %d: %s", g.status, g.body)
		}
		end()
		if n := strings.Count(log.b.String(), `"level":"ERROR"`); n < len(w.ops)-4 {
			t.Errorf("%d of %d failures are in the log", n, len(w.ops))
		}
	})
}

// alter changes the database under the server.
func (w *world) alter(t *testing.T, engine string, statements ...string) {
	t.Helper()
	db := w.db
	if engine == testdb.SQLite {
		var err error
		if db, err = sql.Open("sqlite", "file:"+w.Address+"?_pragma=busy_timeout(10000)"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
	}
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// With tables gone the server's own mistakes are 500, which tell the caller
// only that nothing was changed and what to quote.
func TestHostileErrorsOfOurs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		_, end := w.logged(t, asJSON)
		defer end()
		var statements []string
		for _, table := range []string{"clients", "contacts", "emails", "addresses", "contracts", "projects", "invoices", "billables", "time_entries", "events", "tenants", "idempotency_keys"} {
			statements = append(statements, "ALTER TABLE "+table+" RENAME TO gone_"+table)
		}
		w.alter(t, engine, statements...)
		failed := 0
		for _, op := range w.ops {
			g := w.request(t, op)
			if !public(op) {
				clean(t, op.id, got{}.orProblem(g))
			}
			if g.status >= 500 {
				failed++
			}
		}
		if failed < len(w.ops)/2 {
			t.Errorf("only %d of %d operations failed without tables", failed, len(w.ops))
		}
	})
}

// A file that is overwritten under the server, and connections that are cut.
func TestHostileErrorsOfABrokenDatabase(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		_, end := w.logged(t, asJSON)
		defer end()
		if engine == testdb.PostgreSQL {
			for range 3 {
				w.alter(t, engine, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
				for _, op := range w.ops {
					if public(op) {
						continue
					}
					g := w.request(t, op)
					clean(t, op.id, got{}.orProblem(g))
					if g.status >= 500 && g.status != 503 {
						t.Errorf("%s after a cut: answered %d: %.300s", op.id, g.status, g.body)
					}
				}
			}
			return
		}
		noise := []byte(strings.Repeat("this is no database ", 20_000))
		for _, suffix := range []string{"", "-wal"} {
			f, err := os.OpenFile(w.Address+suffix, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt(noise, 0); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
		broken := 0
		for range 2 {
			for _, op := range w.ops {
				if public(op) {
					continue
				}
				g := w.request(t, op)
				clean(t, op.id, got{}.orProblem(g))
				if g.status >= 500 {
					broken++
				}
			}
		}
		if broken == 0 {
			t.Error("the broken file was not noticed")
		}
	})
}

// Refusals of every kind name what the caller sent, and nothing of ours.
func TestHostileRefusalsShowNothingOfOurs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		for _, op := range w.ops {
			if op.method == "GET" {
				for _, q := range []string{"limit=0", "cursor=x", "sort=nope", "expand=nope", "ids=%00", "createdAfter=x"} {
					clean(t, op.id+"?"+q, got{}.orProblem(w.send(t, "GET", op.path+"?"+q, nil)))
				}
			}
			for _, edit := range []string{"Authorization", "Tenant-Id"} {
				clean(t, fmt.Sprint(op.id, " without ", edit), got{}.orProblem(w.send(t, op.method, op.path, []byte(`{}`), set(edit))))
				clean(t, fmt.Sprint(op.id, " with another ", edit), got{}.orProblem(w.send(t, op.method, op.path, []byte(`{}`), set(edit, "Bearer x"))))
			}
			if op.body == nil {
				continue
			}
			for _, body := range []string{"", "{", "[]", "{}", `{"nope":1}`, `{"name":1,"date":1,"ids":1,"billables":1,"items":1}`, `{"clientId":"x","contactId":"x","contractId":"x","projectId":"x","invoiceId":"x","billableId":"x"}`} {
				clean(t, op.id+" "+body, w.send(t, op.method, op.path, []byte(body)))
			}
			// A parent that is not there, a key that is taken, a record with others under it.
			sample := w.sample(t, op)
			for name := range sample {
				if strings.HasSuffix(name, "Id") && name != "referenceId" {
					sample[name] = "x"
				}
			}
			clean(t, op.id+" without parent", w.send(t, op.method, op.path, plainJSON(t, sample)))
			sample = w.sample(t, op)
			if _, ok := sample["externalKey"]; ok {
				sample["externalKey"] = "k-" + strings.Split(op.path, "/")[3]
				clean(t, op.id+" with a taken key", w.send(t, op.method, op.path, plainJSON(t, sample)))
			}
		}
		for _, name := range []string{"client", "contract", "project", "invoice"} {
			g := w.send(t, "DELETE", "/api/v1/"+name+"s/"+w.ids[name+"Id"], nil)
			clean(t, "DELETE "+name, g)
			if g.status != 409 {
				t.Errorf("DELETE %s: answered %d: %.300s", name, g.status, g.body)
			}
		}
	})
}

// orProblem keeps answers that are refusals; what is answered may say anything.
func (got) orProblem(g got) got {
	if g.status < 400 {
		return got{status: g.status}
	}
	return g
}
