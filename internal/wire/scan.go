package wire

import (
	"fmt"
	"unicode/utf8"
)

// MaxDepth is how many objects and arrays can stand inside each other.
const MaxDepth = 64

// scanner goes through JSON text once, from front to back, by the grammar of
// RFC 8259. Its methods answer false when they cannot go on; then syntax says
// why, or the depth is above MaxDepth.
type scanner struct {
	buf    []byte
	pos    int
	depth  int
	syntax string
}

// faults are what can be wrong with a string that is otherwise JSON.
type faults uint8

const (
	nul    faults = 1 << iota // has U+0000
	broken                    // has bytes that are not UTF-8
	lone                      // has half of a surrogate pair
)

// quoted is a string of the text: what stands between the quotes.
type quoted struct {
	raw     []byte
	escaped bool
	faults  faults
}

func (s *scanner) fail(why string) bool {
	s.syntax = fmt.Sprintf("%s at byte %d", why, s.pos)
	return false
}

// peek skips white space and gives the next byte, 0 at the end of the text.
func (s *scanner) peek() byte {
	for s.pos < len(s.buf) {
		switch c := s.buf[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// open goes into the object or array that begins here.
func (s *scanner) open() bool {
	s.pos++
	s.depth++
	return s.depth <= MaxDepth
}

// more goes to the next member of an object or array, or past its end.
func (s *scanner) more(end byte, first bool) (more, ok bool) {
	c := s.peek()
	if c == end {
		s.pos++
		s.depth--
		return false, true
	}
	if first {
		return true, true
	}
	if c != ',' {
		return false, s.unexpected(c)
	}
	s.pos++
	if s.peek() == end {
		return false, s.fail("a comma without a value after it")
	}
	return true, true
}

// key reads a member's name and the colon.
func (s *scanner) key() (q quoted, ok bool) {
	if c := s.peek(); c != '"' {
		return q, s.unexpected(c)
	}
	if q, ok = s.text(); !ok {
		return q, false
	}
	if c := s.peek(); c != ':' {
		return q, s.unexpected(c)
	}
	s.pos++
	return q, true
}

func (s *scanner) unexpected(c byte) bool {
	if c == 0 && s.pos >= len(s.buf) {
		return s.fail("it ends too early,")
	}
	return s.fail("an unexpected character")
}

// plain are the bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// text reads the string that begins here.
func (s *scanner) text() (q quoted, ok bool) {
	s.pos++
	start := s.pos
	for s.pos < len(s.buf) {
		c := s.buf[s.pos]
		switch {
		case plain[c]:
			s.pos++
		case c == '"':
			q.raw = s.buf[start:s.pos]
			s.pos++
			return q, true
		case c == '\\':
			q.escaped = true
			if !s.escape(&q) {
				return q, false
			}
		case c < ' ':
			return q, s.fail("a control character in a string, which must be escaped,")
		default:
			r, size := utf8.DecodeRune(s.buf[s.pos:])
			if r == utf8.RuneError && size == 1 {
				q.faults |= broken
			}
			s.pos += size
		}
	}
	return q, s.unexpected(0)
}

// escape passes over an escape sequence, a surrogate pair as one.
func (s *scanner) escape(q *quoted) bool {
	unit, size := escapeAt(s.buf[s.pos:])
	switch {
	case size == 0:
		return s.fail("a wrong escape sequence")
	case unit == 0:
		q.faults |= nul
	case isLow(unit):
		q.faults |= lone
	case isHigh(unit):
		if low, more := escapeAt(s.buf[s.pos+size:]); more == 6 && isLow(low) {
			size += more
		} else {
			q.faults |= lone
		}
	}
	s.pos += size
	return true
}

func isHigh(unit rune) bool { return unit >= 0xd800 && unit < 0xdc00 }
func isLow(unit rune) bool  { return unit >= 0xdc00 && unit < 0xe000 }

// escapeAt reads one escape sequence: its UTF-16 unit and its size, 0 when it
// is none.
func escapeAt(b []byte) (unit rune, size int) {
	if len(b) < 2 || b[0] != '\\' {
		return 0, 0
	}
	switch b[1] {
	case '"', '\\', '/':
		return rune(b[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		if len(b) < 6 {
			return 0, 0
		}
		for _, c := range b[2:6] {
			switch {
			case c >= '0' && c <= '9':
				c -= '0'
			case c|0x20 >= 'a' && c|0x20 <= 'f':
				c = c | 0x20 - 'a' + 10
			default:
				return 0, 0
			}
			unit = unit<<4 | rune(c)
		}
		return unit, 6
	}
	return 0, 0
}

// appendText appends what the string says. Half a surrogate pair becomes
// U+FFFD; whoever minds looks at the faults.
func (q quoted) appendText(dst []byte) []byte {
	for b := q.raw; len(b) > 0; {
		if b[0] != '\\' {
			dst = append(dst, b[0])
			b = b[1:]
			continue
		}
		unit, size := escapeAt(b)
		if isHigh(unit) {
			if low, more := escapeAt(b[size:]); more == 6 && isLow(low) {
				unit = (unit-0xd800)<<10 + (low - 0xdc00) + 0x10000
				size += more
			}
		}
		dst = utf8.AppendRune(dst, unit)
		b = b[size:]
	}
	return dst
}

// number reads the number that begins here and gives its text.
func (s *scanner) number() (text []byte, ok bool) {
	start := s.pos
	if s.at('-') {
		s.pos++
	}
	switch {
	case s.at('0'):
		s.pos++
	case !s.digits():
		return nil, s.fail("a wrong number")
	}
	if s.at('.') {
		s.pos++
		if !s.digits() {
			return nil, s.fail("a wrong number")
		}
	}
	if s.at('e') || s.at('E') {
		s.pos++
		if s.at('+') || s.at('-') {
			s.pos++
		}
		if !s.digits() {
			return nil, s.fail("a wrong number")
		}
	}
	return s.buf[start:s.pos], true
}

func (s *scanner) at(c byte) bool { return s.pos < len(s.buf) && s.buf[s.pos] == c }

func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.buf) && s.buf[s.pos]-'0' <= 9 {
		s.pos++
	}
	return s.pos > start
}

// literal passes over true, false or null.
func (s *scanner) literal(word string) bool {
	if len(s.buf)-s.pos < len(word) || string(s.buf[s.pos:s.pos+len(word)]) != word {
		return s.unexpected(s.buf[s.pos])
	}
	s.pos += len(word)
	return true
}
