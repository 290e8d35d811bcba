package apitest

import (
	"sync/atomic"
	"time"
)

// Clock is a clock for Options.Now. Each reading is a millisecond after the
// one before, so that what happened later has a later instant; otherwise it
// moves only when it is told to. Safe for concurrent use.
type Clock struct{ millis atomic.Int64 }

// NewClock makes a clock that begins at a time.
func NewClock(at time.Time) *Clock {
	c := new(Clock)
	c.millis.Store(at.UnixMilli())
	return c
}

// Now reads the clock.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.millis.Add(1)).UTC() }

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) { c.millis.Add(d.Milliseconds()) }
