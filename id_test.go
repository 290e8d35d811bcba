package stint

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type ones struct{}

func (ones) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 0xff
	}
	return len(b), nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("no entropy") }

func at(ms int64) func() time.Time { return func() time.Time { return time.UnixMilli(ms) } }

func TestIDsForm(t *testing.T) {
	ms := time.Date(2023, 10, 5, 14, 48, 0, 0, time.UTC).UnixMilli()
	for _, tt := range []struct {
		name   string
		now    int64
		random io.Reader
		want   string
	}{
		{"zero padded", ms, zeros{}, "prj_" + "0" + strconv.FormatInt(ms, 36) + "000000000000000"},
		{"largest random part", ms, ones{}, "prj_" + "0" + strconv.FormatInt(ms, 36) + "zzzzzzzzzzzzzzz"},
		{"before 1970", -5, zeros{}, "prj_000000000000000000000000"},
		{"after 5188", timeLimit, zeros{}, "prj_zzzzzzzzz000000000000000"},
	} {
		if got := NewIDs(at(tt.now), tt.random).New(PrefixProject); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestIDsRandomPartUsedUp(t *testing.T) {
	g := NewIDs(at(1000), ones{})
	a, b := g.New(PrefixClient), g.New(PrefixClient)
	if b <= a {
		t.Errorf("%s does not sort after %s", b, a)
	}
	if want := "clnt_0000000rt"; !strings.HasPrefix(b, want) {
		t.Errorf("%s has not borrowed the next millisecond", b)
	}
}

// The step is never nothing, even when the random bytes are.
func TestIDsStep(t *testing.T) {
	g := NewIDs(at(1000), zeros{})
	if a, b := g.New(PrefixClient), g.New(PrefixClient); b <= a {
		t.Errorf("%s does not sort after %s", b, a)
	}
}

// Whatever the clock does, the ids of one generator sort by creation.
func TestIDsSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.Int64Range(-3, 3), 2, 300).Draw(t, "clock steps in ms")
		ms := int64(1_700_000_000_000)
		g := NewIDs(func() time.Time { return time.UnixMilli(ms) }, rand.Reader)
		last := ""
		for _, step := range steps {
			ms += step
			id := g.New(PrefixEvent)
			if id <= last || !ValidID(PrefixEvent, id) {
				t.Fatalf("%s after %s", id, last)
			}
			last = id
		}
	})
}

func TestIDsConcurrently(t *testing.T) {
	g := NewIDs(time.Now, rand.Reader)
	const workers, each = 8, 5000
	made := make([][]string, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range each {
				made[w] = append(made[w], g.New(PrefixTimeEntry))
			}
		})
	}
	wg.Wait()
	for w := range made {
		if !slices.IsSorted(made[w]) {
			t.Errorf("worker %d saw its ids out of order", w)
		}
	}
	all := slices.Concat(made...)
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != workers*each {
		t.Errorf("%d different ids, want %d", n, workers*each)
	}
}

// Two generators in the same millisecond, as in two processes, do not meet.
func TestIDsOfTwoGenerators(t *testing.T) {
	seen := map[string]bool{}
	for range 20 {
		g := NewIDs(at(1_700_000_000_000), rand.Reader)
		for range 5000 {
			id := g.New(PrefixInvoice)
			if seen[id] {
				t.Fatalf("%s twice", id)
			}
			seen[id] = true
		}
	}
}

func TestIDsPanicWithoutRandomness(t *testing.T) {
	for name, f := range map[string]func(){
		"New":       func() { NewIDs(time.Now, broken{}).New(PrefixUser) },
		"NewSecret": func() { NewSecret(broken{}, "x_") },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, "no entropy") {
					t.Errorf("%s panics with %q", name, got)
				}
			}()
			f()
		}()
	}
}

func TestValidID(t *testing.T) {
	for _, tt := range []struct {
		prefix, id string
		want       bool
	}{
		{"prj", "prj_8f4d4gk1p9h2x0s7v3n5c1a9", true},
		{"tnt", "tnt_pfh0haxfpzowht3oi213cqos", true},
		{"clnt", "clnt_8f4d4gk1p9h2x0s7v3n5c1a9", true},
		{"prj", "", false},
		{"prj", "prj_", false},
		{"prj", "tsh_8f4d4gk1p9h2x0s7v3n5c1a9", false},
		{"prj", "prj-8f4d4gk1p9h2x0s7v3n5c1a9", false},
		{"prj", "prj_8f4d4gk1p9h2x0s7v3n5c1a", false},
		{"prj", "prj_8f4d4gk1p9h2x0s7v3n5c1a99", false},
		{"prj", "prj_8F4d4gk1p9h2x0s7v3n5c1a9", false},
		{"prj", "prj_8f4d4gk1p9h2x0s7v3n5c1a\x00", false},
		{"prj", "prj_8f4d4gk1p9h2x0s7v3n5c1é", false},
		{"clnt", "cln_8f4d4gk1p9h2x0s7v3n5c1a99", false},
	} {
		if got := ValidID(tt.prefix, tt.id); got != tt.want {
			t.Errorf("ValidID(%q, %q) = %v", tt.prefix, tt.id, got)
		}
	}
}

func TestNewSecret(t *testing.T) {
	if got, want := NewSecret(zeros{}, "stk_"), "stk_"+strings.Repeat("0", 43); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// 62 and 63 are skipped, not folded.
	source := append(bytes.Repeat([]byte{62, 63, 61, 255, 254}, 43), make([]byte, 48)...)
	if got, want := NewSecret(bytes.NewReader(source), ""), strings.Repeat("z", 43); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	counts := map[rune]int{}
	const secrets = 5000
	for range secrets {
		for _, c := range NewSecret(rand.Reader, "") {
			counts[c]++
		}
	}
	if len(counts) != 62 {
		t.Fatalf("%d different characters, want 62", len(counts))
	}
	// Each is expected 3468 times, with a standard deviation of 58: 8 of them do not happen by chance.
	for c, n := range counts {
		if n < 3000 || n > 3940 {
			t.Errorf("%c came %d times, want about %d", c, n, secrets*43/62)
		}
	}
}

func BenchmarkIDsNew(b *testing.B) {
	g := NewIDs(time.Now, rand.Reader)
	b.ReportAllocs()
	for b.Loop() {
		g.New(PrefixTimeEntry)
	}
}

func BenchmarkNewSecret(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NewSecret(rand.Reader, "stk_")
	}
}
