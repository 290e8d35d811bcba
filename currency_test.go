package stint

import (
	"strings"
	"testing"

	"golang.org/x/text/currency"
)

func TestCurrencyTable(t *testing.T) {
	entries := strings.Split(strings.TrimSuffix(currencies, " "), " ")
	last := ""
	for _, e := range entries {
		if len(e) != 4 || !strings.ContainsRune("0234-", rune(e[3])) || strings.Trim(e[:3], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			t.Errorf("entry %q", e)
		}
		if e <= last {
			t.Errorf("%s after %s", e, last)
		}
		last = e
		if _, ok := CurrencyDecimals(e[:3]); !ok {
			t.Errorf("%s is not found", e)
		}
	}
	if len(entries) != 307 {
		t.Errorf("%d codes; after an amendment of ISO 4217, change this number too", len(entries))
	}
}

func TestCurrencyDecimals(t *testing.T) {
	for decimals, codes := range map[int]string{
		0: "JPY KRW ISK UGX VND CLP XAF XOF XPF UYI ITL ESP BEF LUF TRL GRD PTE BYR XAU XDR XXX XTS XUA XSU XFU",
		2: "EUR USD GBP CHF HUF RSD MGA MRU MRO CZK TWD IDR XCG ZWG SLE VED VES XAD CHE CHW USN BOV COU MXV DEM FRF ATS NLG HRK BGN ANG XEU",
		3: "KWD BHD IQD JOD LYD OMR TND YDD",
		4: "CLF UYW",
	} {
		for code := range strings.FieldsSeq(codes) {
			if got, ok := CurrencyDecimals(code); !ok || got != decimals {
				t.Errorf("%s has %d decimals %v, want %d", code, got, ok, decimals)
			}
		}
	}
	for _, code := range []string{"", "E", "EU", "eur", "Eur", "EURO", "EUR ", "ABC", "AAA", "ZZZ", "BTC", "CNH", "ÄÖ", "\xff\xff\xff", "DP0", "0 A"} {
		if d, ok := CurrencyDecimals(code); ok || d != 0 {
			t.Errorf("%q is known, with %d decimals", code, d)
		}
	}
}

// CLDR knows every currency that is legal tender; so must we.
func TestCurrencyAgainstCLDR(t *testing.T) {
	n := 0
	for it := currency.Query(); it.Next(); n++ {
		if code := it.Unit().String(); !known(code) {
			t.Errorf("%s, of %s, is not known", code, it.Region())
		}
	}
	if n < 200 {
		t.Errorf("only %d seen", n)
	}
}

func known(code string) bool { _, ok := CurrencyDecimals(code); return ok }

func BenchmarkCurrencyDecimals(b *testing.B) {
	for b.Loop() {
		CurrencyDecimals("EUR")
	}
}
