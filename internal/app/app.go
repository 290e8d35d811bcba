// Package app is what a user can do: one operation, one transaction. It knows
// the rules that need the database; it knows nothing of HTTP or SQL.
package app

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"stint"
	"stint/internal/store"
)

// App runs the operations on one database.
type App struct {
	db      *store.DB
	random  io.Reader
	key     []byte // signs links and cursors
	baseURL string
	pdf     func(stint.InvoiceDocument) ([]byte, error)
	flights flights
	touched touched
}

// Options are what New needs besides the database.
type Options struct {
	// BaseURL is what absolute links begin with, without a slash at its end.
	BaseURL string
	// PDF renders an invoice.
	PDF func(stint.InvoiceDocument) ([]byte, error)
	// Random feeds secrets; nil is crypto/rand.
	Random io.Reader
}

// New makes the App, and the installation's signing key on the first start.
func New(ctx context.Context, db *store.DB, o Options) (*App, error) {
	if o.Random == nil {
		o.Random = rand.Reader
	}
	a := &App{db: db, random: o.Random, baseURL: o.BaseURL, pdf: o.PDF}
	var key string
	err := db.GlobalView(ctx, func(g *store.GlobalTx) (err error) {
		key, err = g.Setting("signing-key")
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		secret := make([]byte, 32)
		if _, err := io.ReadFull(o.Random, secret); err != nil {
			return nil, err
		}
		err = db.Global(ctx, func(g *store.GlobalTx) (err error) {
			key, err = g.KeepSetting("signing-key", hex.EncodeToString(secret))
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	a.key, err = hex.DecodeString(key)
	return a, err
}

// Sign makes a signature of the parts for one purpose: 128 bits of an HMAC-SHA256.
func (a *App) Sign(purpose string, parts ...string) []byte {
	mac := hmac.New(sha256.New, a.key)
	for _, p := range append([]string{purpose}, parts...) {
		// With its length before it, no part can pass for two.
		mac.Write(strconv.AppendInt(nil, int64(len(p)), 10))
		mac.Write([]byte{':'})
		mac.Write([]byte(p))
	}
	return mac.Sum(nil)[:16]
}

// Ping answers whether the database answers.
func (a *App) Ping(ctx context.Context) error { return a.db.Ping(ctx) }

// Now is the clock of the database's transactions.
func (a *App) Now() stint.Instant { return a.db.Now() }

// NewID makes an id, such as a request's.
func (a *App) NewID(prefix string) string { return a.db.IDs.New(prefix) }

// Call is for whom and under which conditions an operation runs.
type Call struct {
	store.Scope
	// Scopes and Limits are what the token allows and the tenants it is limited to; empty is no limit.
	Scopes stint.Scopes
	Limits []string
	// Key is the Idempotency-Key of a POST; nil without one.
	Key *Key
	// IfMatch is the header of that name, empty without one.
	IfMatch string
	// IfNoneMatch is the header of that name, empty without one.
	IfNoneMatch string
	// Global says that the operation is in no tenant: its keys are the user's.
	Global bool
}

// Key is an Idempotency-Key with what it was sent for.
type Key struct {
	Route, Key string
	// BodyHash is the SHA-256 of the body, in hex.
	BodyHash string
}

// Answer is what an operation answers with: finished, so that it can be kept.
type Answer struct {
	Status   int
	Location string
	ETag     string
	Body     []byte
	// Replayed says that it is the kept answer of an earlier request.
	Replayed bool
	// refused says that nothing was written: the request may come again under its Idempotency-Key.
	refused bool
	// secretOf is the id of the resource whose secret the body holds: such a body is not kept.
	secretOf string
}

// Show is how a changed record is shown to the caller.
type Show struct {
	Expand *Expand
	// Body writes the finished body of a record, or of a slice of records.
	Body func(rec any, exp *Expansion) []byte
}

// flightLimit is how long a copy of a request waits for the first one.
const flightLimit = 5 * time.Second

// inTenants tells whether the token may be used in a tenant.
func (c *Call) inTenants(tenant string) bool {
	return len(c.Limits) == 0 || slices.Contains(c.Limits, tenant)
}
