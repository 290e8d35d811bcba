package api_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// documented are the methods of each path in the document.
func documented(t *testing.T, document []byte) map[string][]string {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for path, item := range doc.Paths {
		for method := range item {
			if method != "parameters" {
				out[path] = append(out[path], strings.ToUpper(method))
			}
		}
	}
	return out
}

// What can be called is what the document lists, and the other way round.
func TestRoutesAreTheDocuments(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, testdb.Engines()[0])
	var listed []string
	for path, methods := range documented(t, s.API.Document()) {
		for _, m := range methods {
			listed = append(listed, m+" "+path)
		}
	}
	routes := s.API.Routes()
	slices.Sort(listed)
	slices.Sort(routes)
	if !slices.Equal(listed, routes) {
		t.Errorf("the router knows\n%s\nthe document lists\n%s", strings.Join(routes, "\n"), strings.Join(listed, "\n"))
	}
}

// No route is added past routes.go, where the document would not see it; the
// readable documentation is the exception.
func TestRoutesAreAddedInOnePlace(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || slices.Contains([]string{"New", "closeLiterals", "mountDocs"}, fn.Name.Name) {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Handle" || sel.Sel.Name == "HandleFunc") {
					t.Errorf("%s: %s adds a route to the router; add an operation in routes.go instead, so that the document has it", file, fn.Name.Name)
				}
				return true
			})
		}
	}
}

var inBraces = regexp.MustCompile(`\{[A-Za-z]+\}`)

// The methods of each path are those of the document: all others answer 405
// and say which there are. HEAD is there where GET is, OPTIONS everywhere.
func TestMethods(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, testdb.Engines()[0])
	noToken := apitest.Header("Authorization", "")
	for path, methods := range documented(t, s.API.Document()) {
		url := inBraces.ReplaceAllString(path, "xyz_8f4d4gk1p9h2x0s7v3n5c1a9")
		allow := slices.Clone(methods)
		if slices.Contains(methods, "GET") {
			allow = append(allow, "HEAD")
		}
		slices.Sort(allow)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "PROPFIND", "get", "CLIENTS"} {
			a := s.Do(method, url, nil, noToken)
			switch {
			case slices.Contains(allow, method):
				if a.Status == http.StatusMethodNotAllowed {
					t.Errorf("%s %s is in the document and answers 405", method, path)
				}
				continue
			case method == http.MethodOptions:
				if a.Status != http.StatusNoContent {
					t.Errorf("%s %s answered %d, want 204", method, path, a.Status)
				}
			case a.Status != http.StatusMethodNotAllowed:
				t.Errorf("%s %s is not in the document and answered %d, want 405", method, path, a.Status)
				continue
			case method != http.MethodHead && a.Str("error") != "MethodNotAllowed":
				t.Errorf("%s %s: the body of the 405 is %s", method, path, a.Body)
			}
			said := strings.Split(a.Header.Get("Allow"), ", ")
			slices.Sort(said)
			if want := append(slices.Clone(allow), "OPTIONS"); !slices.Equal(said, sorted(want)) {
				t.Errorf("%s %s: Allow is %v, want %v", method, path, said, want)
			}
		}
	}
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

// The method is the one of the request line; no header or parameter makes a
// read a deletion.
func TestMethodOverride(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := apitest.Start(t, engine)
			id := s.Create("clients", `{"name":"ACME"}`)
			plain := s.Must(200, "GET", "clients/"+id, nil)
			for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method"} {
				for _, method := range []string{"DELETE", "PATCH", "TRACE"} {
					override := apitest.Header(name, method)
					if a := s.Must(200, "GET", "clients/"+id, nil, override); !bytes.Equal(a.Body, plain.Body) {
						t.Errorf("GET with %s: %s answers %s", name, method, a.Body)
					}
					if a := s.Must(405, "POST", "clients/"+id, `{"name":"Other"}`, override); a.Header.Get("Allow") == "" {
						t.Error("the 405 has no Allow")
					}
					s.Must(201, "POST", "clients", `{"name":"Another"}`, override)
				}
			}
			s.Must(200, "GET", "clients/"+id+"?_method=DELETE&method=DELETE", nil)
			if a := s.Must(200, "GET", "clients/"+id, nil); !bytes.Equal(a.Body, plain.Body) || a.Header.Get("ETag") != plain.Header.Get("ETag") {
				t.Errorf("the client was changed by a method in a header or parameter: %s", a.Body)
			}
		})
	}
}

// TRACE would give a script what it may not read: the token.
func TestTraceIsRefused(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, testdb.Engines()[0])
	for _, path := range []string{"clients", "health", "docs.json"} {
		a := s.Must(405, "TRACE", path, nil)
		if strings.Contains(string(a.Body), s.Token) {
			t.Errorf("TRACE %s gives the request back: %s", path, a.Body)
		}
	}
}
