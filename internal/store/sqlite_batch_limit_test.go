package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"stint"
)

// SQLite takes back the whole transaction when it ends a statement that writes,
// and with it what other requests of the batch wrote. They write it again; those
// that were ended do not run again, for they would hold up the writer as long.
func TestEndedInTheMiddleOfABatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stint.db")
	if err := Migrate(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	const limit = 150 * time.Millisecond
	db, err := Open(t.Context(), path, Options{StatementTimeout: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
	refused := errors.New("refused")
	for round := range 3 { // the first together, the others apart
		held, goOn := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { // keeps the writer busy, so that the others become one batch
			_ = db.Global(context.Background(), func(*GlobalTx) error { close(held); <-goOn; return nil })
		})
		<-held
		const n = 12
		var errs [n]error
		var runs [n]int
		name := func(i int) string { return fmt.Sprintf("%d-%d", round, i) }
		for i := range n {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				errs[i] = db.Global(ctx, func(g *GlobalTx) error {
					runs[i]++
					if _, err := g.KeepSetting(name(i), "x"); err != nil {
						return err
					}
					switch i {
					case 2: // is given up while it writes
						time.AfterFunc(20*time.Millisecond, cancel)
						_, err := g.s.exec("INSERT INTO settings (name, value) "+endless+"SELECT 'endless' || i, 'x' FROM n", nil)
						return err
					case 4: // reads too long
						return g.s.query(endless+"SELECT COUNT(*) FROM n", nil, func(scan) error { return nil })
					case 6: // writes too long, and does not look
						_, _ = g.s.exec("UPDATE settings SET value = ("+endless+"SELECT COUNT(*) FROM n)", nil)
					case 8:
						g.s.queue(statement{sql: "DELETE FROM settings WHERE (" + endless + "SELECT COUNT(*) FROM n) > 0", fail: func(error) error { return ErrNoRow }})
					case 9: // is refused because of what an ended one wrote, were it there
						if _, err := g.Setting(name(6)); err == nil {
							return stint.NewError(stint.Conflict, "Taken", "It is taken.")
						}
					case 10:
						return refused
					}
					return nil
				})
			})
			for range 5000 { // until it stands in the queue, behind those before it
				if len(db.eng.(*sqlite).w.jobs) > i {
					break
				}
				time.Sleep(100 * time.Microsecond)
			}
		}
		began := time.Now()
		close(goOn)
		wg.Wait()
		if took := time.Since(began); took < 3*limit || took > 3*limit+time.Second {
			t.Errorf("a batch with three that run over the limit of %s took %s", limit, took)
		}
		for i, err := range errs {
			e, _ := errors.AsType[*stint.Error](err)
			ok := err == nil
			switch i {
			case 2:
				ok = errors.Is(err, context.Canceled)
			case 4, 6, 8:
				ok = e != nil && e.Code == "DatabaseUnavailable"
			case 10:
				ok = errors.Is(err, refused)
			}
			if !ok {
				t.Errorf("request %d answered %v", i, err)
			}
			if (err == nil) != has(t, db, name(i)) {
				t.Errorf("request %d answered %v, and what it wrote is there: %v", i, err, has(t, db, name(i)))
			}
			if i%2 == 0 && i > 0 && i < 10 && runs[i] != 1 {
				t.Errorf("request %d, which was ended, ran %d times", i, runs[i])
			}
		}
		if has(t, db, "endless1") {
			t.Error("what an ended statement wrote is there")
		}
	}
}

// A request that is given up ends its own statements, never the ROLLBACK and
// COMMIT after them, whose steps SQLite counts too. A BEGIN that ends has begun.
func TestNoEndBetweenStatements(t *testing.T) {
	db := openFile(t)
	e := db.eng.(*sqlite)
	e.w.conn.beAsked(1) // nobody writes yet
	first, err := e.readers.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.readers.give(first)
	for i, looks := range []int{1, 2, 1, 1, 1, 1, 1, 1, 3} {
		first.beAsked(int32(1 + i%4)) // at the steps of a BEGIN by turns
		ctx, cancel := context.WithCancel(t.Context())
		err := db.GlobalView(ctx, func(g *GlobalTx) error {
			for range looks {
				if err := g.s.query("SELECT value FROM settings", nil, func(scan) error { return nil }); err != nil {
					return err
				}
			}
			r := g.s.(*sqliteReader)
			if i >= 2 { // as if it were given up just after the look at the context
				r.ctx = t.Context()
			}
			cancel()
			if err := g.s.query("SELECT value FROM settings", nil, func(scan) error { return nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("a view that was given up went on: %v", err)
			}
			return nil
		})
		if i >= 2 && !errors.Is(err, context.Canceled) {
			t.Errorf("a view whose statement was ended answered %v", err)
		}
		c, err := e.readers.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		e.readers.give(c)
		if c != first || c.inTransaction() || c.watch.ctx != nil {
			t.Errorf("after %d views the connection is left in a transaction: %v, with the context %v", i+1, c.inTransaction(), c.watch.ctx)
		}
	}
	for _, wait := range []bool{false, true, true} {
		ctx, cancel := context.WithCancel(t.Context())
		name := fmt.Sprint(wait)
		err := db.Global(ctx, func(g *GlobalTx) error {
			defer cancel()
			_, err := g.KeepSetting(name, "x")
			return err
		})
		if err != nil || !has(t, db, name) {
			t.Fatalf("a request that was given up after its statements answered %v", err)
		}
		if wait { // the next ones run apart
			_ = db.Global(t.Context(), func(*GlobalTx) error { return errors.New("refused") })
		}
	}
}
