// Package arch keeps the import rule: which package may know which. A change
// that needs another import changes the rule here first, and says why.
package arch_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rule is what the packages of one kind may import.
type rule struct {
	// packages are paths in this module; "" is the root, "x/*" those below x.
	packages []string
	// own are the packages of this module that they may import.
	own []string
	// tests says that they are for tests alone, and may import what is.
	tests bool
	// not are packages that they may not, whoever made them; with a "/" at the end, all below too.
	not []string
	// only, when not nil, are the packages from elsewhere that they may; the standard library is free.
	only []string
	// why is said when the rule is broken: what to do instead.
	why string
}

var (
	database = []string{"database/", "github.com/jackc/", "modernc.org/", "github.com/pressly/"}
	web      = []string{"net/http", "net/http/", "github.com/danielgtaylor/huma/"}
	none     = []string{}
	all      = []string{"", "client", "internal/*"}
	// helpers are imported by nothing that is shipped.
	helpers = []string{"internal/testdb", "internal/apitest"}
)

var rules = []rule{
	{packages: []string{""}, own: none, not: slices.Concat(database, web, []string{"os", "os/", "log", "log/", "context", "embed"}),
		only: []string{"golang.org/x/text/", "github.com/cockroachdb/apd/"},
		why:  "the root holds the nouns and the rules that need only their arguments; put what reads, writes or serves into internal/app, internal/store or internal/api"},
	{packages: []string{"internal/store"}, own: []string{""}, not: web,
		why: "store is SQL and rows; it knows nothing of HTTP or of who may do what. Move the code up to internal/app or internal/api"},
	{packages: []string{"internal/app"}, own: []string{"", "internal/store"}, not: slices.Concat(database, web, []string{"encoding/json"}),
		why: "app is the rules that need the database; put SQL into internal/store and what knows HTTP or JSON into internal/api, or take a function from cmd as app takes the renderer"},
	{packages: []string{"internal/wire"}, own: []string{""}, not: slices.Concat(database, []string{"net/http"}),
		why: "wire is the root's types as JSON and nothing else"},
	{packages: []string{"internal/api", "internal/web", "internal/webhook"}, own: []string{"", "internal/app", "internal/store", "internal/wire"}, not: database,
		why: "api speaks HTTP and calls app; put SQL into internal/store and rules into internal/app"},
	{packages: []string{"internal/render/*"}, own: []string{""}, not: slices.Concat(database, web),
		why: "a renderer makes bytes from the plain data it is given; have internal/app gather what it needs"},
	{packages: []string{"internal/importer/*"}, own: []string{"", "internal/app"}, not: slices.Concat(database, web),
		why: "an importer reads a file and calls app; it knows no other importer, no SQL and no HTTP"},
	{packages: []string{"internal/admin"}, own: []string{"", "internal/app", "internal/store"}, not: slices.Concat(database, web),
		why: "admin is what operators do, on app and store"},
	{packages: []string{"internal/config"}, own: []string{""}, not: slices.Concat(database, web), why: "config reads settings and nothing else"},
	{packages: []string{"internal/docs", "internal/tools/*"}, own: none, not: database, why: "it stands by itself"},
	{packages: []string{"client"}, own: []string{""}, not: database, why: "the Go client is for other programs too: it has the root's types and HTTP"},
	{packages: []string{"internal/cli"}, own: []string{"", "client"}, not: database, why: "cli speaks HTTP through the Go client"},
	{packages: []string{"internal/testdb"}, own: []string{"", "internal/store"}, tests: true, why: "testdb makes databases for the tests of every package above store"},
	{packages: []string{"internal/apitest"}, own: slices.Concat([]string{"", "internal/store", "internal/app", "internal/api", "internal/wire", "internal/render/*"}, helpers), tests: true,
		why: "apitest runs the API for tests"},
	{packages: []string{"internal/bench"}, own: all, tests: true, why: "the benchmarks may look at everything but cmd"},
	{packages: []string{"internal/fault", "internal/leak", "internal/arch"}, own: all, tests: true, why: "these are tests across packages; they may look at everything but cmd"},
	{packages: []string{"cmd/*"}, own: []string{"", "client", "internal/*"}, not: []string{"database/sql"}, why: "cmd puts the parts together; SQL is in internal/store"},
}

// imported is one import in one file, as paths in this module or from elsewhere.
type imported struct{ file, pkg, path string }

