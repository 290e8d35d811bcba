package admin

import "time"

// workday tells whether the studio works: a weekday that is no public holiday
// of Hamburg, nor Christmas Eve or New Year's Eve.
func workday(day time.Time) bool {
	if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return false
	}
	switch day.Format("01-02") {
	case "01-01", "05-01", "10-03", "10-31", "12-24", "12-25", "12-26", "12-31":
		return false
	}
	switch int(day.Sub(easter(day.Year())).Hours() / 24) {
	case -2, 1, 39, 50: // Good Friday, Easter Monday, Ascension, Whit Monday
		return false
	}
	return true
}

// easter is Easter Sunday by the Gregorian computus of Meeus, Jones and Butcher.
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}

// planHolidays gives each person two weeks in summer, one in spring and one in
// autumn of each year; between the years nobody works.
func (d *demo) planHolidays() {
	for year := d.start.Year(); year <= d.end.Year(); year++ {
		for i, p := range d.people {
			summer := time.Date(year, 6, 22+14*i+d.rnd.IntN(7), 0, 0, 0, 0, time.UTC)
			spring := time.Date(year, 3, 1+d.rnd.IntN(60), 0, 0, 0, 0, time.UTC)
			autumn := time.Date(year, 10, 1+d.rnd.IntN(45), 0, 0, 0, 0, time.UTC)
			p.away = append(p.away, span{summer, summer.AddDate(0, 0, 16)}, span{spring, spring.AddDate(0, 0, 7)}, span{autumn, autumn.AddDate(0, 0, 7)},
				span{time.Date(year, 12, 23, 0, 0, 0, 0, time.UTC), time.Date(year+1, 1, 2, 0, 0, 0, 0, time.UTC)})
		}
	}
}

// span is the days from first up to, and not with, end.
type span struct{ first, end time.Time }

func (p *person) isAway(day time.Time) bool {
	for _, s := range p.away {
		if !day.Before(s.first) && day.Before(s.end) {
			return true
		}
	}
	return false
}
