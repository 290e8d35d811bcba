package store

import (
	"embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing/fstest"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// The words of the migration files: one text for both engines.
//
//	{{text}}       TEXT, compared by bytes on both engines
//	{{clustered}}  SQLite keeps such a table in the order of its key
//	{{rls a b}}    row-level security on the tables named
//	{{role}} {{schema}}
//
// Lines between `-- only postgres` and `-- end` are PostgreSQL's.
var sqliteWords = map[string]string{"text": "TEXT", "clustered": "WITHOUT ROWID"}

func rowLevelSecurity(tables []string) string {
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, `ALTER TABLE %[1]s ENABLE ROW LEVEL SECURITY;
ALTER TABLE %[1]s FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON %[1]s USING (tenant_id = current_setting('stint.tenant', true));
`, t)
	}
	return b.String()
}

var (
	word         = regexp.MustCompile(`\{\{([a-z]+)\}\}`)
	rlsWord      = regexp.MustCompile(`\{\{rls ([a-z_ ]+)\}\}`)
	onlyPostgres = regexp.MustCompile(`(?s)-- only postgres\n.*?-- end\n`)
)

func migrations(words map[string]string, rls func([]string) string) (fs.FS, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text := string(b)
		if _, postgres := words["role"]; !postgres {
			text = onlyPostgres.ReplaceAllString(text, "")
		}
		text = rlsWord.ReplaceAllStringFunc(text, func(s string) string {
			return rls(strings.Fields(rlsWord.FindStringSubmatch(s)[1]))
		})
		var unknown error
		text = word.ReplaceAllStringFunc(text, func(s string) string {
			w, ok := words[s[2:len(s)-2]]
			if !ok {
				unknown = fmt.Errorf("%s: unknown word %s", name, s)
			}
			return w
		})
		if unknown != nil {
			return nil, unknown
		}
		out[filepath.Base(name)] = &fstest.MapFile{Data: []byte(text)}
	}
	return out, nil
}