const module = "stint"

// imports reads the import lines of every Go file of the module.
func imports(t *testing.T) (out []imported) {
	t.Helper()
	root := filepath.Join("..", "..")
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if base := path.Base(rel); rel != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules") || rel == "tools" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(rel)
		if pkg == "." {
			pkg = ""
		}
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			out = append(out, imported{rel, pkg, p})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("only %d imports found under %s: this test looks in the wrong place", len(out), root)
	}
	return out
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, i := range imports(t) {
		own, ours := strings.CutPrefix(i.path, module+"/")
		if i.path == module {
			own, ours = "", true
		}
		if ours && strings.HasPrefix(own, "cmd/") {
			t.Errorf("%s imports %s: nothing imports cmd. Move what both need into a package under internal.", i.file, i.path)
		}
		r := ruleOf(i.pkg)
		if r == nil {
			t.Errorf("%s: the package %s has no rule; add one here: what may it import, and who may import it?", i.file, i.pkg)
			continue
		}
		if strings.HasSuffix(i.file, "_test.go") {
			continue // tests may use any package and helper
		}
		if wrong := r.refuses(i, own, ours); wrong != "" {
			t.Errorf("%s imports %s, %s: %s.", i.file, i.path, wrong, r.why)
		}
	}
}

func ruleOf(pkg string) *rule {
	for n := range rules {
		if matches(rules[n].packages, pkg) {
			return &rules[n]
		}
	}
	return nil
}

// refuses tells what is wrong with an import, if anything is.
func (r *rule) refuses(i imported, own string, ours bool) string {
	switch {
	case ours && !matches(r.own, own):
		return "which a package of its kind may not know"
	case ours && matches(helpers, own) && !r.tests:
		return "which is for tests"
	case ours:
		return ""
	case i.path == "testing" && !r.tests:
		return "which is for tests"
	case below(r.not, i.path):
		return "which it may not"
	case r.only != nil && strings.Contains(strings.Split(i.path, "/")[0], ".") && !below(r.only, i.path):
		return "which is from elsewhere"
	}
	return ""
}

// matches tells whether a path in this module is on a list.
func matches(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		prefix, tree := strings.CutSuffix(p, "*")
		return p == pkg || tree && strings.HasPrefix(pkg, prefix)
	})
}

// below tells whether an import is on a list, or under an entry that ends in "/".
func below(list []string, imp string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		return p == imp || strings.HasSuffix(p, "/") && strings.HasPrefix(imp, p)
	})
}

// The rule itself is tried on imports that it has to refuse.
func TestRuleBites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pkg, path string
		refused   bool
	}{
		{"", "net/http", true}, {"", "database/sql", true}, {"", "github.com/danielgtaylor/huma/v2", true}, {"", "stint/internal/store", true},
		{"", "github.com/google/uuid", true}, {"", "golang.org/x/text/currency", false}, {"", "math/big", false},
		{"internal/store", "stint/internal/app", true}, {"internal/store", "stint/internal/api", true}, {"internal/store", "net/http", true},
		{"internal/app", "stint/internal/api", true}, {"internal/app", "net/http", true}, {"internal/app", "database/sql", true},
		{"internal/app", "stint/internal/store", false}, {"internal/app", "stint/internal/render/pdf", true},
		{"internal/api", "github.com/jackc/pgx/v5", true}, {"internal/api", "stint/internal/testdb", true}, {"internal/api", "stint/internal/render/pdf", true},
		{"internal/render/pdf", "stint/internal/store", true}, {"internal/render/pdf", "stint/internal/render/cii", true}, {"internal/render/pdf", "stint", false},
		{"internal/importer/toggl", "stint/internal/importer/harvest", true}, {"internal/wire", "stint/internal/app", true},
		{"internal/cli", "stint/internal/app", true}, {"internal/cli", "stint/client", false},
		{"cmd/stint", "stint/internal/apitest", true}, {"cmd/stint", "stint/internal/api", false}, {"internal/config", "testing", true},
	} {
		own, ours := strings.CutPrefix(c.path, module+"/")
		if c.path == module {
			own, ours = "", true
		}
		wrong := ruleOf(c.pkg).refuses(imported{pkg: c.pkg, path: c.path}, own, ours)
		if (wrong != "") != c.refused {
			t.Errorf("the rule on %q importing %s says %q", c.pkg, c.path, wrong)
		}
	}
}
