package stint

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The contract's pattern without its lookaheads; matchesPattern adds those.
var emailPattern = regexp.MustCompile(`^([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$`)

func matchesPattern(s string) bool {
	return emailPattern.MatchString(s) && !strings.HasPrefix(s, ".") && !strings.Contains(s, "..")
}

func TestValidEmail(t *testing.T) {
	for s, want := range map[string]bool{
		"a@b.co": true, "ada.lovelace+work@analytical-engine.co.uk": true, "o'brien@example.org": true,
		"'a@b.co": true, "_@1.de": true, "-@b-.co": true, "+@a--b.museum": true, "A@B.CO": true, "a.-@b.co": true,
		"": false, "@": false, "a": false, "a@": false, "@b.co": false, "a@b": false, "a@b.c": false,
		".a@b.co": false, "a.@b.co": false, "a..b@b.co": false, "a'@b.co": false, "a@b..co": false,
		"a@-b.co": false, "a@.co": false, "a@b.co.": false, "a@b.c1": false, "a@b.c-o": false, "a@b.1": false,
		"a@b@c.co": false, "a b@c.co": false, "ä@b.co": false, "a@bü.de": false, "a@b.co\n": false, "a\x00@b.co": false,
		"a@[127.0.0.1]": false, `"a"@b.co`: false, "a@b_c.co": false, "a{@b.co": false, "a@b.c{": false,
	} {
		if got := ValidEmail(s); got != want {
			t.Errorf("ValidEmail(%q) = %v", s, got)
		}
		if matchesPattern(s) != want {
			t.Errorf("the pattern disagrees on %q", s)
		}
	}
}

func TestValidEmailAgainstThePattern(t *testing.T) {
	part := rapid.StringOfN(rapid.RuneFrom([]rune("aZ09._+-'@\n é{`[")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := part.Draw(t, "local") + rapid.SampledFrom([]string{"@", "@", "@", ""}).Draw(t, "at") +
			part.Draw(t, "domain") + rapid.SampledFrom([]string{"", ".co", ".", "co"}).Draw(t, "end")
		if ValidEmail(s) != matchesPattern(s) {
			t.Fatalf("ValidEmail(%q) = %v", s, ValidEmail(s))
		}
	})
}

func FuzzValidEmail(f *testing.F) {
	f.Add("o'brien@example.org")
	f.Add("a.b@c-d.1e.fg")
	f.Fuzz(func(t *testing.T, s string) {
		if ValidEmail(s) != matchesPattern(s) {
			t.Fatalf("ValidEmail(%q) = %v", s, ValidEmail(s))
		}
	})
}

func BenchmarkValidEmail(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ValidEmail("ada.lovelace@analytical-engine.co.uk")
	}
}
