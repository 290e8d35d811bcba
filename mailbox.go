package stint

// ValidEmail tells whether s is an email address by the contract's pattern:
//
//	^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$
//
// That is narrower than RFC 5321: ASCII only, no quotes, no address literal.
// It is written by hand because Go's regular expressions have no lookahead.
// The length is checked elsewhere.
func ValidEmail(s string) bool {
	at := validLocalPart(s)
	return at > 0 && validMailDomain(s[at+1:])
}

// validLocalPart gives the place of the @ after a good local part, else 0.
func validLocalPart(s string) int {
	var last byte = '.' // as if after a point: none may come first
	for i := range len(s) {
		c := s[i]
		switch {
		case isAlphanumeric(c), c == '_', c == '+', c == '-', c == '\'':
		case c == '.':
			if last == '.' {
				return 0
			}
		case c == '@' && last != '.' && last != '\'':
			return i
		default:
			return 0
		}
		last = c
	}
	return 0
}

// validMailDomain wants labels that begin with a letter or digit, and a last
// one of two letters or more. A label may end with a hyphen: the pattern says so.
func validMailDomain(s string) bool {
	label, labels, letters := 0, 0, true // of the label at hand: its start, those before it, only letters
	for i := range len(s) {
		switch c := s[i]; {
		case isLetter(c):
		case isAlphanumeric(c), c == '-' && i > label:
			letters = false
		case c == '.' && i > label:
			label, letters = i+1, true
			labels++
		default:
			return false
		}
	}
	return labels > 0 && letters && len(s)-label >= 2
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isAlphanumeric(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }
