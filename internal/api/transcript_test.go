package api_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// A transcript is a conversation with the API that reads as documentation.
// `> ` lines are sent, the others are what has to come back. {name} stands for
// a value: where it is first seen it is taken, from then on it must be equal.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/transcripts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	testdb.Each(t, func(t *testing.T, engine string) {
		for _, f := range files {
			t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
				t.Parallel()
				replay(t, apitest.Start(t, engine), f)
			})
		}
	})
}

func replay(t *testing.T, s *apitest.Server, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"tenant": s.Tenant, "user": s.User, "server": s.URL}
	for _, f := range txtar.Parse(b).Files {
		sent, want := halves(string(f.Data))
		got := converse(t, s, fill(sent, values))
		if !meet(want, got, values) {
			t.Fatalf("%s: %s\nwant:\n%s\ngot:\n%s", filepath.Base(file), f.Name, fill(want, values), got)
		}
	}
}

// halves parts what is sent from what comes back.
func halves(text string) (sent, want string) {
	for line := range strings.Lines(text) {
		if s, ok := strings.CutPrefix(line, ">"); ok {
			sent += strings.TrimPrefix(s, " ")
		} else {
			want += line
		}
	}
	return sent, strings.TrimSpace(want)
}

var placeholder = regexp.MustCompile(`\{[a-z][A-Za-z0-9]*\}`)

func fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if v, ok := values[p[1:len(p)-1]]; ok {
			return v
		}
		return p
	})
}

// converse sends one request: a line with method and path, headers, and a body after an empty line.
func converse(t *testing.T, s *apitest.Server, sent string) string {
	t.Helper()
	head, body, _ := strings.Cut(sent, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	var opts []apitest.Option
	for _, h := range lines[1:] {
		name, value, _ := strings.Cut(h, ": ")
		opts = append(opts, apitest.Header(name, value))
	}
	var b any
	if body = strings.TrimSpace(body); body != "" {
		b = body
	}
	a := s.Client.For(t).Do(method, path, b, opts...)
	out := fmt.Sprintln(a.Status)
	for _, h := range []string{"Allow", "Etag", "Idempotency-Replayed", "Link", "Location", "Retry-After"} {
		if v := a.Header.Get(h); v != "" {
			out += h + ": " + v + "\n"
		}
	}
	return out + "\n" + strings.TrimSpace(string(a.Body))
}

// meet holds an answer against what is wanted, white space between JSON tokens
// aside, and takes the values of placeholders.
func meet(want, got string, values map[string]string) bool {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	pattern, names := "", []string{}
	rest := squeeze(fill(want, values))
	for {
		at := placeholder.FindStringIndex(rest)
		if at == nil {
			break
		}
		pattern += regexp.QuoteMeta(rest[:at[0]])
		name := rest[at[0]+1 : at[1]-1]
		if slices.Contains(names, name) {
			pattern += `[^"\s]+`
		} else {
			pattern += fmt.Sprintf(`(?P<%s>[^"\s]+)`, name)
			names = append(names, name)
		}
		rest = rest[at[1]:]
	}
	m := regexp.MustCompile(`^` + pattern + regexp.QuoteMeta(rest) + `$`).FindStringSubmatch(strings.ReplaceAll(squeeze(got), `", "`, `","`))
	if m == nil {
		return false
	}
	for i, name := range names {
		values[name] = m[i+1]
	}
	return true
}
