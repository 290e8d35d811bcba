package admin

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"stint"
	"stint/internal/store"
)

// DemoOptions choose what the demo tells. The same seed and day give the same
// demo: ids, instants, texts and events.
type DemoOptions struct {
	Seed uint64
	// Until is the day before which the demo ends; empty is today. Nothing in
	// the demo happens on it or later.
	Until stint.Date
}

// Demo fills a tenant with two years of made-up work of four people for five
// clients, once: when there is one already, it answers that one's id. All is
// written in one transaction, so that a half-written demo is never seen.
func (a *Admin) Demo(ctx context.Context, o DemoOptions) (tenant string, made bool, err error) {
	if id, err := a.setting(ctx, demoTenant); id != "" || err != nil {
		return id, false, err
	}
	today := stint.DateOf(a.db.Now().Time())
	if o.Until == "" {
		o.Until = today
	}
	if o.Until > today || o.Until < "2003-01-01" {
		return "", false, fmt.Errorf("the demo cannot end at %s; give --demo-until a day from 2003-01-01 to today", o.Until)
	}
	// Who sees it besides the people it makes.
	guest, err := a.usual(ctx)
	if err != nil {
		err = a.db.GlobalView(ctx, func(g *store.GlobalTx) (err error) { guest, err = g.OldestUser(); return err })
		if errors.Is(err, store.ErrNoRow) {
			guest, err = nil, nil
		}
	}
	if err != nil {
		return "", false, err
	}
	tenant = newDemo(o).tenant
	err = a.db.Do(ctx, store.Scope{Tenant: tenant}, func(tx *store.Tx) error {
		d := newDemo(o)
		d.tx = tx
		if err := d.begin(guest); err != nil {
			return err
		}
		if err := d.tell(); err != nil {
			return err
		}
		_, err := tx.Global().KeepSetting(demoTenant, tenant)
		return err
	})
	if err != nil {
		// Another server may have been faster.
		if id, serr := a.setting(ctx, demoTenant); id != "" && serr == nil {
			return id, false, nil
		}
		return "", false, err
	}
	return tenant, true, nil
}

// demo tells a story day by day. Its clock only goes forward, so ids sort by creation.
type demo struct {
	tx     *store.Tx
	tenant string
	rnd    *rand.Rand
	ids    *stint.IDs
	clock  time.Time

	start, end time.Time // the first day, and the day after the last
	people     []*person
	contracts  []*agreement
	payments   []payment
	mistakes   []mistake
	numbers    map[int]int // of invoices, by year
	clients    int
}

func newDemo(o DemoOptions) *demo {
	var seed [32]byte
	copy(seed[:], fmt.Sprintf("%020d %s", o.Seed, o.Until))
	random := rand.NewChaCha8(seed)
	d := &demo{rnd: rand.New(random), end: o.Until.Time(), numbers: map[int]int{}} // #nosec G404 -- made-up data, the same each time
	d.start = time.Date(d.end.Year()-2, d.end.Month(), 1, 0, 0, 0, 0, time.UTC)
	d.clock = d.start.Add(7 * time.Hour)
	d.ids = stint.NewIDs(func() time.Time { return d.clock }, random)
	d.tenant = d.ids.New(stint.PrefixTenant)
	return d
}

// as is the transaction at the clock's instant, in the name of one of the people.
func (d *demo) as(p *person) *store.Tx {
	d.clock = d.clock.Add(time.Duration(1500+d.rnd.IntN(20_000)) * time.Millisecond)
	user := ""
	if p != nil {
		user = p.id
	}
	return d.tx.Past(stint.InstantOf(d.clock), d.ids, user)
}

// at moves the clock to a time of its day, unless it is later already.
func (d *demo) at(day time.Time, hour, minute int) {
	if t := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute); t.After(d.clock) {
		d.clock = t
	}
}

// begin writes the tenant and its people.
func (d *demo) begin(guest *stint.User) error {
	for _, p := range demoPeople {
		d.people = append(d.people, &person{demoPerson: p, id: d.ids.New(stint.PrefixUser)})
	}
	tx := d.as(d.people[0])
	g := tx.Global()
	words := "Made-up data of `stint serve --demo`."
	t := &stint.Tenant{ID: d.tenant, Name: "Ahrens Software Studio (demo)", Description: &words, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
	if err := tx.InsertTenant(t); err != nil {
		return err
	}
	members := make([]string, 0, len(d.people)+1)
	for _, p := range d.people {
		if err := g.InsertUser(&stint.User{ID: p.id, Name: &p.name, Email: &p.email}); err != nil {
			return err
		}
		members = append(members, p.id)
	}
	if guest != nil {
		members = append(members, guest.ID)
	}
	for _, id := range members {
		if err := g.InsertMembership(stint.Membership{TenantID: d.tenant, UserID: id, Role: stint.RoleOwner}); err != nil {
			return err
		}
	}
	d.planHolidays()
	return nil
}

// tell goes through the days.
func (d *demo) tell() error {
	for day := d.start; day.Before(d.end); day = day.AddDate(0, 0, 1) {
		d.agree(day)
		if !workday(day) {
			continue
		}
		if err := d.invoice(day); err != nil {
			return err
		}
		if err := d.settle(day); err != nil {
			return err
		}
		if day.Weekday() == time.Monday || day.Equal(d.start) {
			d.plan()
		}
		for _, p := range d.people {
			d.work(p, day)
		}
		// Sends what is queued: a database behind a network takes it in parts.
		if _, err := d.tx.Self(); err != nil {
			return err
		}
	}
	return nil
}

// month counts the months from the start of the demo.
func (d *demo) month(day time.Time) int {
	return (day.Year()-d.start.Year())*12 + int(day.Month()) - int(d.start.Month())
}

func (d *demo) oneOf(words []string) string { return words[d.rnd.IntN(len(words))] }

// chance is true in percent of the cases.
func (d *demo) chance(percent int) bool { return d.rnd.IntN(100) < percent }
