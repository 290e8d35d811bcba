package stint

import (
	"math/big"
	"math/bits"
	"strconv"
)

// Limits of a Decimal, those of IEEE 754 decimal128: enough for any quantity,
// and any of them fits a line of text.
const (
	decimalDigits      = 34
	decimalMaxExponent = 6144
	decimalMinExponent = -6143
	decimalPlain       = 40 // the longest text written without an exponent
)

// Decimal is an exact decimal number, such as a quantity, a percentage or a
// rate of exchange. It holds the number's one canonical text, so that two
// equal numbers are equal by ==, a TEXT column keeps it, and JSON shows it, as
// a number, with exactly this text. Only ParseDecimal makes one. The zero
// value "" is an unset number; it counts as 0.
type Decimal string

// ParseDecimal reads the text of a JSON number and keeps its value exactly.
// 1.50, 15e-1 and 1.5 are the same Decimal, and -0 is 0. The errors are
// ErrNotNumber, ErrTooPrecise for more than 34 significant digits (zeros before
// and after do not count), and ErrOutOfRange when the exponent of the first
// digit is not within -6143 to 6144.
func ParseDecimal(text string) (Decimal, error) {
	n, ok := scanNumber(text)
	switch {
	case !ok:
		return "", ErrNotNumber
	case n.digits == 0:
		return "0", nil
	case n.digits > decimalDigits:
		return "", ErrTooPrecise
	case n.adjusted() > decimalMaxExponent || n.adjusted() < decimalMinExponent:
		return "", ErrOutOfRange
	}
	var room [decimalPlain + 8]byte
	b := n.appendCanonical(room[:0])
	if string(b) == text {
		return Decimal(text), nil // nearly always; nothing to copy
	}
	return Decimal(b), nil
}

func (n *number) appendCanonical(dst []byte) []byte {
	if n.negative {
		dst = append(dst, '-')
	}
	whole := n.adjusted() + 1 // digits before the point; none or fewer for 0.…
	length := max(whole, 1)
	if n.exponent < 0 {
		length += 1 - n.exponent
	}
	if int64(len(dst))+length > decimalPlain {
		return n.appendScientific(dst)
	}
	var room [decimalDigits]byte
	digits := n.appendDigits(room[:0])
	if whole <= 0 {
		dst = append(dst, '0', '.')
		return append(appendZeros(dst, -whole), digits...)
	}
	if n.exponent >= 0 {
		return appendZeros(append(dst, digits...), n.exponent)
	}
	dst = append(dst, digits[:whole]...)
	dst = append(dst, '.')
	return append(dst, digits[whole:]...)
}

func (n *number) appendScientific(dst []byte) []byte {
	first := len(dst)
	dst = append(dst, '0') // makes room for the first digit before the point
	dst = n.appendDigits(dst)
	dst[first] = dst[first+1]
	dst[first+1] = '.'
	if n.digits == 1 {
		dst = dst[:first+1]
	}
	dst = append(dst, 'e')
	if n.adjusted() >= 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, n.adjusted(), 10)
}

func appendZeros(dst []byte, count int64) []byte {
	for range count {
		dst = append(dst, '0')
	}
	return dst
}

// String is the canonical text.
func (d Decimal) String() string {
	if d == "" {
		return "0"
	}
	return string(d)
}

// IsZero tells whether d is 0 or unset.
func (d Decimal) IsZero() bool { return d == "0" || d == "" }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.IsZero():
		return 0
	case d[0] == '-':
		return -1
	}
	return 1
}

// Cmp is -1 when d is less than other, 0 when they are equal, and 1 when it is
// greater. It does no arithmetic, so any exponent costs the same.
func (d Decimal) Cmp(other Decimal) int {
	sign := d.Sign()
	if s := other.Sign(); sign != s {
		return max(min(sign-s, 1), -1)
	}
	if sign == 0 || d == other {
		return 0
	}
	a, _ := scanNumber(string(d))
	b, _ := scanNumber(string(other))
	if a.adjusted() != b.adjusted() {
		if a.adjusted() < b.adjusted() {
			return -sign
		}
		return sign
	}
	// With the first digit at the same place, numbers compare like words.
	var roomA, roomB [decimalDigits]byte
	if string(a.appendDigits(roomA[:0])) < string(b.appendDigits(roomB[:0])) {
		return -sign
	}
	return sign
}

// MulMinor is d × minor, an amount in minor units, rounded once, half away
// from zero, to whole minor units: the one rounding rule for amounts. The
// error is ErrOutOfRange when the result is beyond ±MaxInt53.
func (d Decimal) MulMinor(minor int64) (int64, error) {
	if d.IsZero() || minor == 0 {
		return 0, nil
	}
	n, ok := scanNumber(string(d))
	if !ok {
		return 0, ErrNotNumber
	}
	// These two keep every power of ten below small, whatever the exponent.
	if n.adjusted() > 15 {
		return 0, ErrOutOfRange // at least 10^16
	}
	if n.adjusted() < -20 {
		return 0, nil // less than 10^-20 × 2^63, which is below a half
	}
	amount := uint64(minor) //nolint:gosec // negated below when negative; right for the least int64 too
	if minor < 0 {
		amount = -amount
	}
	product, ok := n.mulSmall(amount)
	if !ok {
		product, ok = n.mulBig(amount)
	}
	if !ok || product > MaxInt53 {
		return 0, ErrOutOfRange
	}
	if n.negative != (minor < 0) {
		return -int64(product), nil
	}
	return int64(product), nil
}

// mulSmall multiplies in 128 bits. It is not ok when the number has more
// digits or decimals than that takes, or the result needs more than 64 bits.
func (n *number) mulSmall(amount uint64) (uint64, bool) {
	if n.digits > 19 || n.exponent < -19 {
		return 0, false
	}
	coefficient, unit := n.coefficient(), uint64(1)
	for range n.exponent { // stays below 10^16, as the whole number does
		coefficient *= 10
	}
	for range -n.exponent {
		unit *= 10
	}
	high, low := bits.Mul64(coefficient, amount)
	if high >= unit {
		return 0, false
	}
	quotient, rest := bits.Div64(high, low, unit)
	if rest >= unit-rest && quotient <= MaxInt53 { // above it, one more could wrap to 0
		quotient++
	}
	return quotient, true
}

// mulBig is for numbers with more than 19 digits or decimals. They are never
// whole: MulMinor refused those of more than 16 digits.
func (n *number) mulBig(amount uint64) (uint64, bool) {
	if n.exponent >= 0 {
		return 0, false
	}
	var room [decimalDigits]byte
	product, ok := new(big.Int).SetString(string(n.appendDigits(room[:0])), 10)
	if !ok {
		return 0, false
	}
	product.Mul(product, new(big.Int).SetUint64(amount))
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(-n.exponent), nil)
	quotient, rest := product.QuoRem(product, unit, new(big.Int))
	if rest.Lsh(rest, 1).Cmp(unit) >= 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient.Uint64(), quotient.IsUint64()
}

// MarshalJSON writes the canonical text as a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads what ParseDecimal reads. null gives the unset number.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*d = ""
		return nil
	}
	v, err := ParseDecimal(string(data))
	if err == nil {
		*d = v
	}
	return err
}
