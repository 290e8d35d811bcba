package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"stint"
	"stint/internal/store"
	"stint/internal/testdb"
)

// Writes that are committed together do not know of each other: each is kept
// or not as it would be alone, whatever the others do.
func TestWritesTogether(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		db := testdb.Open(t, engine, store.Options{})
		ctx := context.Background()
		scope := store.Scope{Tenant: db.IDs.New(stint.PrefixTenant)}
		err := db.Do(ctx, scope, func(tx *store.Tx) error {
			return tx.InsertTenant(&stint.Tenant{ID: scope.Tenant, Name: "T", CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		kept := map[string]bool{}
		refused := errors.New("refused")
		// bad is one of how many fails; 0 is none. The rare failures make batches that fail after all went well for long.
		write := func(worker, i, bad int) error {
			key := fmt.Sprintf("%d-%d", worker, i)
			kind := 0
			if bad > 0 && (worker+i)%bad == 0 {
				kind = 1 + (worker/2+i)%3
			}
			err := db.Do(ctx, scope, func(tx *store.Tx) error {
				c := &stint.Client{ID: tx.NewID(stint.PrefixClient), Name: key, ExternalKey: &key, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
				store.Clients.Insert(tx, c, nil)
				switch kind {
				case 1:
					return refused
				case 2:
					p := &stint.Project{ID: tx.NewID(stint.PrefixProject), Contract: "ctr_none", Name: key, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
					store.Projects.Insert(tx, p, nil)
				case 3:
					panic("a mistake")
				}
				return nil
			})
			var broken *store.ConstraintError
			switch {
			case kind == 0 && err != nil, kind > 0 && err == nil, kind == 1 && !errors.Is(err, refused), kind == 2 && !errors.As(err, &broken):
				return fmt.Errorf("kind %d answered %w", kind, err)
			}
			mu.Lock()
			kept[key] = kind == 0
			mu.Unlock()
			return nil
		}
		const workers = 16
		for _, bad := range []int{0, 50, 3} {
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					for i := range testdb.Scale(20, 200, 1000) {
						if err := write(w, bad*10_000+i, bad); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
		}
		err = db.View(ctx, scope, func(tx *store.Tx) error {
			all, err := store.Clients.Ordered(tx, store.OrderScope{})
			for _, c := range all {
				if !kept[c.Name] {
					t.Errorf("client %s is there twice, or was refused", c.Name)
				}
				delete(kept, c.Name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for key, wanted := range kept {
			if wanted {
				t.Errorf("client %s is not there", key)
			}
		}
	})
}
