package stint

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const digits34 = "1234567890123456789012345678901234"

func TestParseDecimal(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Decimal
		err  error
	}{
		{"0", "0", nil}, {"-0", "0", nil}, {"0.000", "0", nil}, {"-0e5", "0", nil}, {"0e999999999", "0", nil},
		{"1", "1", nil}, {"-1", "-1", nil}, {"7.5", "7.5", nil}, {"7.50", "7.5", nil}, {"75e-1", "7.5", nil},
		{"0.075E2", "7.5", nil}, {"100", "100", nil}, {"1e2", "100", nil}, {"1.0e+2", "100", nil},
		{"0.25", "0.25", nil}, {"25e-2", "0.25", nil}, {"-0.001", "-0.001", nil}, {"-1e-3", "-0.001", nil},
		{"10.01", "10.01", nil}, {"1001e-2", "10.01", nil},
		{digits34, digits34, nil}, {"-" + digits34, "-" + digits34, nil}, {digits34 + "00", digits34 + "00", nil},
		{"0." + digits34, "0." + digits34, nil}, {"0.0000" + digits34, "0.0000" + digits34, nil},
		{"-0.000" + digits34, "-0.000" + digits34, nil},
		{"-0.0000" + digits34, "-1.234567890123456789012345678901234e-5", nil},
		{"0.00000" + digits34, "1.234567890123456789012345678901234e-6", nil},
		{"1e39", "1" + Decimal(strings.Repeat("0", 39)), nil}, {"1e40", "1e+40", nil}, {"-1e39", "-1e+39", nil},
		{"1e-38", "0." + Decimal(strings.Repeat("0", 37)) + "1", nil}, {"1e-39", "1e-39", nil},
		{"15e99", "1.5e+100", nil}, {"1.5e+100", "1.5e+100", nil}, {"0.15e-99", "1.5e-100", nil},
		{"1e6144", "1e+6144", nil}, {"9.99e6144", "9.99e+6144", nil}, {"1e-6143", "1e-6143", nil},
		{"0.0001e6148", "1e+6144", nil}, {"1" + zeros1M + "e-1048576", "1", nil},
		{digits34 + "e6111", "1.234567890123456789012345678901234e+6144", nil},
		{digits34 + "5", "", ErrTooPrecise}, {digits34 + ".05", "", ErrTooPrecise},
		{"1." + zeros1M + "1", "", ErrTooPrecise},
		{"1e6145", "", ErrOutOfRange}, {"10e6144", "", ErrOutOfRange}, {"1e-6144", "", ErrOutOfRange},
		{"1e999999999", "", ErrOutOfRange}, {"-1e-99999999999999999999999", "", ErrOutOfRange},
		{"", "", ErrNotNumber}, {"1.", "", ErrNotNumber}, {"+1", "", ErrNotNumber}, {"01", "", ErrNotNumber},
		{`"1"`, "", ErrNotNumber}, {"NaN", "", ErrNotNumber}, {"1,5", "", ErrNotNumber},
	} {
		got, err := ParseDecimal(tt.text)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ParseDecimal(%.60q) = %q, %v; want %q, %v", tt.text, got, err, tt.want, tt.err)
		}
		if again, err := ParseDecimal(string(got)); tt.err == nil && (again != got || err != nil) {
			t.Errorf("%q read again is %q, %v", got, again, err)
		}
	}
}

