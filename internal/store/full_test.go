package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stint"
)

// openFile opens a new SQLite database.
func openFile(t *testing.T) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stint.db")
	if err := Migrate(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// maxPages bounds the file, as a full disk would.
func maxPages(t *testing.T, db *DB, n int) {
	t.Helper()
	err := db.Global(context.Background(), func(g *GlobalTx) error {
		return g.s.query(fmt.Sprintf("PRAGMA max_page_count(%d)", n), nil, func(scan) error { return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keep writes settings of a size in one transaction.
func keep(db *DB, size int, names ...string) error {
	return db.Global(context.Background(), func(g *GlobalTx) error {
		for _, name := range names {
			if _, err := g.KeepSetting(name, strings.Repeat("x", size)); err != nil {
				return err
			}
		}
		return nil
	})
}

func has(t *testing.T, db *DB, name string) bool {
	t.Helper()
	err := db.GlobalView(context.Background(), func(g *GlobalTx) error {
		_, err := g.Setting(name)
		return err
	})
	if err != nil && !errors.Is(err, ErrNoRow) {
		t.Fatal(err)
	}
	return err == nil
}

// When the disk becomes full SQLite takes back the whole transaction, and with
// it what other requests of the batch had written: each of them must be told.
// Those who ignore an error must not write past it.
func TestFullInTheMiddleOfABatch(t *testing.T) {
	db := openFile(t)
	maxPages(t, db, 1) // never less than the file has
	t.Cleanup(func() { maxPages(t, db, 1<<30) })
	for round := range 20 {
		held, goOn := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { // keeps the writer busy, so that the others become one batch
			_ = db.Global(context.Background(), func(*GlobalTx) error { close(held); <-goOn; return nil })
		})
		<-held
		const n = 20
		errs := make([]error, n)
		name := func(i int) string { return fmt.Sprintf("%d-%d", round, i) }
		for i := range n {
			wg.Go(func() {
				switch i {
				case 4: // is refused because of what request 3 wrote
					errs[i] = db.Global(context.Background(), func(g *GlobalTx) error {
						if _, err := g.Setting(name(3)); err == nil {
							return stint.NewError(stint.Conflict, "Taken", name(3)+" is taken.")
						}
						_, err := g.KeepSetting(name(i), "small")
						return err
					})
				case 5:
					errs[i] = keep(db, 100_000, name(i))
				case 6:
					errs[i] = db.Global(context.Background(), func(g *GlobalTx) error {
						_, _ = g.KeepSetting("large", strings.Repeat("x", 100_000))
						_, _ = g.KeepSetting(name(i), "small")
						return nil
					})
				default:
					errs[i] = keep(db, 10, name(i))
				}
			})
			for range 5000 { // until it stands in the queue, behind those before it
				if len(db.eng.(*sqlite).w.jobs) > i {
					break
				}
				time.Sleep(100 * time.Microsecond)
			}
		}
		close(goOn)
		wg.Wait()
		for i, err := range errs {
			if (err == nil) != has(t, db, name(i)) {
				t.Errorf("request %d answered %v, and what it wrote is there: %v", i, err, has(t, db, name(i)))
			}
			var e *stint.Error
			if err != nil && (!errors.As(err, &e) || e.Code != "StorageFull") {
				t.Errorf("request %d answered %v, want StorageFull", i, err)
			}
		}
		if errs[5] == nil || errs[6] == nil {
			t.Errorf("the large ones answered %v and %v, want an error", errs[5], errs[6])
		}
		if err := keep(db, 1, name(n)); err != nil && round == 0 {
			t.Errorf("after the full disk a small request answered %v", err)
		}
	}
	maxPages(t, db, 1<<30)
	if err := keep(db, 100_000, "room again"); err != nil || !has(t, db, "room again") {
		t.Errorf("with room again a request answered %v", err)
	}
}

// A transaction of which a statement failed is not committed, even when its
// caller does not look at the error.
func TestAFailedStatementFailsTheTransaction(t *testing.T) {
	db := openFile(t)
	err := db.Global(context.Background(), func(g *GlobalTx) error {
		_, _ = g.KeepSetting("before", "x")
		_ = g.InsertToken(&stint.Token{ID: "tok_x", User: "usr_nobody"}, "hash")
		_, _ = g.KeepSetting("after", "x")
		return nil
	})
	if err == nil || has(t, db, "before") || has(t, db, "after") {
		t.Errorf("a transaction with a broken constraint answered %v and left %v, %v", err, has(t, db, "before"), has(t, db, "after"))
	}
}
