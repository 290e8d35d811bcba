package admin

import (
	"fmt"
	"slices"
	"time"

	"stint"
	"stint/internal/store"
)

// person is one of the studio's people while the demo is told.
type person struct {
	demoPerson

	id    string
	away  []span
	sick  int // days left
	focus []*job
}

// agreement is a contract with what happens under it.
type agreement struct {
	demoContract

	client   string
	rec      *stint.Contract
	jobs     []*job
	invoiced int // invoices so far
}

// job is a project with its open time entries and the issue at hand.
type job struct {
	demoProject

	of     *agreement
	rec    *stint.Project
	open   []*stint.TimeEntry // not billed yet
	issues map[*person]*issue
	last   int // number of the newest issue
}

// issue is what a person works on until it is done.
type issue struct {
	key   string
	about string
	step  int
	steps int
}

// quarter is the unit in which the studio logs its time, in seconds.
const quarter = 15 * 60

// plan chooses, for a week, what each person works on.
func (d *demo) plan() {
	for _, p := range d.people {
		var all []*job
		for _, a := range d.contracts {
			if a.rec != nil && !d.ended(a) {
				for _, j := range a.jobs {
					if p.does(j.kind) {
						all = append(all, j)
					}
				}
			}
		}
		d.rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		p.focus = all[:min(len(all), 2+d.rnd.IntN(2))]
	}
}

func (d *demo) ended(a *agreement) bool { return a.to > 0 && d.month(d.clock) >= a.to }

// work writes a person's entries of a day, in the afternoon.
func (d *demo) work(p *person, day time.Time) {
	p.focus = slices.DeleteFunc(p.focus, func(j *job) bool { return d.ended(j.of) })
	if p.isAway(day) || len(p.focus) == 0 {
		return
	}
	if p.sick > 0 {
		p.sick--
		return
	}
	if d.chance(1) {
		p.sick = d.rnd.IntN(4)
		return
	}
	d.at(day, 15, 30+d.rnd.IntN(20))
	left := 28 + d.rnd.IntN(6) // quarters of an hour
	if day.Weekday() == time.Friday {
		left -= 4
	}
	for left > 0 {
		j := p.focus[0]
		if len(p.focus) > 1 && d.chance(45) {
			j = p.focus[1+d.rnd.IntN(len(p.focus)-1)]
		}
		quarters := min(left, 3+d.rnd.IntN(9))
		if left-quarters < 2 {
			quarters = left
		}
		left -= quarters
		d.entry(p, j, day, quarters)
	}
}

func (d *demo) entry(p *person, j *job, day time.Time, quarters int) {
	e := &stint.TimeEntry{Project: j.rec.ID, User: p.id, Date: stint.DateOf(day), DurationSeconds: stint.Int53(quarters * quarter)}
	if quarters <= 5 && d.chance(45) {
		words := d.oneOf(demoMeetings)
		e.Description = &words
	} else {
		words, key := d.progress(p, j)
		e.Description, e.ReferenceSource, e.ReferenceID = &words, &j.tracker, &key
	}
	j.open = append(j.open, insert(d.as(p), store.TimeEntries, e))
}

// progress is the next step of the issue a person works on in a project.
func (d *demo) progress(p *person, j *job) (words, key string) {
	i := j.issues[p]
	if i == nil || i.step == i.steps {
		j.last += 1 + d.rnd.IntN(4)
		i = &issue{key: fmt.Sprintf("%s-%d", j.key, j.last), about: d.oneOf(demoSubjects[j.kind]), steps: 1 + d.rnd.IntN(4)}
		if j.tracker == "GITHUB" {
			i.key = fmt.Sprintf("%s#%d", j.key, j.last)
		}
		j.issues[p] = i
	}
	verbs := demoSteps[min(i.step, len(demoSteps)-1)]
	if i.step > 0 && i.step == i.steps-1 {
		verbs = demoLastSteps
	}
	i.step++
	return fmt.Sprintf(d.oneOf(verbs), i.about), i.key
}