func TestDecimalSignAndCmp(t *testing.T) {
	inOrder := []Decimal{"-9e+6144", "-1e+100", "-100", "-10.1", "-10", "-1.5", "-1", "-0.001", "-1e-6143", "0",
		"1e-6143", "0.001", "0.0011", "0.01", "1", "1.0001", "1.5", "2", "10", "10.1", "100", "1e+100", "1.5e+100"}
	for i, a := range inOrder {
		for j, b := range inOrder {
			want := 0
			if i != j {
				want = 1 - 2*b2i(i < j)
			}
			if got := a.Cmp(b); got != want {
				t.Errorf("%s.Cmp(%s) = %d, want %d", a, b, got, want)
			}
		}
		if got := a.Sign(); got != a.Cmp("0") || a.IsZero() != (got == 0) {
			t.Errorf("%s: sign %d, zero %v", a, got, a.IsZero())
		}
	}
	var unset Decimal
	if !unset.IsZero() || unset.Sign() != 0 || unset.Cmp("0") != 0 || unset.String() != "0" || unset.Cmp("-1") != 1 {
		t.Error("the unset number does not count as 0")
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestMulMinor(t *testing.T) {
	for _, tt := range []struct {
		d     Decimal
		minor int64
		want  int64
		err   error
	}{
		{"1", 10000, 10000, nil}, {"7.5", 9950, 74625, nil}, {"100", 12345, 1234500, nil}, {"0.25", 3, 1, nil},
		{"0.5", 1, 1, nil}, {"-0.5", 1, -1, nil}, {"0.5", -1, -1, nil}, {"-0.5", -1, 1, nil},
		{"0.49999999999999999999", 1, 0, nil}, {"1.5", 1, 2, nil}, {"2.5", 1, 3, nil}, {"0.333333", 300, 100, nil},
		{"1.005", 100, 101, nil}, {"1.00499999999999999999999999999999", 100, 100, nil},
		{"0", math.MaxInt64, 0, nil}, {"", 5, 0, nil}, {"1e+6144", 0, 0, nil}, {"1e-6143", math.MaxInt64, 0, nil},
		{"1", MaxInt53, MaxInt53, nil}, {"-1", MaxInt53, -MaxInt53, nil}, {"1", -MaxInt53, -MaxInt53, nil},
		{"9007199254740991", 1, MaxInt53, nil}, {"9007199254740991.4", 1, MaxInt53, nil},
		{"9007199254740991.5", 1, 0, ErrOutOfRange}, {"-9007199254740991.5", 1, 0, ErrOutOfRange},
		{"1.0000000000000001", MaxInt53, 0, ErrOutOfRange}, {"1.00000000000000001", MaxInt53, MaxInt53, nil},
		{"0.0000000000000000001", math.MaxInt64, 1, nil}, {"0.00000000000000000001", math.MaxInt64, 0, nil},
		{"6e-20", math.MaxInt64, 1, nil}, {"5e-20", math.MaxInt64, 0, nil}, {"6e-20", math.MinInt64, -1, nil},
		{"1", math.MinInt64, 0, ErrOutOfRange}, {"2", math.MaxInt64, 0, ErrOutOfRange},
		{"1e+6144", 1, 0, ErrOutOfRange}, {"-1e+40", -1, 0, ErrOutOfRange},
		{"10000000000000000", 1, 0, ErrOutOfRange}, {"1000000000000000", 9, 9e15, nil},
		// The quotient is 2^64-1 with a rest above a half: one more must not wrap to 0.
		{"1019.58", 18092493059602534, 0, ErrOutOfRange}, {"10.0383", 1837636260493265953, 0, ErrOutOfRange},
		{"1844674407370955.1615", 10000, 0, ErrOutOfRange}, {"9.223372036854775807", math.MaxInt64, 0, ErrOutOfRange},
		{"one", 1, 0, ErrNotNumber},
	} {
		if got, err := tt.d.MulMinor(tt.minor); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s × %d = %d, %v; want %d, %v", tt.d, tt.minor, got, err, tt.want, tt.err)
		}
	}
}

// mulRat is MulMinor by the schoolbook, in fractions.
func mulRat(r *big.Rat, minor int64) (int64, error) {
	r = new(big.Rat).Mul(r, new(big.Rat).SetInt64(minor))
	half := big.NewRat(int64(r.Sign()), 2)
	r.Add(r, half)
	q := new(big.Int).Quo(r.Num(), r.Denom())
	if q.CmpAbs(big.NewInt(MaxInt53)) > 0 {
		return 0, ErrOutOfRange
	}
	return q.Int64(), nil
}

func TestDecimalAgainstRat(t *testing.T) {
	minors := rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64Range(-1e7, 1e7),
		rapid.Int64Range(-MaxInt53, MaxInt53), rapid.Int64())
	rapid.Check(t, func(t *rapid.T) {
		textA, textB := numberText(t), numberText(t)
		a, errA := ParseDecimal(textA)
		b, errB := ParseDecimal(textB)
		if errors.Is(errA, ErrTooPrecise) || errors.Is(errB, ErrTooPrecise) {
			t.Skip("more than 34 digits")
		}
		if errA != nil || errB != nil {
			t.Fatalf("%s: %v; %s: %v", textA, errA, textB, errB)
		}
		ra, rb := rat(t, textA), rat(t, textB)
		if rat(t, string(a)).Cmp(ra) != 0 {
			t.Fatalf("%s became %s", textA, a)
		}
		if a.Cmp(b) != ra.Cmp(rb) || (a == b) != (ra.Cmp(rb) == 0) || a.Sign() != ra.Sign() {
			t.Fatalf("%s.Cmp(%s) = %d", a, b, a.Cmp(b))
		}
		minor := minors.Draw(t, "minor")
		want, wantErr := mulRat(ra, minor)
		if got, err := a.MulMinor(minor); got != want || !errors.Is(err, wantErr) {
			t.Fatalf("%s × %d = %d, %v; want %d, %v", a, minor, got, err, want, wantErr)
		}
	})
}

