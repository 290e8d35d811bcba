package pdf

import (
	"strings"

	"stint"
)

// money is an amount for people: stint.FormatMinor with its thousands grouped,
// such as 1,234.56.
func money(minor int64, currency string) string {
	plain := stint.FormatMinor(minor, currency)
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "-", plain[1:]
	}
	whole, decimals, found := strings.Cut(plain, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(digit)
	}
	if found {
		b.WriteString("." + decimals)
	}
	return b.String()
}
