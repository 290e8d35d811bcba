package stint

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	for s, ok := range map[string]bool{
		"2023-10-05": true, "2000-02-29": true, "2024-02-29": true, "0000-02-29": true,
		"0000-01-01": true, "9999-12-31": true, "2023-01-31": true, "2023-04-30": true,
		"2023-02-29": false, "1900-02-29": false, "2100-02-29": false, "2023-04-31": false, "2023-02-30": false,
		"2023-00-01": false, "2023-13-01": false, "2023-01-00": false, "2023-01-32": false,
		"": false, "2023-1-5": false, "2023-10-5": false, "2023-10-055": false, "\t2023-10-05": false,
		"2023-10-05\n": false, "2023/10/05": false, "20231005": false, "+023-10-05": false, "-023-10-05": false,
		"2023-10-05T00:00Z": false, "２023-10": false, "2023-1O-05": false, "2023-10-0:": false,
	} {
		d, err := ParseDate(s)
		if ok && (err != nil || d != Date(s)) || !ok && (!errors.Is(err, ErrNotDate) || d != "") {
			t.Errorf("ParseDate(%q) = %q, %v", s, d, err)
		}
	}
}

// Every day of every year, against the standard library.
func TestDateEveryDay(t *testing.T) {
	day := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	for days := int64(firstDay); days <= lastDay; days++ {
		want := Date(day.Format("2006-01-02"))
		if got := dateFromDays(days); got != want {
			t.Fatalf("day %d is %s, want %s", days, got, want)
		}
		if got, ok := parseDays(string(want)); !ok || got != days {
			t.Fatalf("%s is day %d %v, want %d", want, got, ok, days)
		}
		if days%97 == 0 && (!want.Time().Equal(day) || DateOf(day) != want) {
			t.Fatalf("%s: Time %v, DateOf %s", want, want.Time(), DateOf(day))
		}
		day = day.AddDate(0, 0, 1)
	}
}

func TestDateOf(t *testing.T) {
	late := time.Date(2023, 12, 31, 23, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		in   time.Time
		want Date
	}{
		{late, "2023-12-31"},
		{late.In(time.FixedZone("", 3600)), "2024-01-01"},
		{time.Time{}, "0001-01-01"},
		{time.Date(-1, 12, 31, 0, 0, 0, 0, time.UTC), "0000-01-01"},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "9999-12-31"},
		{time.Unix(math.MaxInt64/2, 0), "9999-12-31"},
	} {
		if got := DateOf(tt.in); got != tt.want {
			t.Errorf("DateOf(%v) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestDateAddDays(t *testing.T) {
	for _, tt := range []struct {
		d    Date
		n    int
		want Date
	}{
		{"2023-10-05", 0, "2023-10-05"},
		{"2023-12-31", 1, "2024-01-01"},
		{"2024-03-01", -1, "2024-02-29"},
		{"1970-01-01", -1, "1969-12-31"},
		{"0000-01-01", lastDay - firstDay, "9999-12-31"},
		{"9999-12-31", 1, "9999-12-31"},
		{"0000-01-01", -1, "0000-01-01"},
		{"2023-10-05", math.MaxInt, "9999-12-31"},
		{"2023-10-05", math.MinInt, "0000-01-01"},
		{"", 5, ""},
		{"soon", 5, "soon"},
	} {
		if got := tt.d.AddDays(tt.n); got != tt.want {
			t.Errorf("%s + %d = %s, want %s", tt.d, tt.n, got, tt.want)
		}
	}
	if !Date("").Time().IsZero() {
		t.Error("no day has a time")
	}
}

func TestDateJSON(t *testing.T) {
	var d Date
	if err := json.Unmarshal([]byte(`"2023-10-05"`), &d); err != nil || d != "2023-10-05" {
		t.Errorf("%s, %v", d, err)
	}
	if err := json.Unmarshal([]byte(`"2023-02-29"`), &d); !errors.Is(err, ErrNotDate) || d != "2023-10-05" {
		t.Errorf("%s, %v", d, err)
	}
	if b, err := json.Marshal(d); string(b) != `"2023-10-05"` || err != nil {
		t.Errorf("%s, %v", b, err)
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2024-02-29")
	f.Fuzz(func(t *testing.T, s string) {
		_, wrong := time.Parse("2006-01-02", s)
		if _, err := ParseDate(s); (err == nil) != (wrong == nil) {
			t.Errorf("ParseDate(%q): %v; time.Parse: %v", s, err, wrong)
		}
	})
}
