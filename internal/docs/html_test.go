package docs_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// elements reads the page as XML, which also shows that everything opened is closed.
func elements(t *testing.T) (out []xml.StartElement) {
	t.Helper()
	page := get(t, handler(), "/docs").Body.String()
	dec := xml.NewDecoder(strings.NewReader(page))
	dec.Entity = xml.HTMLEntity
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			out = append(out, e.Copy())
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestPageLoadsAndRunsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	own := []string{"docs/style.css", "api/v1/docs.json"}
	for _, e := range elements(t) {
		switch e.Name.Local {
		case "script", "style", "img", "iframe", "object", "embed", "form", "base", "svg":
			t.Errorf("the page has a %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			name := a.Name.Local
			if name == "style" || name == "src" || name == "srcset" || strings.HasPrefix(name, "on") {
				t.Errorf("<%s> has the attribute %s", e.Name.Local, name)
			}
			if name == "href" && !strings.HasPrefix(a.Value, "#") && !slices.Contains(own, a.Value) {
				t.Errorf("<%s> leads to %s", e.Name.Local, a.Value)
			}
		}
	}
	style, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`url\(|@import|@font-face|//`).Find(style); found != nil {
		t.Errorf("the style sheet has %s", found)
	}
}

func TestLinksLeadSomewhereAndHeadingsAreInOrder(t *testing.T) {
	t.Parallel()
	ids, level := map[string]bool{}, 0
	all := elements(t)
	for _, e := range all {
		if id := attr(e, "id"); id != "" {
			if ids[id] {
				t.Errorf("two elements have the id %s", id)
			}
			ids[id] = true
		}
		if name := e.Name.Local; len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
			if next := int(name[1] - '0'); next > level+1 {
				t.Errorf("after a heading of level %d comes one of level %d (%s)", level, next, attr(e, "id"))
			} else {
				level = next
			}
		}
	}
	for _, e := range all {
		for _, name := range []string{"href", "aria-labelledby"} {
			target, inside := strings.CutPrefix(attr(e, name), "#")
			if name == "href" && !inside || target == "" {
				continue
			}
			if !ids[target] {
				t.Errorf("<%s %s> leads to #%s, which is not there", e.Name.Local, name, target)
			}
		}
	}
	if all[0].Name.Local != "html" || attr(all[0], "lang") != "en" {
		t.Error("the page does not say its language")
	}
}

// The guide lists the codes of errors by hand; this keeps the list whole.
func TestGuideListsEveryErrorCode(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("guide.html")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile(`<tr><th scope="row"><code>([A-Za-z]+)</code></th><td>\d`).FindAllStringSubmatch(string(guide), -1) {
		told[m[1]] = true
	}
	made := map[string]bool{}
	code := regexp.MustCompile(`NewError\(stint\.[A-Za-z]+, "([A-Za-z]+)"|NewError\(kind, "([A-Za-z]+)"|&Error\{Kind: [A-Za-z]+, Code: "([A-Za-z]+)"`)
	for _, folder := range []string{"../..", "../api", "../app", "../store"} {
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			source, err := os.ReadFile(folder + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range code.FindAllStringSubmatch(string(source), -1) {
				made[m[1]+m[2]+m[3]] = true
			}
		}
	}
	delete(made, "EmailTaken") // only an operator's command can meet it
	for c := range made {
		if !told[c] {
			t.Errorf("the error %s is not in guide.html; add it to the table of errors there and in docs/api.md", c)
		}
	}
	for c := range told {
		if !made[c] {
			t.Errorf("guide.html has the error %s, which nothing makes", c)
		}
	}
}
