package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"stint"
	"stint/internal/store"
	"stint/internal/testdb"
)

// endless is what makes a statement run for minutes.
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) "

// endlessStatements are such that only read, before the first row and between rows, and one that writes all the time.
var endlessStatements = map[string]string{
	"count": endless + "SELECT COUNT(*) FROM n",
	"rows":  endless + "SELECT i FROM n",
	"write": "INSERT INTO settings (name, value) " + endless + "SELECT 'endless-' || i, 'x' FROM n",
}

const shortLimit = 200 * time.Millisecond

// tooLong checks how a statement ended that began at a time and ran over the limit.
func tooLong(t *testing.T, err error, began time.Time) {
	t.Helper()
	if e, ok := errors.AsType[*stint.Error](err); !ok || e.Kind != stint.Unavailable || e.Code != "DatabaseUnavailable" {
		t.Errorf("a statement over the limit was answered %v", err)
	}
	if took := time.Since(began); took < shortLimit/2 || took > 2*time.Second {
		t.Errorf("a statement with a limit of %s ended after %s", shortLimit, took)
	}
}

func nothing(func(...any) error) error { return nil }

// A statement over the limit fails, in a view and in a transaction, and leaves nothing behind but a usable connection.
func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{StatementTimeout: shortLimit, Connections: 1})
		s := seed(t, db)
		usable := func() {
			t.Helper()
			for range 3 {
				err := db.View(t.Context(), s.scope(), func(tx *store.Tx) error {
					_, err := store.Clients.Get(tx, s.row["clients"])
					_, err2 := store.Projects.Get(tx, s.row["projects"])
					return errors.Join(err, err2)
				})
				if err != nil {
					t.Fatalf("after it a read was answered %v", err)
				}
			}
			err := db.Global(t.Context(), func(g *store.GlobalTx) error { _, err := g.KeepSetting(t.Name(), "x"); return err })
			if err != nil {
				t.Fatalf("after it a write was answered %v", err)
			}
			err = db.GlobalView(t.Context(), func(g *store.GlobalTx) error {
				return g.Raw("SELECT name FROM settings WHERE name LIKE 'endless%' OR name = 'beside'", func(func(...any) error) error {
					t.Error("it left a row behind")
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, kind := range []string{"count", "rows"} {
			for _, before := range []int{0, 1, 2} {
				began := time.Now()
				err := db.View(t.Context(), s.scope(), func(tx *store.Tx) error {
					for range before {
						if _, err := store.Clients.Get(tx, s.row["clients"]); err != nil {
							return err
						}
					}
					return tx.Raw(endlessStatements[kind], nothing)
				})
				tooLong(t, err, began)
				usable()
			}
		}
		for kind, statement := range endlessStatements {
			for _, looks := range []bool{true, false} {
				began := time.Now()
				err := db.Global(t.Context(), func(g *store.GlobalTx) error {
					if _, err := g.KeepSetting("beside", "x"); err != nil {
						return err
					}
					err := g.Raw(statement, nothing)
					if _, err := g.KeepSetting("beside", "x"); err == nil {
						t.Errorf("after the end of its statement %s a transaction went on", kind)
					}
					if looks {
						return err
					}
					return nil
				})
				tooLong(t, err, began)
				usable()
			}
		}
	})
}

// The limit is for a statement, not for all statements of a transaction or of
// a connection, and what was waited for between them does not count.
func TestStatementTimeoutIsOfOneStatement(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{StatementTimeout: time.Second, Connections: 1})
		many := func(raw func(string, func(func(...any) error) error) error) error {
			for range 12 {
				err := raw("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT COUNT(*) FROM n", nothing)
				if err != nil {
					return err
				}
				time.Sleep(150 * time.Millisecond)
			}
			return nil
		}
		if err := db.GlobalView(t.Context(), func(g *store.GlobalTx) error { return many(g.Raw) }); err != nil {
			t.Error(err)
		}
		if err := db.Global(t.Context(), func(g *store.GlobalTx) error { return many(g.Raw) }); err != nil {
			t.Error(err)
		}
	})
}

// Writes beside one that runs over the limit, or whose request is given up, are committed.
func TestStatementTimeoutFailsAlone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{StatementTimeout: shortLimit})
		for kind, statement := range endlessStatements {
			var wg sync.WaitGroup
			for i := range 2 {
				wg.Go(func() {
					err := db.Global(t.Context(), func(g *store.GlobalTx) error { return g.Raw(statement, nothing) })
					if e, ok := errors.AsType[*stint.Error](err); !ok || e.Kind != stint.Unavailable {
						t.Errorf("a statement over the limit was answered %v", err)
					}
				})
				wg.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), shortLimit/4)
					defer cancel()
					err := db.Global(ctx, func(g *store.GlobalTx) error { return g.Raw(statement, nothing) })
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("a statement of a request that was given up was answered %v", err)
					}
				})
				for w := range 8 {
					wg.Go(func() {
						name := fmt.Sprintf("%s-%d-%d", kind, i, w)
						for try := range 4 {
							err := db.Global(t.Context(), func(g *store.GlobalTx) error {
								_, err := g.KeepSetting(fmt.Sprintf("%s-%d", name, try), "x")
								return err
							})
							if err != nil {
								t.Errorf("a write beside a slow one was answered %v", err)
							}
						}
					})
				}
			}
			wg.Wait()
			for i := range 2 {
				for w := range 8 {
					for try := range 4 {
						name := fmt.Sprintf("%s-%d-%d-%d", kind, i, w, try)
						err := db.GlobalView(t.Context(), func(g *store.GlobalTx) error { _, err := g.Setting(name); return err })
						if err != nil {
							t.Errorf("what was written beside a slow transaction, %s, is answered %v", name, err)
						}
					}
				}
			}
		}
	})
}

// What a request that was given up runs ends at once, long before the limit.
func TestStatementEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{Connections: 1})
		s := seed(t, db)
		run := map[string]func(ctx context.Context, statement string) error{
			"view": func(ctx context.Context, statement string) error {
				return db.View(ctx, s.scope(), func(tx *store.Tx) error {
					if _, err := store.Clients.Get(tx, s.row["clients"]); err != nil {
						return err
					}
					return tx.Raw(statement, nothing)
				})
			},
			"transaction": func(ctx context.Context, statement string) error {
				return db.Global(ctx, func(g *store.GlobalTx) error { return g.Raw(statement, nothing) })
			},
		}
		for where, run := range run {
			for kind, statement := range endlessStatements {
				if where == "view" && kind == "write" {
					continue
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(100*time.Millisecond, cancel)
				began := time.Now()
				err := run(ctx, statement)
				if took := time.Since(began); !errors.Is(err, context.Canceled) || took > time.Second {
					t.Errorf("%s in a %s of a request that was given up ended after %s, %v", kind, where, took, err)
				}
				err = db.View(t.Context(), s.scope(), func(tx *store.Tx) error { _, err := store.Clients.Get(tx, s.row["clients"]); return err })
				if err != nil {
					t.Errorf("after it a read was answered %v", err)
				}
			}
		}
	})
}

func BenchmarkShortRead(b *testing.B) {
	for _, engine := range testdb.Engines() {
		b.Run(engine, func(b *testing.B) {
			db := testdb.Open(b, engine, store.Options{})
			s := seed(b, db)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				err := db.View(ctx, s.scope(), func(tx *store.Tx) error { return tx.RawOne("SELECT name FROM clients WHERE tenant_id = $1") })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
