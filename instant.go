package stint

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// ErrNotInstant is the answer to a text that is not an instant in UTC.
var ErrNotInstant = errors.New("not an instant in UTC written like 2023-10-05T14:48:00.000Z")

// Instant is a point in time: Unix milliseconds, UTC. It is written and stored
// with exactly this precision, so what is read back equals what was written.
type Instant int64

const (
	dayMillis    = 24 * 60 * 60 * 1000
	firstInstant = Instant(firstDay * dayMillis)
	lastInstant  = Instant((lastDay+1)*dayMillis - 1)
)

// ParseInstant reads an RFC 3339 instant of the years 0000 to 9999 with these
// limits and freedoms of the contract: UTC only, as a capital Z; seconds and
// fraction may be left out; a fraction of any length, cut to milliseconds; no
// leap second. Anything else is ErrNotInstant.
func ParseInstant(s string) (Instant, error) {
	i, ok := parseInstant(s)
	if !ok {
		return 0, ErrNotInstant
	}
	return i, nil
}

func parseInstant[T string | []byte](s T) (Instant, bool) {
	if len(s) < len("2006-01-02T15:04Z") || s[10] != 'T' || s[13] != ':' || s[len(s)-1] != 'Z' {
		return 0, false
	}
	days, ok := parseDays(s[:10])
	hour, ok1 := twoDigits(s, 11)
	minute, ok2 := twoDigits(s, 14)
	if !ok || !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, false
	}
	second, millis := 0, 0
	if rest := s[16 : len(s)-1]; len(rest) > 0 {
		if len(rest) < 3 || rest[0] != ':' {
			return 0, false
		}
		if second, ok = twoDigits(rest, 1); !ok || second > 59 {
			return 0, false
		}
		if millis, ok = parseMillis(rest[3:]); !ok {
			return 0, false
		}
	}
	return Instant(days*dayMillis + int64((hour*60+minute)*60+second)*1000 + int64(millis)), true
}

// parseMillis reads a fraction of a second: nothing, or a point and digits.
func parseMillis[T string | []byte](s T) (int, bool) {
	if len(s) == 0 {
		return 0, true
	}
	if s[0] != '.' || len(s) == 1 {
		return 0, false
	}
	millis, unit := 0, 100
	for i := 1; i < len(s); i++ {
		digit := s[i] - '0'
		if digit > 9 {
			return 0, false
		}
		millis += int(digit) * unit
		unit /= 10
	}
	return millis, true
}

// InstantOf is the millisecond t falls in.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time is the instant as a time in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Append appends the instant as 2023-10-05T14:48:00.000Z, always 24 characters.
// An instant outside the years 0000 to 9999, which neither a request nor a
// clock gives, is written as the nearest one inside.
func (i Instant) Append(dst []byte) []byte {
	// Counted from 0000-01-01, so that the divisions below have no negative rest.
	n := int64(min(max(i, firstInstant), lastInstant) - firstInstant)
	days, ms := n/dayMillis, int(n%dayMillis)
	dst = appendDay(dst, days+firstDay)
	hour, minute, second, millis := ms/3600000, ms/60000%60, ms/1000%60, ms%1000
	return append(dst, 'T',
		byte('0'+hour/10), byte('0'+hour%10), ':',
		byte('0'+minute/10), byte('0'+minute%10), ':',
		byte('0'+second/10), byte('0'+second%10), '.',
		byte('0'+millis/100), byte('0'+millis/10%10), byte('0'+millis%10), 'Z')
}

// String is the instant as Append writes it.
func (i Instant) String() string {
	var b [24]byte
	return string(i.Append(b[:0]))
}

// MarshalText writes what Append writes.
func (i Instant) MarshalText() ([]byte, error) {
	return i.Append(make([]byte, 0, 24)), nil
}

// UnmarshalText reads what ParseInstant reads.
func (i *Instant) UnmarshalText(text []byte) error {
	v, ok := parseInstant(text)
	if !ok {
		return ErrNotInstant
	}
	*i = v
	return nil
}

// MarshalJSON writes a JSON string.
func (i Instant) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 26), '"')
	return append(i.Append(b), '"'), nil
}

// UnmarshalJSON reads a JSON string. null gives the zero value.
func (i *Instant) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*i = 0
		return nil
	}
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return ErrNotInstant
	}
	if bytes.IndexByte(data, '\\') >= 0 { // rare, but "\u0032023-…" is the same string
		var s string
		if json.Unmarshal(data, &s) != nil {
			return ErrNotInstant
		}
		return i.UnmarshalText([]byte(s))
	}
	return i.UnmarshalText(data[1 : len(data)-1])
}
