package arch_test

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The limits of a file and of a package that ships, in lines.
const (
	medianLines  = 120
	fileLines    = 400
	packageLines = 4000
)

// Files are small enough to be read at once, and packages in an afternoon.
func TestSizes(t *testing.T) {
	t.Parallel()
	lines, packages := []int{}, map[string]int{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && (strings.HasPrefix(base, ".") && base != ".." || base == "node_modules" || base == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		n := bytes.Count(text, []byte("\n"))
		if n > fileLines {
			t.Errorf("%s has %d lines, more than %d: what in it belongs together without the rest?", name, n, fileLines)
		}
		lines = append(lines, n)
		packages[path.Dir(filepath.ToSlash(name))] += n
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range packages {
		if n >= packageLines {
			t.Errorf("the package %s has %d lines, %d or more", name, n, packageLines)
		}
	}
	slices.Sort(lines)
	if len(lines) < 100 {
		t.Fatalf("found only %d files", len(lines))
	}
	if median := lines[len(lines)/2]; median >= medianLines {
		t.Errorf("half of the %d files have %d lines or more; it should be fewer than %d", len(lines), median, medianLines)
	}
}
