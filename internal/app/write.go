package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"stint"
	"stint/internal/store"
)

// write runs fn in one transaction. With an Idempotency-Key the answer is kept
// in the same transaction, and a copy of the request gets it again; without
// one it is made after the commit. fn may run more than once.
func (a *App) write(ctx context.Context, c *Call, fn func(*store.Tx) (func() *Answer, error)) (*Answer, error) {
	if c.Key == nil {
		var late func() *Answer
		err := a.db.Do(ctx, c.Scope, func(tx *store.Tx) (err error) {
			late, err = fn(tx)
			return err
		})
		if err != nil {
			return nil, err
		}
		return late(), nil
	}
	leave, err := a.flights.enter(ctx, c.Tenant+"\x00"+c.User+"\x00"+c.Key.Route+"\x00"+c.Key.Key)
	if err != nil {
		return nil, err
	}
	defer leave()
	var answer *Answer
	err = a.db.Do(ctx, c.Scope, func(tx *store.Tx) error {
		claim, keep := tx.ClaimKey, tx.KeepAnswer
		if c.Global {
			claim, keep = tx.Global().ClaimKey, tx.Global().KeepAnswer
		}
		id := store.Key{User: c.User, Route: c.Key.Route, Key: c.Key.Key}
		kept, err := claim(id, c.Key.BodyHash)
		if err != nil {
			return err
		}
		if kept != nil {
			answer, err = replay(kept, c.Key.BodyHash)
			return err
		}
		late, err := fn(tx)
		if err != nil {
			return err
		}
		if answer = late(); answer.refused {
			return errRefused // and with that gives the key back
		}
		k := &store.Kept{Status: answer.Status, Location: answer.Location, ETag: answer.ETag, Body: string(answer.Body)}
		if answer.secretOf != "" {
			k.Body, k.SecretOf = "", &answer.secretOf
		}
		keep(id, k)
		return nil
	})
	if errors.Is(err, errRefused) {
		return answer, nil
	}
	if errors.Is(err, store.ErrLocked) {
		return nil, errKeyInUse
	}
	return answer, err
}

var errRefused = errors.New("an answer without a write")

func replay(k *store.Kept, bodyHash string) (*Answer, error) {
	if k.BodyHash != bodyHash {
		return nil, stint.NewError(stint.Unprocessable, "IdempotencyKeyReused",
			"This Idempotency-Key was used with another body. Send the first body again, or use a new key.")
	}
	if k.SecretOf != nil {
		return nil, stint.NewError(stint.Conflict, "SecretNotRepeatable",
			"The first request with this key succeeded, and its secret is shown only once. Revoke that resource and create another with a new key.").
			With("id", *k.SecretOf)
	}
	return &Answer{Status: k.Status, Location: k.Location, ETag: k.ETag, Body: []byte(k.Body), Replayed: true}, nil
}

var errKeyInUse = func() *stint.Error {
	e := stint.NewError(stint.Conflict, "IdempotencyKeyInUse",
		"A request with this Idempotency-Key is still running. Send it again in a moment.")
	e.RetryAfter = 1
	return e
}()

// flights lets copies of one request wait in the process, not each on a
// connection of the database.
type flights struct {
	mu sync.Mutex
	m  map[string]*flight
}

type flight struct {
	turn    chan struct{} // holds one token
	waiting int
}

func (f *flights) enter(ctx context.Context, key string) (leave func(), err error) {
	f.mu.Lock()
	if f.m == nil {
		f.m = map[string]*flight{}
	}
	fl := f.m[key]
	if fl == nil {
		fl = &flight{turn: make(chan struct{}, 1)}
		fl.turn <- struct{}{}
		f.m[key] = fl
	}
	fl.waiting++
	f.mu.Unlock()
	drop := func() {
		f.mu.Lock()
		if fl.waiting--; fl.waiting == 0 {
			delete(f.m, key)
		}
		f.mu.Unlock()
	}
	select {
	case <-fl.turn:
		return func() { fl.turn <- struct{}{}; drop() }, nil
	default:
	}
	timer := time.NewTimer(flightLimit)
	defer timer.Stop()
	select {
	case <-fl.turn:
		return func() { fl.turn <- struct{}{}; drop() }, nil
	case <-timer.C:
		drop()
		return nil, errKeyInUse
	case <-ctx.Done():
		drop()
		return nil, ctx.Err()
	}
}
