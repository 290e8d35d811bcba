package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stint/internal/testdb"
)

// What one of the engines does not have, does otherwise, or what a distributed
// PostgreSQL refuses. Times are bound, never asked of the database.
var forbidden = []struct{ what, instead string }{
	{`= ?ANY ?\(`, "expand IN"},
	{`\bILIKE\b`, "compare the folded column"},
	{`\bFOR (NO KEY )?(UPDATE|SHARE)\b`, "update the row to hold it"},
	{`\bLATERAL\b`, "write two statements"},
	{`\bDISTINCT ON\b`, "use a window function"},
	{`\bGROUPING SETS\b`, "write two statements"},
	{`\b(GREATEST|LEAST)\b`, "compare in the program"},
	{`\bgenerate_series\b`, "count in the program"},
	{`\b(now|clock_timestamp|gen_random_uuid|random) ?\(`, "bind the value"},
	{`\bCURRENT_(TIMESTAMP|DATE|TIME)\b`, "bind the time"},
	{`(?s)\bDELETE FROM\b.*\bUSING\b`, "use a subquery"},
	{`\b(TRIGGER|PROCEDURE|MERGE INTO)\b`, "do it in the program"},
	{`\bFROM ?\( ?VALUES\b`, "name the values in WITH"},
	{`(?s)\bWITH\b.*\bAS ?\( ?(INSERT|UPDATE|DELETE)\b`, "write two statements"},
	{`\bON DELETE SET\b`, "update first, then delete"},
	{`(?s)\bVALUES ?\([^)]*\bSELECT\b`, "use INSERT … SELECT"},
	{`(?s)\bDO UPDATE SET\b[^"]*\(`, "set plain values"},
	{`(?i)\bjsonb?_|::`, "cast by CAST, and read JSON in the program"},
}

var (
	joins     = regexp.MustCompile(`(?is)\bJOIN\s+(\S+)\s+(\w+)\s+ON\b(.*?)(?:\bJOIN\b|\bLEFT\b|\bWHERE\b|\bGROUP\b|\bORDER\b|\)|$)`)
	tables    = regexp.MustCompile(`(?s)\b(?:FROM|JOIN|INTO|UPDATE)\s+([\w%]+|‹[^›]*›)`)
	parts     = regexp.MustCompile(`\b(?:SELECT|INSERT|UPDATE|DELETE)\b`)
	newTenant = regexp.MustCompile(`(?s)\bSET\b(.*?)(?:\bWHERE\b|$)`)
)

// wrongWith says what of a statement's text breaks the rules. tenant are the
// tables of tenants; the parts that are filled in stand as ‹expression› or %s.
func wrongWith(sql string, tenant []string) (out []string) {
	for _, f := range forbidden {
		if m := regexp.MustCompile(f.what).FindString(sql); m != "" {
			out = append(out, strconv.Quote(m)+" is not used: "+f.instead)
		}
	}
	for _, j := range joins.FindAllStringSubmatch(sql, -1) {
		if !strings.Contains(j[3], j[2]+".tenant_id =") && !strings.Contains(j[3], "= "+j[2]+".tenant_id") {
			out = append(out, "the join of "+j[1]+" lacks "+j[2]+".tenant_id = …")
		}
	}
	starts := parts.FindAllStringIndex(sql, -1)
	for i, at := range starts {
		end := len(sql)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		part := sql[at[0]:end]
		if strings.HasPrefix(part, "UPDATE SET") { // of ON CONFLICT
			continue
		}
		m := tables.FindStringSubmatch(part)
		if m == nil || strings.Contains(part, "tenant_id") {
			continue
		}
		if slices.Contains(append([]string{"%s", "‹t.Name›", "‹c.Table›", "‹table›"}, tenant...), m[1]) {
			out = append(out, "no tenant_id in: "+strings.Join(strings.Fields(part), " "))
		}
	}
	for _, s := range newTenant.FindAllStringSubmatch(sql, -1) {
		if strings.Contains(s[1], "tenant_id =") {
			out = append(out, "a tenant_id is never updated")
		}
	}
	return out
}

// statements are the texts in the package's sources, those that are put
// together by + as one, by their place.
func statements(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.BinaryExpr, *ast.BasicLit:
				out[fset.Position(n.Pos()).String()] = flat(n.(ast.Expr))
				_, whole := n.(*ast.BinaryExpr)
				return !whole
			}
			return true
		})
	}
	return out
}

