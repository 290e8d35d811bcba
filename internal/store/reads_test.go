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

// Reads that are sent together do not know of each other: each tenant finds its
// own rows and nobody else's, and one that fails, or panics, fails alone.
func TestReadsTogether(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{Connections: 6})
		tenants := []*seeded{seed(t, db), seed(t, db), seed(t, db)}
		read := func(worker, i int) error {
			own, other := tenants[(worker+i)%3], tenants[(worker+i+1)%3]
			view := func(fn func(tx *store.Tx) error) error { return db.View(context.Background(), own.scope(), fn) }
			switch (worker + i) % 8 {
			case 0:
				err := view(func(tx *store.Tx) error { return tx.RawOne("SELECT 1/(length($1)-length($1))") })
				if err == nil && engine == testdb.PostgreSQL {
					return errors.New("a division by zero was answered")
				}
				return nil
			case 1:
				err := view(func(tx *store.Tx) error { return tx.RawOne("SELECT no_such_column FROM clients WHERE tenant_id = $1") })
				if err == nil || errors.Is(err, store.ErrNoRow) {
					return fmt.Errorf("a wrong statement was answered %w", err)
				}
				return nil
			case 2:
				return view(func(tx *store.Tx) error {
					if _, err := store.Clients.Get(tx, other.row["clients"]); !errors.Is(err, store.ErrNoRow) {
						return fmt.Errorf("another tenant's client was answered %w", err)
					}
					return nil
				})
			case 3:
				if _, err := db.Authenticate(context.Background(), "none", own.tenant); !errors.Is(err, store.ErrNoRow) {
					return fmt.Errorf("an unknown token was answered %w", err)
				}
				return nil
			}
			return view(func(tx *store.Tx) error {
				c, err := store.Clients.Get(tx, own.row["clients"])
				if err != nil || c.ID != own.row["clients"] {
					return fmt.Errorf("the own client was answered %v, %w", c, err)
				}
				p, err := store.Projects.ByIDs(tx, []string{own.row["projects"], other.row["projects"]})
				if err != nil || len(p) != 1 || p[0].ID != own.row["projects"] {
					return fmt.Errorf("of two projects %d were found, %w", len(p), err)
				}
				return nil
			})
		}
		var wg sync.WaitGroup
		for worker := range 32 {
			wg.Go(func() {
				for i := range testdb.Scale(30, 300, 3000) {
					if err := read(worker, i); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

// Who reads while the database is closed is answered, at once.
func TestReadWhileClosed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{})
		s := seed(t, db)
		var wg sync.WaitGroup
		began := make(chan struct{}, 16)
		for range 16 {
			wg.Go(func() {
				for i := 0; ; i++ {
					err := db.View(context.Background(), s.scope(), func(tx *store.Tx) error {
						_, err := store.Clients.Get(tx, s.row["clients"])
						return err
					})
					if e, ok := errors.AsType[*stint.Error](err); ok && e.Kind == stint.Unavailable {
						return
					}
					if err != nil {
						t.Errorf("a reader was answered %v", err)
						return
					}
					if i == 0 {
						began <- struct{}{}
					}
				}
			})
		}
		for range 16 {
			<-began
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		ended := make(chan struct{})
		go func() { wg.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("readers wait for a database that is closed")
		}
	})
}
