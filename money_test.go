package stint

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestFormatMinor(t *testing.T) {
	for _, tt := range []struct {
		minor int64
		code  string
		want  string
	}{
		{123456, "EUR", "1234.56"}, {100, "EUR", "1.00"}, {99, "EUR", "0.99"}, {5, "EUR", "0.05"}, {0, "EUR", "0.00"},
		{-5, "EUR", "-0.05"}, {-123456, "EUR", "-1234.56"}, {-100, "EUR", "-1.00"},
		{123456, "JPY", "123456"}, {0, "JPY", "0"}, {-7, "JPY", "-7"},
		{123456, "KWD", "123.456"}, {1, "KWD", "0.001"}, {123456, "CLF", "12.3456"}, {-1, "UYW", "-0.0001"},
		{5, "XAU", "5"}, {123456, "???", "123456"},
		{MaxInt53, "EUR", "90071992547409.91"}, {math.MinInt64, "CLF", "-922337203685477.5808"},
	} {
		if got := FormatMinor(tt.minor, tt.code); got != tt.want {
			t.Errorf("FormatMinor(%d, %s) = %s, want %s", tt.minor, tt.code, got, tt.want)
		}
	}
}

func TestFormatMinorAgainstRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64().Draw(t, "minor")
		code := rapid.SampledFrom([]string{"JPY", "EUR", "KWD", "CLF"}).Draw(t, "code")
		decimals, _ := CurrencyDecimals(code)
		unit := int64(math.Pow10(decimals))
		if got, want := FormatMinor(minor, code), big.NewRat(minor, unit).FloatString(decimals); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

func TestAddMinor(t *testing.T) {
	for _, tt := range []struct {
		a, b, want int64
		err        error
	}{
		{1, 2, 3, nil}, {-1, 1, 0, nil}, {MaxInt53, 0, MaxInt53, nil}, {MaxInt53 - 1, 1, MaxInt53, nil},
		{MaxInt53, 1, 0, ErrOutOfRange}, {-MaxInt53, -1, 0, ErrOutOfRange}, {-MaxInt53, 1, 1 - MaxInt53, nil},
		{math.MaxInt64, 1, 0, ErrOutOfRange}, {math.MinInt64, -1, 0, ErrOutOfRange},
		{math.MinInt64, math.MinInt64, 0, ErrOutOfRange}, {math.MaxInt64, math.MaxInt64, 0, ErrOutOfRange},
		{math.MaxInt64, math.MinInt64, -1, nil},
	} {
		if got, err := AddMinor(tt.a, tt.b); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%d + %d = %d, %v; want %d, %v", tt.a, tt.b, got, err, tt.want, tt.err)
		}
	}
}

func BenchmarkFormatMinor(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		FormatMinor(123456, "EUR")
	}
}
