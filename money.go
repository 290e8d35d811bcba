package stint

import "strconv"

// FormatMinor writes an amount in minor units as a decimal number of the
// currency: 123456 in EUR is "1234.56", in JPY "123456", in KWD "123.456". A
// point, no grouping, no symbol; as EN 16931 documents and CSV files want it.
// The amount of a code that CurrencyDecimals does not know is written as it is.
func FormatMinor(minor int64, code string) string {
	decimals, _ := CurrencyDecimals(code)
	var room [32]byte
	b := room[:0]
	n := uint64(minor) //nolint:gosec // negated below when negative; right for the least int64 too
	if minor < 0 {
		b = append(b, '-')
		n = -n
	}
	first := len(b)
	b = strconv.AppendUint(b, n, 10)
	if decimals == 0 {
		return string(b)
	}
	// Zeros in front until a digit stands before the point.
	if missing := decimals + 1 - (len(b) - first); missing > 0 {
		b = b[:len(b)+missing]
		copy(b[first+missing:], b[first:])
		for i := range missing {
			b[first+i] = '0'
		}
	}
	point := len(b) - decimals
	b = b[:len(b)+1]
	copy(b[point+1:], b[point:])
	b[point] = '.'
	return string(b)
}

// AddMinor adds two amounts in minor units of one currency. The error is
// ErrOutOfRange when the sum is beyond ±MaxInt53.
func AddMinor(a, b int64) (int64, error) {
	sum := a + b
	if (sum < a) != (b < 0) || sum > MaxInt53 || sum < -MaxInt53 {
		return 0, ErrOutOfRange
	}
	return sum, nil
}
