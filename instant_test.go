package stint

import (
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The contract's DateTimeUtc.
var dateTimeUTC = regexp.MustCompile(`^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|1\d|2[0-8])))T(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z))$`)

func TestParseInstant(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"2023-10-05T14:48:00.000Z", "2023-10-05T14:48:00.000Z"},
		{"2023-10-05T14:48Z", "2023-10-05T14:48:00.000Z"},
		{"2023-10-05T14:48:07Z", "2023-10-05T14:48:07.000Z"},
		{"2023-10-05T14:48:07.5Z", "2023-10-05T14:48:07.500Z"},
		{"2023-10-05T14:48:07.0019999999999999999999Z", "2023-10-05T14:48:07.001Z"},
		{"2023-10-05T14:48:07." + strings.Repeat("9", 1000) + "Z", "2023-10-05T14:48:07.999Z"},
		{"0000-01-01T00:00Z", "0000-01-01T00:00:00.000Z"},
		{"0000-02-29T00:00Z", "0000-02-29T00:00:00.000Z"},
		{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
		{"9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z"},
		{"", ""},
		{"Z", ""},
		{"2023-10-05", ""},
		{"2023-10-05T14:48", ""},
		{"2023-10-05T14:48z", ""},
		{"2023-10-05t14:48Z", ""},
		{"2023-10-05 14:48Z", ""},
		{"2023-10-05T14Z", ""},
		{"2023-10-05T24:00Z", ""},
		{"2023-10-05T23:60Z", ""},
		{"2023-10-05T23:59:60Z", ""},
		{"2023-02-29T14:48Z", ""},
		{"2023-10-05T14:48:Z", ""},
		{"2023-10-05T14:48:0Z", ""},
		{"2023-10-05T14:48:00.Z", ""},
		{"2023-10-05T14:48:00.0", ""},
		{"2023-10-05T14:48:00,0Z", ""},
		{"2023-10-05T14:48.5Z", ""},
		{"2023-10-05T14:48:00.1x2Z", ""},
		{"2023-10-05T14:48:00+00:00", ""},
		{"2023-10-05T14:48:00.000Z\n", ""},
		{"+2023-10-05T14:48:00.000Z", ""},
	} {
		i, err := ParseInstant(tt.in)
		switch {
		case tt.want == "" && !errors.Is(err, ErrNotInstant):
			t.Errorf("ParseInstant(%q) = %v, %v; want ErrNotInstant", tt.in, i, err)
		case tt.want != "" && (err != nil || i.String() != tt.want):
			t.Errorf("ParseInstant(%q) = %v, %v; want %s", tt.in, i, err, tt.want)
		}
		if dateTimeUTC.MatchString(tt.in) != (err == nil) {
			t.Errorf("the pattern disagrees on %q", tt.in)
		}
	}
}

func TestInstantOutsideTheYears(t *testing.T) {
	for i, want := range map[Instant]string{
		firstInstant: "0000-01-01T00:00:00.000Z", firstInstant - 1: "0000-01-01T00:00:00.000Z",
		lastInstant: "9999-12-31T23:59:59.999Z", lastInstant + 1: "9999-12-31T23:59:59.999Z",
		math.MinInt64: "0000-01-01T00:00:00.000Z", math.MaxInt64: "9999-12-31T23:59:59.999Z",
	} {
		if got := i.String(); got != want {
			t.Errorf("%d is %s, want %s", int64(i), got, want)
		}
	}
}

func TestInstantAgainstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := Instant(rapid.Int64Range(int64(firstInstant), int64(lastInstant)).Draw(t, "ms"))
		want := time.UnixMilli(int64(i)).UTC()
		if got := i.String(); got != want.Format("2006-01-02T15:04:05.000Z") {
			t.Fatalf("got %s, want %v", got, want)
		}
		if back, err := ParseInstant(i.String()); err != nil || back != i {
			t.Fatalf("read back %v, %v", back, err)
		}
		if !i.Time().Equal(want) || InstantOf(want.Add(999_999)) != i {
			t.Fatalf("Time %v, InstantOf %v", i.Time(), InstantOf(want))
		}
	})
}

func TestInstantJSON(t *testing.T) {
	type record struct {
		At    Instant             `json:"at"`
		Maybe *Instant            `json:"maybe,omitempty"`
		By    map[Instant]Instant `json:"by,omitempty"`
	}
	const text = `{"at":"2023-10-05T14:48:00.000Z","by":{"1969-12-31T23:59:59.999Z":"1970-01-01T00:00:00.000Z"}}`
	var r record
	if err := json.Unmarshal([]byte(text), &r); err != nil || r.At.Time().Year() != 2023 || r.By[-1] != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if b, err := json.Marshal(r); string(b) != text || err != nil {
		t.Errorf("%s, %v", b, err)
	}
	var i Instant
	if err := json.Unmarshal([]byte(`"2023-10-05T14:48:00\u002e000\u005A"`), &i); err != nil || i != r.At {
		t.Errorf("escaped: %v, %v", i, err)
	}
	for _, bad := range []string{`1696517280000`, `""`, `"Z"`, `true`, `{}`, `"2023-10-05T14:48+00:00"`, `"\u0032"`} {
		if err := json.Unmarshal([]byte(bad), &i); !errors.Is(err, ErrNotInstant) || i != r.At {
			t.Errorf("%s: %v, %v", bad, i, err)
		}
	}
	for _, bad := range []string{``, `"`, `"\"`} {
		if err := i.UnmarshalJSON([]byte(bad)); !errors.Is(err, ErrNotInstant) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := json.Unmarshal([]byte(`null`), &i); err != nil || i != 0 {
		t.Errorf("null: %v, %v", i, err)
	}
}

func FuzzParseInstant(f *testing.F) {
	for _, s := range []string{"2023-10-05T14:48:00.000Z", "2024-02-29T23:59Z", "1900-02-29T00:00:00Z", "2023-10-05T14:48:0.Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		i, err := ParseInstant(s)
		if dateTimeUTC.MatchString(s) != (err == nil) {
			t.Fatalf("ParseInstant(%q): %v, which is not what the pattern says", s, err)
		}
		if err != nil {
			return
		}
		if want, err := time.Parse("2006-01-02T15:04:05Z07:00", s); err == nil && InstantOf(want) != i {
			t.Errorf("%q is %v, want %v", s, i, want)
		}
	})
}

func BenchmarkParseInstant(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = ParseInstant("2023-10-05T14:48:00.000Z")
	}
}

func BenchmarkInstantAppend(b *testing.B) {
	buf := make([]byte, 0, 24)
	b.ReportAllocs()
	for b.Loop() {
		buf = Instant(1696517280123).Append(buf[:0])
	}
}
