//go:build linux

package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report prints what was measured and remembers how it compares with the targets.
type report struct{ rows []target }

// target is one figure that must be reached.
type target struct {
	engine, what, figure, want string
	ok                         bool
}

func (r *report) machine(o *options) {
	fmt.Printf("%d processors, %s, %d connections, medians of %d runs of %s after %s\n",
		runtime.NumCPU(), runtime.Version(), o.connections, o.runs, o.time, o.warm)
}

func (r *report) durability(engine string, settings map[string]string) {
	var words []string
	for name, value := range settings {
		words = append(words, name+"="+value)
	}
	slices.Sort(words)
	fmt.Printf("%s: %s\n", engine, strings.Join(words, " "))
}

func (r *report) size(path string) error {
	fi, err := os.Stat(path)
	if err == nil {
		r.target("both", "size of the binary", mib(fi.Size()), "≤ 60 MB", fi.Size() <= 60_000_000)
	}
	return err
}

func (r *report) target(engine, what, figure, want string, ok bool) {
	r.rows = append(r.rows, target{engine, what, figure, want, ok})
}

// engine prints the tables of an engine and compares it with the targets.
func (r *report) engine(m *measurement) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Printf("\n%s, %d time entries (and %d): requests/s (lowest–highest), p50 and p99 in ms, processor µs a request of server + load\n\n", m.engine, m.o.small, m.o.large)
	fmt.Fprintln(w, "\trequests/s\t\tp50\tp99\tCPU\t(a)\tp50\tp99\tCPU\t(b)\tp50\tp99\t")
	for _, k := range works {
		if s := m.stint[k.name]; s != nil {
			fmt.Fprintf(w, "%s\t%s%s%s\t\n", k.title, cells(s, true), cells(m.a[k.name], false), figures(m.b[k.name]))
		}
		if s := m.onLarge[k.name]; s != nil {
			fmt.Fprintf(w, "… of %d\t%s\t\t\t\t\t\t\t\n", m.o.large, cells(s, true))
		}
	}
	_ = w.Flush()
	r.compare(m)
}

// figures are the rate and the percentiles of a series.
func figures(s series) string {
	return fmt.Sprintf("%.0f\t%s\t%s", median(s.rates()), ms(median(s.percentile(0.5))), ms(median(s.percentile(0.99))))
}

func cells(s series, spread bool) string {
	server := median(s.each(func(x *sample) float64 { return float64(x.server.Microseconds()) }))
	load := median(s.each(func(x *sample) float64 { return float64(x.load.Microseconds()) }))
	cpu := fmt.Sprintf("\t%.0f+%.0f\t", server, load)
	if !spread {
		return figures(s) + cpu
	}
	rates := s.rates()
	rate, rest, _ := strings.Cut(figures(s), "\t")
	return fmt.Sprintf("%s\t(%.0f–%.0f)\t%s%s", rate, slices.Min(rates), slices.Max(rates), rest, cpu)
}

func (r *report) compare(m *measurement) {
	least := func(what string, a, b []float64, want float64) {
		if q := ratios(a, b); len(q) > 0 {
			r.target(m.engine, what, spread(q), fmt.Sprintf("≥ %.2f", want), median(q) >= want)
		}
	}
	most := func(what string, a, b []float64, want float64) {
		if q := ratios(a, b); len(q) > 0 {
			r.target(m.engine, what, spread(q), fmt.Sprintf("≤ %.2f", want), median(q) <= want)
		}
	}
	get := 0.25
	if m.engine == sqlite {
		get = 0.5
	}
	least("POST time entry of (b)", m.stint["post"].rates(), m.b["post"].rates(), 0.6)
	least("GET one of (a)", m.stint["get"].rates(), m.a["get"].rates(), get)
	most("list 50: time with the longest expand of plain", m.stint["list"].rates(), m.stint["expand"].rates(), 2)
	if m.stint["expand"] != nil {
		counts := strings.Split(strings.TrimSuffix(m.statements, "; "), "; ")
		first, _, _ := strings.Cut(counts[0], " ")
		same := !slices.ContainsFunc(counts, func(c string) bool { return !strings.HasPrefix(c, first+" ") })
		r.target(m.engine, "statements of that list by its length", strings.Join(counts, ", "), "one number", same)
	}
	most(fmt.Sprintf("POST p99 at %d of %d entries", m.o.large, m.o.small), m.onLarge["post"].percentile(0.99), m.stint["post"].percentile(0.99), 1.5)
	if len(m.memory) > 0 {
		peak := slices.Max(m.memory)
		r.target(m.engine, "memory under POST, peak", mib(peak), "≤ 200 MiB", peak <= 200<<20)
	}
	if s := m.streamed; s != nil {
		what := fmt.Sprintf("memory growth over the whole list (%d entries, %s, %s)", s.entries, mib(s.bytes), s.took.Round(10*time.Millisecond))
		r.target(m.engine, what, mib(s.growth), "≤ 32 MiB", s.growth <= 32<<20 && s.entries >= m.o.large)
	}
	if m.o.has("start") {
		ready := median(m.ready)
		r.target(m.engine, fmt.Sprintf("start to ready on %d entries", m.o.large), ready.Round(time.Millisecond).String(), "≤ 1 s", ready <= time.Second)
	}
}

// targets prints the comparison with all targets and answers how many were missed.
func (r *report) targets() (missed int) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Println()
	for _, t := range r.rows {
		word := "ok"
		if !t.ok {
			word = "MISSED"
			missed++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.engine, t.what, t.figure, t.want, word)
	}
	_ = w.Flush()
	return missed
}

func spread(q []float64) string {
	return fmt.Sprintf("%.2f (%.2f–%.2f)", median(q), slices.Min(q), slices.Max(q))
}

func ms(ns float64) string { return fmt.Sprintf("%.2f", ns/1e6) }

func mib(bytes int64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }
