// Command testreport reads what "go test -json" prints and writes a report for people: a line per package as it ends,
// every failed or skipped test in full, the slowest tests, and as the last line "N passed, N failed, N skipped".
//
//	go test -json ./... | go run ./internal/tools/testreport
//
// It exits with 1 when a test failed or was skipped, when a package did not build or did not end, and when no test ran.
//
// A test that has subtests is counted by them. It counts itself only when they do not explain its result: they all
// passed and it failed or was skipped.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

const slowest = 10

func main() {
	ok, err := report(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}

	if !ok || err != nil {
		os.Exit(1)
	}
}

// event is one line of "go test -json"; "go doc test2json" describes it.
type event struct {
	Action      string  `json:"Action"`
	Package     string  `json:"Package"`
	ImportPath  string  `json:"ImportPath"` // instead of Package in the lines about a build
	Test        string  `json:"Test"`
	Elapsed     float64 `json:"Elapsed"`
	Output      string  `json:"Output"`
	FailedBuild string  `json:"FailedBuild"` // on a package's fail: the ImportPath of the build which failed
}

// test is a test that runs or has run; the one with an empty name stands for its package.
type test struct {
	pkg, name   string
	result      string // pass, fail or skip, or empty while it runs
	elapsed     float64
	output      strings.Builder
	hasChildren bool
	badChildren bool // a subtest failed or was skipped
}

type reporter struct {
	out    *bufio.Writer
	tests  map[string]map[string]*test // by package and name
	order  map[string][]*test          // by package, in the order in which they started
	builds map[string]*strings.Builder // the compiler's words, by ImportPath

	done                    []*test
	passed, failed, skipped int
	noted                   strings.Builder // failures and skips in full, for the end
}

// report copies a report of in to out, and tells whether all is well.
func report(in io.Reader, out io.Writer) (bool, error) {
	r := &reporter{
		out:    bufio.NewWriter(out),
		tests:  map[string]map[string]*test{},
		order:  map[string][]*test{},
		builds: map[string]*strings.Builder{},
	}

	lines := bufio.NewReader(in)

	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line)
		}

		if errors.Is(err, io.EOF) {
			break
		}

		if err != nil {
			return false, fmt.Errorf("reading the events: %w", err)
		}
	}

	ok := r.finish()

	err := r.out.Flush()
	if err != nil {
		return false, fmt.Errorf("writing the report: %w", err)
	}

	return ok, nil
}

func (r *reporter) line(line []byte) {
	var e event

	err := json.Unmarshal(line, &e)
	if err != nil {
		r.printf("%s\n", strings.TrimSuffix(string(line), "\n")) // whatever it is, somebody should see it

		return
	}

	switch e.Action {
	case "build-output":
		if r.builds[e.ImportPath] == nil {
			r.builds[e.ImportPath] = &strings.Builder{}
		}

		r.builds[e.ImportPath].WriteString(e.Output)
	case "start", "run":
		r.test(e.Package, e.Test)
	case "output":
		r.test(e.Package, e.Test).output.WriteString(e.Output)
	case "pass", "fail", "skip":
		t := r.test(e.Package, e.Test)
		t.result, t.elapsed = e.Action, e.Elapsed

		if build := r.builds[e.FailedBuild]; build != nil {
			t.output.WriteString(build.String())
		}

		if e.Test == "" {
			r.finishPackage(e.Package)
		}
	}
}

// test finds a test, or notes that it has started.
func (r *reporter) test(pkg, name string) *test {
	if r.tests[pkg] == nil {
		r.tests[pkg] = map[string]*test{}
	}

	t := r.tests[pkg][name]
	if t == nil {
		t = &test{pkg: pkg, name: name}
		r.tests[pkg][name] = t
		r.order[pkg] = append(r.order[pkg], t)
	}

	return t
}

// finishPackage counts the package's tests, prints its line, and forgets it.
func (r *reporter) finishPackage(pkg string) {
	own, all := r.test(pkg, ""), r.order[pkg]
	passed, failed, skipped := r.passed, r.failed, r.skipped

	// Subtests start after their parents, so that backwards they are settled first.
	for _, t := range slices.Backward(all) {
		if t == own {
			continue
		}

		if t.result == "" {
			t.result = "fail"
			t.output.WriteString("    (it did not end)\n")
		}

		if i := strings.LastIndexByte(t.name, '/'); i >= 0 {
			parent := r.tests[pkg][t.name[:i]]
			if parent != nil {
				parent.hasChildren = true
				parent.badChildren = parent.badChildren || t.result != "pass" || t.badChildren
			}
		}
	}

	for _, t := range all {
		switch {
		case t == own:
		case !t.hasChildren || t.result != "pass" && !t.badChildren:
			r.count(t)
		case t.result != "pass" && says(t.output.String()):
			r.note("FAIL", t)
		}
	}

	// A package may fail with no test to blame: it does not build, its TestMain fails, it crashes on the way out. And
	// when a test is to blame, a word on it may still be in the package's own output.
	if own.result == "fail" || own.result == "" {
		blamed := r.failed > failed
		if !blamed {
			r.failed++
		}

		if !blamed || says(own.output.String()) {
			r.note("FAIL", own)
		}
	}

	n := r.passed + r.failed + r.skipped - passed - failed - skipped

	switch {
	case own.result != "pass" && own.result != "skip":
		r.printf("FAIL  %-60s %8.2fs  %d of %d tests failed\n", pkg, own.elapsed, r.failed-failed, n)
	case n == 0:
		r.printf("-     %-60s %8s   no tests\n", pkg, "")
	case r.skipped > skipped:
		r.printf("SKIP  %-60s %8.2fs  %d of %d tests skipped\n", pkg, own.elapsed, r.skipped-skipped, n)
	default:
		r.printf("ok    %-60s %8.2fs  %d tests\n", pkg, own.elapsed, n)
	}

	_ = r.out.Flush() // a failed write comes back with the last one

	delete(r.tests, pkg)
	delete(r.order, pkg)
}

func (r *reporter) count(t *test) {
	switch t.result {
	case "pass":
		r.passed++
	case "skip":
		r.skipped++
		r.note("SKIP", t)
	default:
		r.failed++
		r.note("FAIL", t)
	}

	t.output.Reset()

	r.done = append(r.done, t)
}

func (r *reporter) note(result string, t *test) {
	fmt.Fprintf(&r.noted, "\n=== %s: %s\n%s", result, strings.TrimSpace(t.pkg+" "+t.name), t.output.String())
}

// says tells whether there is more in the output than the lines with which a test that has failed begins and ends.
func says(output string) bool {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !frame.MatchString(line) {
			return true
		}
	}

	return false
}

var frame = regexp.MustCompile(`^(=== (RUN|PAUSE|CONT|NAME)|--- FAIL|FAIL|exit status)\b`)

// finish prints what belongs at the end.
func (r *reporter) finish() bool {
	for pkg := range r.order {
		r.test(pkg, "").output.WriteString("    (it did not end)\n")
		r.finishPackage(pkg)
	}

	r.printf("%s", r.noted.String())

	slices.SortFunc(r.done, func(a, b *test) int { return cmp.Compare(b.elapsed, a.elapsed) })

	if len(r.done) > 0 {
		r.printf("\nslowest tests:\n")
	}

	for _, t := range r.done[:min(slowest, len(r.done))] {
		r.printf("%8.2fs  %s %s\n", t.elapsed, t.pkg, t.name)
	}

	if len(r.done) == 0 {
		r.printf("\nno test ran\n")
	}

	r.printf("\n%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)

	return r.failed == 0 && r.skipped == 0 && len(r.done) > 0
}

func (r *reporter) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format, args...) // a failed write comes back with the last Flush
}