// flat is the text of an expression: what is not written out stands as ‹it›.
func flat(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return flat(e.X) + flat(e.Y)
		}
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return ""
		}
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	}
	return "‹" + types.ExprString(e) + "›"
}

// Every statement runs with one text on SQLite, PostgreSQL and a distributed
// PostgreSQL, and stays in its tenant.
func TestStatements(t *testing.T) {
	t.Parallel()
	tenant := tenantTables(schemaOf(t, testdb.Address(t, testdb.Engines()[0])))
	own := map[string]bool{}
	found := 0
	for at, text := range statements(t) {
		if strings.Contains(text, "pg_") { // asks PostgreSQL about itself
			continue
		}
		if parts.MatchString(text) {
			found++
		}
		for _, wrong := range wrongWith(text, tenant) {
			t.Errorf("%s: %s", at, wrong)
		}
		for _, table := range tenant {
			own[table] = own[table] || strings.Contains(text, table)
		}
	}
	if found < 30 {
		t.Errorf("only %d statements found: this test reads the sources wrongly", found)
	}
	for _, table := range slices.Sorted(maps.Keys(own)) {
		if !own[table] {
			t.Errorf("no text names the table %s: this test reads the sources wrongly", table)
		}
	}
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations found:", err)
	}
	comment := regexp.MustCompile(`--[^\n]*`)
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range wrongWith(comment.ReplaceAllString(string(b), ""), nil) {
			t.Errorf("%s: %s", file, wrong)
		}
	}
}

// The rules are tried on statements that they have to refuse, and on the like
// that they have to let pass.
func TestStatementRulesBite(t *testing.T) {
	t.Parallel()
	tenant := []string{"clients", "contracts", "projects"}
	for _, sql := range []string{
		"SELECT id FROM clients WHERE id = $1",
		"SELECT %s FROM %s WHERE id = $1",
		"SELECT ‹cols› FROM ‹t.Name› WHERE id = $2",
		"UPDATE clients SET name = $2 WHERE id = $1",
		"UPDATE clients SET tenant_id = $2 WHERE tenant_id = $1",
		"DELETE FROM clients WHERE id = $1",
		"INSERT INTO clients (id, name) VALUES ($1, $2)",
		"SELECT p.id FROM projects p JOIN contracts c ON c.id = p.contract_id WHERE p.tenant_id = $1",
		"SELECT p.id FROM projects p WHERE p.tenant_id = $1 AND p.contract_id IN (SELECT c.id FROM contracts c)",
		"SELECT id FROM clients WHERE tenant_id = $1 AND id = ANY($2)",
		"SELECT id FROM clients WHERE tenant_id = $1 AND name ILIKE $2",
		"SELECT id FROM clients WHERE tenant_id = $1 FOR UPDATE",
		"SELECT id FROM clients WHERE tenant_id = $1 AND created_at < now()",
		"UPDATE clients SET updated_at = CURRENT_TIMESTAMP WHERE tenant_id = $1",
		"DELETE FROM clients USING contracts c WHERE clients.tenant_id = c.tenant_id",
		"INSERT INTO clients (tenant_id, id) VALUES ($1, (SELECT 1))",
		"INSERT INTO clients (tenant_id, n) VALUES ($1, 1) ON CONFLICT (tenant_id) DO UPDATE SET n = abs(excluded.n)",
		"SELECT DISTINCT ON (id) id FROM clients WHERE tenant_id = $1",
		"SELECT GREATEST(a, b) FROM clients WHERE tenant_id = $1",
		"FOREIGN KEY (tenant_id, x) REFERENCES y (tenant_id, id) ON DELETE SET NULL",
		"CREATE TRIGGER t AFTER INSERT ON clients",
		"WITH d AS (DELETE FROM clients WHERE tenant_id = $1 RETURNING id) SELECT id FROM d",
	} {
		if wrongWith(sql, tenant) == nil {
			t.Errorf("let pass: %s", sql)
		}
	}
	for _, sql := range []string{
		"SELECT p.id FROM projects p JOIN contracts c ON c.tenant_id = p.tenant_id AND c.id = p.contract_id WHERE p.tenant_id = $1",
		"INSERT INTO clients (tenant_id, n) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET n = excluded.n",
		"UPDATE clients SET name = $2 WHERE tenant_id = $1",
		"SELECT id FROM users WHERE email_fold = $1",
	} {
		if wrong := wrongWith(sql, tenant); wrong != nil {
			t.Errorf("refused: %s: %v", sql, wrong)
		}
	}
}
