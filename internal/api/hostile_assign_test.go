package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"stint"
	"stint/internal/store"
	"stint/internal/testdb"
)

// Every field that an answer has, every column there is, and names that a
// server might fall for, in every write: a field that the document does not
// list for the operation is refused by its name, and nothing is written.
func TestHostileFieldsAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		names := w.assignable(t)
		if len(names) < 300 {
			t.Fatalf("only %d names: %v", len(names), names)
		}
		for _, op := range w.writes() {
			before := w.everyRow(t)
			body := w.sample(t, op)
			w.refuseFields(t, op, op.body, body, nil, names)
			for name, p := range op.body["properties"].(map[string]any) {
				if items, ok := body[name].([]any); ok {
					if _, ok := items[0].(map[string]any); ok {
						w.refuseFields(t, op, p.(map[string]any)["items"].(map[string]any), body, []string{name}, names)
					}
				}
			}
			w.unchanged(t, op.id, before)
		}
	})
}

// refuseFields sends the names in lots, and those that matter most by themselves.
func (w *world) refuseFields(t *testing.T, op attacked, schema, body map[string]any, at []string, names []string) {
	t.Helper()
	known := schema["properties"].(map[string]any)
	var unknown []string
	for _, n := range names {
		if _, ok := known[n]; !ok {
			unknown = append(unknown, n)
		}
	}
	pointer := ""
	if len(at) > 0 {
		pointer = "/" + at[0] + "/0"
	}
	try := func(lot []string, value string) {
		extra := ""
		for _, n := range lot {
			extra += "," + string(plainJSON(t, n)) + ":" + value
		}
		g := w.send(t, op.method, op.path, withMembers(t, body, at, extra))
		refused(t, fmt.Sprintf("%s with %.200v", op.id, lot), g)
		var p struct {
			Errors []struct{ Pointer, Code string }
		}
		if err := json.Unmarshal(g.body, &p); err != nil {
			t.Fatal(err)
		}
		told := map[string]string{}
		for _, e := range p.Errors {
			told[e.Pointer] = e.Code
		}
		for _, n := range lot {
			if code := told[pointer+"/"+n]; code != "UnknownField" {
				t.Errorf("%s with %q as %s: the errors say %q of it", op.id, n, value, code)
			}
		}
	}
	for lot := range slices.Chunk(unknown, 90) {
		for _, value := range []string{`"x"`, "null", "1", "true", `{"id":"x"}`}[:testdb.Scale(2, 5, 5)] {
			try(lot, value)
		}
	}
	for _, n := range []string{"id", "tenant", "tenantId", "tenant_id", "createdAt", "updatedAt", "status", "number", "total", "version", "user", "userId", "amountSent"} {
		if slices.Contains(unknown, n) {
			try([]string{n}, string(plainJSON(t, w.Tenant)))
		}
	}
}

// withMembers is the body with members at the end of an object: itself, or the first of a list's.
func withMembers(t *testing.T, body map[string]any, at []string, members string) []byte {
	t.Helper()
	if len(at) == 0 {
		whole := string(plainJSON(t, body))
		return []byte(whole[:len(whole)-1] + members + "}")
	}
	item := string(plainJSON(t, body[at[0]].([]any)[0]))
	return withValue(t, body, at, "["+item[:len(item)-1]+members+"}]")
}

// assignable are the names to try: of answers, of columns, of other systems, in every case.
func (w *world) assignable(t *testing.T) []string {
	t.Helper()
	names := map[string]bool{}
	for _, n := range []string{"id", "_id", "ID", "Id", "tenant", "tenantId", "tenant-id", "createdAt", "updatedAt", "deletedAt", "createdBy", "owner", "ownerId", "status", "number", "total", "version",
		"amountSent", "numberAssigned", "user", "userId", "role", "roles", "isAdmin", "admin", "permissions", "scope", "secret", "token", "hash", "hint", "password", "email", "etag", "ETag", "data", "query", "$set", "$where",
		"self", "links", "_links", "object", "type", "kind", "locked", "finalizedAt", "voidedAt", "archivedAt", "sequence", "next", "meta", "Meta", "Version", "AmountSent"} {
		names[n] = true
	}
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(w.API.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Components.Schemas {
		for n := range s.Properties {
			names[n] = true
		}
	}
	columns := `SELECT p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if store.IsPostgres(w.Address) {
		columns = `SELECT column_name FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`
	}
	for _, n := range w.column(t, columns) {
		names[n], names[camel(n)] = true, true
	}
	for _, n := range slices.Collect(maps.Keys(names)) {
		if n == strings.ToLower(n) && !strings.Contains(n, "_") {
			names[n+"Id"] = true
		}
		names[strings.ToUpper(n)], names[strings.ToLower(n)], names[strings.ToUpper(n[:1])+n[1:]], names[snake(n)] = true, true, true, true
		names[n+" "], names["\u200b"+n], names[strings.Replace(n, "i", "ı", 1)] = true, true, true
	}
	return slices.Sorted(maps.Keys(names))
}

func camel(snake string) string {
	parts := strings.Split(snake, "_")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}

func snake(camel string) string {
	var b strings.Builder
	for _, r := range camel {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimPrefix(b.String(), "_")
}

// Documented fields, all sent at once by another member of the tenant, change
// what they are for, and never who made a record, when, where or in which state it is.
func TestHostileWritesKeepWhatTheServerSets(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		mate := w.NewUser(t)
		err := w.DB.Global(context.Background(), func(g *store.GlobalTx) error {
			return g.InsertMembership(stint.Membership{TenantID: w.Tenant, UserID: mate.User, Role: stint.RoleOwner})
		})
		if err != nil {
			t.Fatal(err)
		}
		w.Token = mate.Token
		fixed := []string{"id", "createdAt", "status", "user", "client", "contact", "contract", "project", "invoice"}
		for _, op := range w.writes() {
			if op.method == "POST" {
				continue
			}
			read := op.path
			before := w.send(t, "GET", read, nil)
			body := w.sample(t, op)
			g := w.send(t, op.method, op.path, plainJSON(t, body))
			if g.status != 200 {
				t.Errorf("%s answered %d: %.300s", op.id, g.status, g.body)
				continue
			}
			after := w.send(t, "GET", read, nil)
			var a, b, answered struct{ Data map[string]any }
			for raw, into := range map[*got]any{&before: &a, &after: &b, &g: &answered} {
				if err := json.Unmarshal(raw.body, into); err != nil {
					t.Fatalf("%s: %v: %.300s", op.id, err, raw.body)
				}
			}
			for _, f := range fixed {
				if fmt.Sprint(a.Data[f]) != fmt.Sprint(b.Data[f]) || fmt.Sprint(a.Data[f]) != fmt.Sprint(answered.Data[f]) {
					t.Errorf("%s changed %s from %v to %v", op.id, f, a.Data[f], b.Data[f])
				}
			}
			for name, sent := range body {
				shown := b.Data[name]
				if _, ok := b.Data[name]; !ok {
					shown = b.Data[strings.TrimSuffix(name, "Id")]
				}
				if fmt.Sprint(shown) != fmt.Sprint(sent) {
					t.Errorf("%s: %s was sent as %v and is %v", op.id, name, sent, shown)
				}
			}
		}
		for _, row := range w.rows(t, "SELECT tenant_id, user_id FROM time_entries") {
			if row != w.Tenant+"\x1f"+w.User+"\x1f" {
				t.Errorf("the time entry is now of %q, not of %s in %s", row, w.User, w.Tenant)
			}
		}
	})
}
