package stint

import (
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var zeros1M = strings.Repeat("0", 1<<20)

func TestParseInt53(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Int53
		err  error
	}{
		{"0", 0, nil}, {"-0", 0, nil}, {"1", 1, nil}, {"-1", -1, nil}, {"3600", 3600, nil},
		{"3600.0", 3600, nil}, {"3600.000", 3600, nil}, {"3.6e3", 3600, nil}, {"3.6E+3", 3600, nil},
		{"36000e-1", 3600, nil}, {"36000.00e-1", 3600, nil}, {"0.0036e6", 3600, nil}, {"1e2", 100, nil},
		{"-1e2", -100, nil}, {"0.0", 0, nil}, {"-0.0e5", 0, nil}, {"0e999999999", 0, nil},
		{"0e-99999999999999999999999", 0, nil}, {"1e15", 1e15, nil}, {"9e15", 9e15, nil}, {"10e-1", 1, nil},
		{"100000000000000000000e-20", 1, nil}, {"999999999999999", 999999999999999, nil},
		{"9007199254740991", MaxInt53, nil}, {"-9007199254740991", -MaxInt53, nil},
		{"9007199254740991.000", MaxInt53, nil}, {"0.9007199254740991e16", MaxInt53, nil},
		{"1" + zeros1M + "e-1048576", 1, nil}, {"0." + zeros1M + "1e1048577", 1, nil},
		{"3600.5", 0, ErrNotInteger}, {"36e-1", 0, ErrNotInteger}, {"9007199254740991.4", 0, ErrNotInteger},
		{"0.1", 0, ErrNotInteger}, {"1e-1", 0, ErrNotInteger}, {"1e-999999999", 0, ErrNotInteger},
		{"12345678901234567890123.5", 0, ErrNotInteger}, {"1" + zeros1M + "e-1048577", 0, ErrNotInteger},
		{"9007199254740992", 0, ErrOutOfRange}, {"-9007199254740992", 0, ErrOutOfRange},
		{"9007199254740993", 0, ErrOutOfRange}, {"9999999999999999", 0, ErrOutOfRange},
		{"1e16", 0, ErrOutOfRange}, {"18446744073709551616", 0, ErrOutOfRange}, {"1e999999999", 0, ErrOutOfRange},
		{"1e99999999999999999999999999999", 0, ErrOutOfRange}, {"1" + zeros1M, 0, ErrOutOfRange},
		{"", 0, ErrNotNumber}, {"-", 0, ErrNotNumber}, {"+1", 0, ErrNotNumber}, {"01", 0, ErrNotNumber},
		{"-01", 0, ErrNotNumber}, {"00", 0, ErrNotNumber}, {".5", 0, ErrNotNumber}, {"5.", 0, ErrNotNumber},
		{"1.e3", 0, ErrNotNumber}, {"1e", 0, ErrNotNumber}, {"1e+", 0, ErrNotNumber}, {"1e1.5", 0, ErrNotNumber},
		{"1ee3", 0, ErrNotNumber}, {" 1", 0, ErrNotNumber}, {"1 ", 0, ErrNotNumber}, {"1x", 0, ErrNotNumber},
		{"0x10", 0, ErrNotNumber}, {"1_000", 0, ErrNotNumber}, {"NaN", 0, ErrNotNumber}, {"Infinity", 0, ErrNotNumber},
		{`"3600"`, 0, ErrNotNumber}, {"true", 0, ErrNotNumber}, {"--1", 0, ErrNotNumber}, {"1\n", 0, ErrNotNumber},
		{"１", 0, ErrNotNumber}, {"1.2.3", 0, ErrNotNumber}, {"1-1", 0, ErrNotNumber}, {"e5", 0, ErrNotNumber},
	} {
		if got, err := ParseInt53(tt.text); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ParseInt53(%.40q) = %d, %v; want %d, %v", tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestInt53JSON(t *testing.T) {
	type record struct {
		N Int53  `json:"n"`
		P *Int53 `json:"p,omitempty"`
	}
	var r record
	if err := json.Unmarshal([]byte(`{"n":3.6e3,"p":1.0}`), &r); err != nil || r.N != 3600 || *r.P != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if b, err := json.Marshal(r); string(b) != `{"n":3600,"p":1}` || err != nil {
		t.Errorf("%s, %v", b, err)
	}
	for text, want := range map[string]error{`3600.5`: ErrNotInteger, `1e16`: ErrOutOfRange, `"3600"`: ErrNotNumber} {
		if err := json.Unmarshal([]byte(text), &r.N); !errors.Is(err, want) || r.N != 3600 {
			t.Errorf("%s: %d, %v", text, r.N, err)
		}
	}
	if err := json.Unmarshal([]byte(`null`), &r.N); err != nil || r.N != 0 {
		t.Errorf("null: %d, %v", r.N, err)
	}
}

// numberText draws JSON numbers in all their spellings.
func numberText(t *rapid.T) string {
	s := rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign")
	s += rapid.StringMatching(`0|[1-9][0-9]{0,22}|[1-9]0{0,20}|900719925474099[0-9]`).Draw(t, "whole")
	s += rapid.StringMatching(`|\.[0-9]{1,20}|\.0{1,20}[0-9]?`).Draw(t, "fraction")
	return s + rapid.StringMatching(`|[eE][+-]?[0-9]{1,2}`).Draw(t, "exponent")
}

func rat(t interface{ Fatalf(string, ...any) }, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("math/big refuses %q", text)
	}
	return r
}

func TestParseInt53AgainstRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := numberText(t)
		r := rat(t, text)
		var want error
		switch {
		case !r.IsInt():
			want = ErrNotInteger
		case r.Num().CmpAbs(big.NewInt(MaxInt53)) > 0:
			want = ErrOutOfRange
		}
		got, err := ParseInt53(text)
		if !errors.Is(err, want) || want == nil && int64(got) != r.Num().Int64() {
			t.Fatalf("ParseInt53(%q) = %d, %v; want %v, %v", text, got, err, r, want)
		}
	})
}

func FuzzParseInt53(f *testing.F) {
	for _, s := range []string{"3600", "3.6e3", "-0", "1e999999999", "9007199254740991.4", "0.00100E+00003"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseInt53(s)
		// What may stand in a json.RawMessage after trimming, and begins like a number, is one.
		number := json.Valid([]byte(s)) && s == strings.Trim(s, " \t\r\n") && strings.ContainsAny(s[:1], "-0123456789")
		if errors.Is(err, ErrNotNumber) == number {
			t.Fatalf("ParseInt53(%q): %v, but encoding/json says %v", s, err, number)
		}
		if err == nil && (n > MaxInt53 || n < -MaxInt53) {
			t.Fatalf("ParseInt53(%q) = %d", s, n)
		}
		if want, wrong := strconv.ParseInt(s, 10, 54); number && wrong == nil && want > -1<<53 && (err != nil || int64(n) != want) {
			t.Fatalf("ParseInt53(%q) = %d, %v; want %d", s, n, err, want)
		}
	})
}

func BenchmarkParseInt53(b *testing.B) {
	for _, text := range []string{"3600", "3.6e3", "9007199254740991", "1e999999999"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ParseInt53(text)
			}
		})
	}
}
