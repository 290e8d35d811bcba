package stint

import (
	"errors"
	"time"
)

// ErrNotDate is the answer to a text that is not a real calendar day.
var ErrNotDate = errors.New("not a calendar day written as YYYY-MM-DD")

// Date is a calendar day without a time zone, written YYYY-MM-DD (ISO 8601),
// in the years 0000 to 9999 of the Gregorian calendar. Dates compare with <
// and ==. The zero value is no day.
type Date string

// ParseDate reads a day, such as 2023-10-05. 2023-02-29 is ErrNotDate.
func ParseDate(s string) (Date, error) {
	if _, ok := parseDays(s); !ok {
		return "", ErrNotDate
	}
	return Date(s), nil
}

// DateOf is the day of t in t's own location. A year before 0000 or after 9999
// gives the first or last day a Date can be.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	switch {
	case year < 0:
		return dateFromDays(firstDay)
	case year > 9999:
		return dateFromDays(lastDay)
	}
	return dateFromDays(daysFromCivil(year, int(month), day))
}

// Time is midnight UTC of the day; the zero time when d is no day.
func (d Date) Time() time.Time {
	days, ok := parseDays(string(d))
	if !ok {
		return time.Time{}
	}
	return time.Unix(days*86400, 0).UTC()
}

// AddDays is the day n days later, or earlier when n is negative; at most the
// first or last day a Date can be. What is no day stays as it is.
func (d Date) AddDays(n int) Date {
	days, ok := parseDays(string(d))
	if !ok {
		return d
	}
	span := int64(lastDay - firstDay)
	days += min(max(int64(n), -span), span)
	return dateFromDays(min(max(days, firstDay), lastDay))
}

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(text []byte) error {
	if _, ok := parseDays(text); !ok {
		return ErrNotDate
	}
	*d = Date(text)
	return nil
}

// Days are counted from 1970-01-01.
const (
	firstDay = -719528 // 0000-01-01
	lastDay  = 2932896 // 9999-12-31
)

func dateFromDays(days int64) Date {
	var b [10]byte
	return Date(appendDay(b[:0], days))
}

func appendDay(dst []byte, days int64) []byte {
	year, month, day := civilFromDays(days)
	return append(dst,
		base36[year/1000], base36[year/100%10], base36[year/10%10], base36[year%10], '-',
		base36[month/10], base36[month%10], '-',
		base36[day/10], base36[day%10])
}

// parseDays reads exactly YYYY-MM-DD into a count of days.
func parseDays[T string | []byte](s T) (days int64, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	century, ok1 := twoDigits(s, 0)
	year, ok2 := twoDigits(s, 2)
	month, ok3 := twoDigits(s, 5)
	day, ok4 := twoDigits(s, 8)
	year += 100 * century
	if !ok1 || !ok2 || !ok3 || !ok4 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	return daysFromCivil(year, month, day), true
}

func twoDigits[T string | []byte](s T, i int) (int, bool) {
	a, b := s[i]-'0', s[i+1]-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysFromCivil and civilFromDays count by eras of 400 years (146097 days) in
// years that begin in March, so that the leap day is a year's last: the method
// of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". The years
// are shifted by one era, so that nothing here is negative.
func daysFromCivil(year, month, day int) int64 {
	y := int64(year) + 400
	if month <= 2 {
		y--
	}
	era, yearOfEra := y/400, y%400
	dayOfYear := int64(153*((month+9)%12)+2)/5 + int64(day) - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468 - 146097
}

func civilFromDays(days int64) (year, month, day int) {
	z := days + 719468 + 146097
	era, dayOfEra := z/146097, z%146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*dayOfYear + 2) / 153
	day = int(dayOfYear - (153*m+2)/5 + 1)
	month = int((m+2)%12 + 1)
	year = int(yearOfEra + era*400 - 400)
	if month <= 2 {
		year++
	}
	return year, month, day
}
