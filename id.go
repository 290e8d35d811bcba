package stint

import (
	"io"
	"math/bits"
	"sync"
	"time"
)

// The prefixes of ids. Four letters for a client, three for all others.
const (
	PrefixTenant    = "tnt"
	PrefixUser      = "usr"
	PrefixClient    = "clnt"
	PrefixContact   = "con"
	PrefixEmail     = "eml"
	PrefixAddress   = "adr"
	PrefixContract  = "ctr"
	PrefixProject   = "prj"
	PrefixTimeEntry = "tsh"
	PrefixInvoice   = "inv"
	PrefixBillable  = "bil"
	PrefixToken     = "tok"
	PrefixEvent     = "evt"
	PrefixRequest   = "req"
)

// An id is prefix, "_", 9 base36 digits of Unix milliseconds and 15 random
// ones. The random part is kept as two numbers because 36^15 needs 78 bits.
const (
	idDigits   = 24
	timeDigits = 9
	highDigits = 7
	lowDigits  = 8

	timeLimit = 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36 // the year 5188
	highLimit = 36 * 36 * 36 * 36 * 36 * 36 * 36
	lowLimit  = 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36
	stepLimit = 1 << 40 // below lowLimit, so a step carries once at most
)

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz"

// IDs makes ids that sort by creation: by time first, and within one
// millisecond, or when the clock goes back, by a random part that only grows.
// Ids close in time are close in every index, which makes inserts and lists of
// the newest rows faster than fully random ones. Safe for concurrent use.
type IDs struct {
	now    func() time.Time
	random io.Reader

	mu        sync.Mutex
	millis    int64
	high, low uint64
	buf       [512]byte
	unread    int // bytes at the end of buf not used yet
}

// NewIDs makes a generator that reads the clock and the random bytes it is
// given; outside tests these are time.Now and crypto/rand.Reader.
func NewIDs(now func() time.Time, random io.Reader) *IDs {
	return &IDs{now: now, random: random, millis: -1}
}

// New makes an id, such as "prj_8f4d4gk1p9h2x0s7v3n5c1a9". It panics when the
// random reader fails, which crypto/rand never does.
func (g *IDs) New(prefix string) string {
	millis, high, low := g.next()
	var room [32]byte
	b := append(append(room[:0], prefix...), '_')
	b = appendBase36(b, uint64(millis), timeDigits) //nolint:gosec // never negative
	b = appendBase36(b, high, highDigits)
	b = appendBase36(b, low, lowDigits)
	return string(b)
}

func (g *IDs) next() (int64, uint64, uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	// The clock is read under the lock: read before it, an older reading could win it later.
	millis := min(max(g.now().UnixMilli(), 0), timeLimit-1)
	if millis <= g.millis {
		g.low += 1 + g.below(stepLimit)
		if g.low >= lowLimit {
			g.low -= lowLimit
			g.high++
		}
		if g.high < highLimit {
			return g.millis, g.high, g.low
		}
		millis = g.millis + 1 // the random part is used up: borrow the next millisecond
	}
	g.millis, g.high, g.low = millis, g.below(highLimit), g.below(lowLimit)
	return g.millis, g.high, g.low
}

// below gives a random number from 0 to n-1. It is the high half of n times 64
// random bits, so for the n used here no number is favoured by more than 2^-22.
func (g *IDs) below(n uint64) uint64 {
	if g.unread < 8 {
		mustRead(g.random, g.buf[:])
		g.unread = len(g.buf)
	}
	b := g.buf[len(g.buf)-g.unread:]
	g.unread -= 8
	_ = b[7]
	r := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
	high, _ := bits.Mul64(r, n)
	return high
}

func appendBase36(dst []byte, n uint64, digits int) []byte {
	var b [13]byte
	for i := digits - 1; i >= 0; i-- {
		b[i] = base36[n%36]
		n /= 36
	}
	return append(dst, b[:digits]...)
}

// ValidID tells whether s is an id with the prefix: prefix, "_" and 24
// characters a–z or 0–9. It does not ask who made the id.
func ValidID(prefix, s string) bool {
	n := len(prefix)
	if len(s) != n+1+idDigits || s[:n] != prefix || s[n] != '_' {
		return false
	}
	for i := n + 1; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

const (
	base62       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	secretDigits = 43 // 62^43 is more than 2^256
)

// NewSecret makes what only its owner may know, a token or the key in a link:
// the prefix and 43 base62 characters, all random (256 bits). It panics when
// the random reader fails, which crypto/rand never does.
func NewSecret(random io.Reader, prefix string) string {
	b := make([]byte, len(prefix), len(prefix)+secretDigits)
	copy(b, prefix)
	var buf [48]byte
	for {
		mustRead(random, buf[:])
		for _, c := range buf {
			// 62 and 63 are thrown away: folding them back would favour two characters.
			if c &= 63; c < 62 {
				if b = append(b, base62[c]); len(b) == cap(b) {
					return string(b)
				}
			}
		}
	}
}

func mustRead(random io.Reader, b []byte) {
	if _, err := io.ReadFull(random, b); err != nil {
		panic("stint: the source of randomness failed: " + err.Error())
	}
}
