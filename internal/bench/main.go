//go:build linux

// Command bench measures Stint over real HTTP on loopback, with commits that
// survive a power cut, on SQLite and PostgreSQL, and beside it the limits of the
// machine in the same run:
//
//	(a) a server of the same stack that decodes, checks and answers the same
//	    bodies but stores nothing
//	(b) the same SQL on the same engine without HTTP
//
// The server under test is the stint binary in a process of its own, so that
// its memory and its start are what an operator sees. Measurements alternate
// (Stint, a, b, Stint, a, b, …); the tables show medians. On a busy machine read the
// ratios, not the figures.
//
//	make bench
//	make bench ARGS='-quick -engine sqlite -run post,get'
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// options are the command line.
type options struct {
	engines, run  []string
	connections   int
	runs          int
	time, warm    time.Duration
	small, large  int
	dir           string
	keep, strict  bool
	profile       string
	postgres, tmp string
}

var parts = []string{"post", "get", "list", "expand", "batch", "large", "stream", "start", "size"}

func (o *options) has(part string) bool { return slices.Contains(o.run, part) }

func parse(args []string) (*options, error) {
	o := &options{postgres: os.Getenv("STINT_TEST_POSTGRES")}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	engines := f.String("engine", "sqlite,postgres", "engines to measure")
	run := f.String("run", strings.Join(parts, ","), "what to measure")
	quick := f.Bool("quick", false, "short runs and a smaller large database: to see that it works, not to judge")
	f.IntVar(&o.connections, "connections", 64, "HTTP connections")
	f.IntVar(&o.runs, "runs", 5, "runs of each measurement; the median counts")
	f.DurationVar(&o.time, "time", 3*time.Second, "how long a run takes")
	f.DurationVar(&o.warm, "warm", time.Second, "how long each run warms up before")
	f.IntVar(&o.small, "small", 10_000, "time entries in the small database")
	f.IntVar(&o.large, "large", 1_000_000, "time entries in the large database")
	f.StringVar(&o.dir, "dir", ".tmp/bench", "folder for databases and binaries")
	f.BoolVar(&o.keep, "keep", false, "keep the filled databases for the next run")
	f.BoolVar(&o.strict, "strict", false, "exit with 1 when a target is missed")
	f.StringVar(&o.profile, "profile", "", "write CPU and allocation profiles of the server to this folder; its figures are then a little lower")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *quick {
		for name, value := range map[string]string{"runs": "3", "time": "500ms", "warm": "200ms", "large": "100000"} {
			if !given(f, name) {
				_ = f.Set(name, value)
			}
		}
	}
	o.engines, o.run = strings.Split(*engines, ","), strings.Split(*run, ",")
	for _, p := range o.run {
		if !slices.Contains(parts, p) {
			return nil, fmt.Errorf("-run takes %s, not %q", strings.Join(parts, ","), p)
		}
	}
	for _, e := range o.engines {
		if e != sqlite && e != postgres {
			return nil, fmt.Errorf("-engine takes %s,%s, not %q", sqlite, postgres, e)
		}
		if e == postgres && o.postgres == "" {
			return nil, errors.New("STINT_TEST_POSTGRES is not set: use `make bench`, or -engine sqlite")
		}
	}
	return o, os.MkdirAll(o.dir, 0o750)
}

func given(f *flag.FlagSet, name string) (yes bool) {
	f.Visit(func(g *flag.Flag) { yes = yes || g.Name == name })
	return yes
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is the benchmark, or what it starts as a process of its own.
func run(ctx context.Context, args []string) error {
	if len(args) > 0 && (args[0] == "limit" || args[0] == "profiled") {
		return child(ctx, args[0], args[1:])
	}
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return bench(ctx, o)
}

func bench(ctx context.Context, o *options) error {
	var err error
	if o.tmp, err = os.MkdirTemp(o.dir, "run"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(o.tmp) }()
	b := &builds{self: "/proc/self/exe", stint: filepath.Join(o.tmp, "stint")}
	if err := b.build(ctx); err != nil {
		return err
	}
	var r report
	r.machine(o)
	if o.has("size") {
		if err := r.size(b.stint); err != nil {
			return err
		}
	}
	for _, engine := range o.engines {
		m := &measurement{o: o, builds: b, engine: engine, report: &r}
		if err := m.all(ctx); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	if missed := r.targets(); missed > 0 && o.strict {
		return fmt.Errorf("%d targets missed", missed)
	}
	return nil
}