// Products near a half and near the limits, where random numbers do not come.
func TestMulMinorNearTheEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.OneOf(rapid.Int64Range(1, 1e6), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "minor")
		target := rapid.SampledFrom([]string{"0.5", "1.5", "9007199254740991.5", "18446744073709551615.5"}).Draw(t, "product")
		places := rapid.IntRange(0, 30).Draw(t, "places")
		text := new(big.Rat).Quo(rat(t, target), new(big.Rat).SetInt64(minor)).FloatString(places)
		d, err := ParseDecimal(text)
		if err != nil {
			t.Skip("more than 34 digits")
		}
		want, wantErr := mulRat(rat(t, text), minor)
		if got, err := d.MulMinor(minor); got != want || !errors.Is(err, wantErr) {
			t.Fatalf("%s × %d = %d, %v; want %d, %v", d, minor, got, err, want, wantErr)
		}
	})
}

func TestDecimalJSON(t *testing.T) {
	var r struct {
		D Decimal  `json:"d"`
		P *Decimal `json:"p,omitempty"`
	}
	if err := json.Unmarshal([]byte(`{"d":0.150e101}`), &r); err != nil || r.D != "1.5e+100" {
		t.Fatalf("%+v, %v", r, err)
	}
	if b, err := json.Marshal(r); string(b) != `{"d":1.5e+100}` || err != nil {
		t.Errorf("%s, %v", b, err)
	}
	for _, bad := range []string{`"1.5"`, `true`, `[]`, `1e9999`} {
		if err := json.Unmarshal([]byte(bad), &r.D); err == nil || r.D != "1.5e+100" {
			t.Errorf("%s: %s, %v", bad, r.D, err)
		}
	}
	if err := json.Unmarshal([]byte(`null`), &r.D); err != nil || r.D != "" {
		t.Errorf("null: %q, %v", r.D, err)
	}
	if b, err := json.Marshal(r); string(b) != `{"d":0}` || err != nil {
		t.Errorf("unset: %s, %v", b, err)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"7.50", "1e6144", "-0.0e-5", digits34 + ".5", "0.00001234e+30"} {
		f.Add(s, int64(9950))
	}
	f.Fuzz(func(t *testing.T, s string, minor int64) {
		d, err := ParseDecimal(s)
		if err != nil {
			return
		}
		if again, err := ParseDecimal(string(d)); again != d || err != nil || !json.Valid([]byte(d)) {
			t.Fatalf("%q became %q, read again %q, %v", s, d, again, err)
		}
		r := rat(t, string(d))
		// math/big refuses, or works for ever on, 0 with a huge exponent.
		if !d.IsZero() && len(s) < 1000 && rat(t, s).Cmp(r) != 0 {
			t.Fatalf("%q became %q", s, d)
		}
		want, wantErr := mulRat(r, minor)
		if got, err := d.MulMinor(minor); got != want || !errors.Is(err, wantErr) {
			t.Fatalf("%s × %d = %d, %v; want %d, %v", d, minor, got, err, want, wantErr)
		}
	})
}

func BenchmarkParseDecimal(b *testing.B) {
	for _, text := range []string{"7.5", "7.50", digits34, "1e999999999"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ParseDecimal(text)
			}
		})
	}
}

func BenchmarkMulMinor(b *testing.B) {
	for _, d := range []Decimal{"7.5", "40", "1.00499999999999999999999999999999", "1e+6144"} {
		b.Run(string(d), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = d.MulMinor(9950)
			}
		})
	}
}
