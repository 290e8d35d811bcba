package stint

import "errors"

// What a number can be refused for.
var (
	ErrNotNumber  = errors.New("not a JSON number")
	ErrNotInteger = errors.New("not an integer")
	ErrOutOfRange = errors.New("out of range")
	ErrTooPrecise = errors.New("more than 34 significant digits")
)

// MaxInt53 is the largest integer on the wire, 2^53-1: the largest that every
// JSON reader keeps exactly (RFC 8259, section 6). The smallest is its negative.
const MaxInt53 = 1<<53 - 1

// Int53 is the wire's integer, from -MaxInt53 to MaxInt53.
type Int53 int64

// ParseInt53 reads the text of a JSON number. Its value decides, not its
// spelling: 3600.0 and 3.6e3 are 3600. The decision is made on the digits,
// never through a float, so 9007199254740991.4 is refused. The errors are
// ErrNotNumber, ErrNotInteger and ErrOutOfRange.
func ParseInt53(text string) (Int53, error) {
	if n, ok := plainInt(text); ok {
		return n, nil
	}
	n, ok := scanNumber(text)
	switch {
	case !ok:
		return 0, ErrNotNumber
	case n.digits == 0:
		return 0, nil
	case n.exponent < 0:
		return 0, ErrNotInteger
	case n.adjusted() > 15:
		return 0, ErrOutOfRange
	}
	v := n.coefficient()
	for range n.exponent {
		v *= 10
	}
	if v > MaxInt53 {
		return 0, ErrOutOfRange
	}
	if n.negative {
		return -Int53(v), nil
	}
	return Int53(v), nil
}

// plainInt is the short way for nearly all integers there are: up to 15 digits
// and nothing else.
func plainInt(text string) (Int53, bool) {
	if text == "" || len(text) > 15 || text[0] == '0' && len(text) > 1 {
		return 0, false
	}
	var n Int53
	for i := range len(text) {
		digit := text[i] - '0'
		if digit > 9 {
			return 0, false
		}
		n = n*10 + Int53(digit)
	}
	return n, true
}

// UnmarshalJSON reads what ParseInt53 reads. null gives 0.
func (n *Int53) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = 0
		return nil
	}
	v, err := ParseInt53(string(data))
	if err == nil {
		*n = v
	}
	return err
}

// number is a JSON number taken apart: its significant digits, from the first
// that is not 0 to the last, times ten to the exponent.
type number struct {
	negative bool
	digits   int    // how many; none is zero
	span     string // the digits, perhaps with the point among them
	exponent int64
}

// adjusted is the exponent of the first digit, as in scientific notation.
func (n *number) adjusted() int64 { return n.exponent + int64(n.digits) - 1 }

// coefficient is the digits as an integer. There must be 19 or fewer.
func (n *number) coefficient() uint64 {
	var v uint64
	for i := range len(n.span) {
		if c := n.span[i]; c != '.' {
			v = v*10 + uint64(c-'0')
		}
	}
	return v
}

func (n *number) appendDigits(dst []byte) []byte {
	for i := range len(n.span) {
		if c := n.span[i]; c != '.' {
			dst = append(dst, c)
		}
	}
	return dst
}

// exponentLimit is where the exponent stops being counted: far above the
// length of any text, so that no number of zeros brings it back into range.
const exponentLimit = 1 << 50

// scanNumber checks text against the grammar of JSON numbers (RFC 8259,
// section 6) in one pass without allocating. An exponent costs no work,
// however large it is.
func scanNumber(text string) (n number, ok bool) {
	i := 0
	if i < len(text) && text[i] == '-' {
		n.negative = true
		i++
	}
	start := i
	i = skipDigits(text, i)
	if i == start || text[start] == '0' && i > start+1 {
		return number{}, false
	}
	point, end := i, i // the point is where it stands or would stand
	if i < len(text) && text[i] == '.' {
		if end = skipDigits(text, i+1); end == i+1 {
			return number{}, false
		}
		i = end
	}
	var exponent int64
	if i < len(text) {
		if exponent, ok = scanExponent(text[i:]); !ok {
			return number{}, false
		}
	}

	first, last := start, end-1
	for first < end && (text[first] == '0' || text[first] == '.') {
		first++
	}
	if first == end {
		return number{}, true
	}
	for text[last] == '0' || text[last] == '.' {
		last--
	}
	n.span = text[first : last+1]
	n.digits = len(n.span)
	switch {
	case last < point:
		n.exponent = exponent + int64(point-1-last)
	default:
		n.exponent = exponent - int64(last-point)
		if first < point {
			n.digits-- // the point is among them
		}
	}
	return n, true
}

// scanExponent reads "e", a sign or none, and digits, to the end of the text.
func scanExponent(text string) (int64, bool) {
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	i, sign := 1, int64(1)
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		if text[i] == '-' {
			sign = -1
		}
		i++
	}
	if i == len(text) || skipDigits(text, i) != len(text) {
		return 0, false
	}
	var n int64
	for ; i < len(text); i++ {
		n = min(n*10+int64(text[i]-'0'), exponentLimit)
	}
	return sign * n, true
}

func skipDigits(text string, i int) int {
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	return i
}
