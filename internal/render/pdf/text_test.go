package pdf

import (
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

func TestClean(t *testing.T) {
	for _, test := range []struct {
		in, want string
		missing  bool
	}{
		{"plain", "plain", false},
		{"cafe\u0301", "café", false},
		{"a\r\nb\rc\u2028d", "a\nb\nc\nd", false},
		{"a\tb\u2003c\u00a0d\u202fe", "a b c\u00a0d\u00a0e", false},
		{"\x00a\x1b\u200bb\ufeff\u202e\u00ad\ufe0f", "ab", false},
		{"non\u2011breaking", "non-breaking", false},
		{"\u65e5🎉", "□□", true},
		{"\xff", "\ufffd", false},
	} {
		if got, missing := clean(test.in); got != test.want || missing != test.missing {
			t.Errorf("clean(%q) = %q, %v, want %q, %v", test.in, got, missing, test.want, test.missing)
		}
	}
	if got, _ := clean(strings.Repeat("ä", maxRunes+1)); got != strings.Repeat("ä", maxRunes)+more {
		t.Errorf("a long text has %d bytes and ends in %q", len(got), got[len(got)-5:])
	}
}

func TestWrap(t *testing.T) {
	st := style{size: 10}
	width := st.width("nine char") + 0.01
	for _, test := range []struct {
		in   string
		most int
		want string // lines divided by |
	}{
		{"", 5, ""},
		{"\n\n \n", 5, ""},
		{"nine char", 5, "nine char"},
		{"nine chars", 5, "nine|chars"},
		{"  a  b  ", 5, "a  b"},
		{"a\n\n\n\nb\n", 5, "a||b"},
		{"one      two three", 5, "one|two three"},
		{"mmmmmmmmmmmm", 9, "mmmm|mmmm|mmmm"},
		{"a mmmmmmmmm", 9, "a|mmmm|mmmm|m"},
		{"a\nb\nc", 2, "a|b…"},
		{"nine char nine char", 1, "nine c…"},
		{"a\n\nb", 2, "a|…"},
		{"a", 0, ""},
	} {
		if got := strings.Join(st.wrap(test.in, width, test.most), "|"); got != test.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", test.in, test.most, got, test.want)
		}
	}
	if got := st.wrap("ab", 0.1, 9); strings.Join(got, "|") != "a|b" {
		t.Errorf("no room: %q", got)
	}
}

// Whatever is wrapped, the lines fit and no letter is lost.
func TestWrapKeepsAll(t *testing.T) {
	for _, s := range nasty {
		s, _ = clean(s)
		for _, width := range []float64{9, 47, 168} {
			st := style{bold: true, size: 9}
			lines := st.wrap(s, width, len(s)+1)
			for _, line := range lines {
				if st.width(line) > width+0.01 {
					t.Errorf("%.60q is wider than %v", line, width)
				}
			}
			squeeze := strings.NewReplacer(" ", "", "\n", "")
			if squeeze.Replace(strings.Join(lines, "")) != squeeze.Replace(s) {
				t.Errorf("%.60q lost something at %v", s, width)
			}
		}
	}
}

// The text is measured as fpdf prints it, and the weights have the same letters.
func TestWidths(t *testing.T) {
	p := fpdf.New("P", "mm", "A4", "")
	p.AddUTF8FontFromBytes(family, "", append([]byte(nil), goregular.TTF...))
	p.AddUTF8FontFromBytes(family, "B", append([]byte(nil), gobold.TTF...))
	letters := 0
	for weight, f := range map[string]*face{"": &faces().regular, "B": &faces().bold} {
		p.SetFont(family, weight, 10)
		for r := rune(' '); r < rune(len(f)); r++ {
			if f[r] == 0 {
				continue
			}
			letters++
			if want := p.GetStringSymbolWidth(string(r)); int(f[r]) != want {
				t.Errorf("%U %s is %d wide, fpdf says %d", r, weight, f[r], want)
			}
			if (faces().regular[r] == 0) != (faces().bold[r] == 0) {
				t.Errorf("%U is in one weight only", r)
			}
		}
	}
	if letters < 1400 {
		t.Errorf("%d letters", letters)
	}
	for _, r := range string(box) + more + "·–€" {
		if faces().regular[r] == 0 {
			t.Errorf("%U is missing", r)
		}
	}
}

func TestMoney(t *testing.T) {
	for _, test := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{0, "EUR", "0.00"}, {5, "EUR", "0.05"}, {99_999, "EUR", "999.99"}, {100_000, "EUR", "1,000.00"},
		{9_007_199_254_740_991, "EUR", "90,071,992,547,409.91"}, {-123_456, "EUR", "-1,234.56"}, {-12_345, "EUR", "-123.45"},
		{123_456, "JPY", "123,456"}, {123, "JPY", "123"}, {1_234_567, "KWD", "1,234.567"}, {1_234, "???", "1,234"},
	} {
		if got := money(test.minor, test.currency); got != test.want {
			t.Errorf("money(%d, %s) = %q, want %q", test.minor, test.currency, got, test.want)
		}
	}
}
