package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"stint/internal/testdb"
)

// texts is how a resource is filled with naughty texts: one record for each of
// them, in all its text fields at once, a different one in each.
type texts struct {
	create, patch, put attacked
	fields             []textField
}

type textField struct {
	name   string
	limit  int // in code points; 0 is none
	unique bool
}

// textsOf finds the resources and their free text fields in the document.
func (w *world) textsOf(t *testing.T) (out []texts) {
	t.Helper()
	ops := map[string]attacked{}
	for _, op := range w.ops {
		ops[op.id] = op
	}
	for _, op := range w.ops {
		noun, creates := strings.CutPrefix(op.id, "create")
		if !creates {
			continue
		}
		r := texts{create: ops["create"+noun], patch: ops["update"+noun], put: ops["replace"+noun]}
		r.fields = textFields(r.create.body)
		if len(r.fields) > 0 {
			out = append(out, r)
		} else if noun != "Email" && noun != "Billables" { // an address with a format; lines, which have a test of their own
			t.Fatalf("%s has no text fields", noun)
		}
	}
	return out
}

func textFields(schema map[string]any) (out []textField) {
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		p := properties[name].(map[string]any)
		if kindOf(p) != "string" || p["format"] != nil || p["enum"] != nil || name == "currencyCode" || strings.HasSuffix(name, "Id") && name != "referenceId" {
			continue
		}
		f := textField{name: name, unique: name == "externalKey" || name == "invoiceNumber"}
		if n, ok := p["maxLength"].(float64); ok {
			f.limit = int(n)
		}
		out = append(out, f)
	}
	return out
}

// text is the naughty text number i, as a field can hold it.
func (f textField) text(i int) string {
	r := []rune(naughty[i%len(naughty)])
	if f.limit > 0 && len(r) > f.limit {
		r = r[:f.limit]
	}
	return string(r)
}

// give puts the texts of record i into a body, and gives them by field. shift
// is 0 for the texts of the creation; later ones of a unique field have a tail.
func (r texts) give(body map[string]any, i, shift int) map[string]string {
	want := map[string]string{}
	for n, f := range r.fields {
		s := f.text(i + 7*n + shift)
		if f.unique && shift > 0 {
			s = fmt.Sprintf("%s~%d", f.text(i)[:min(40, len(f.text(i)))], shift)
			s = strings.ToValidUTF8(s, "")
		} else if f.unique {
			s = f.text(i)
		}
		body[f.name], want[f.name] = s, s
	}
	return want
}

// Every naughty text in every text field of every resource: GET and the list
// answer it as it was sent, after POST, PATCH and PUT.
func TestHostileTextsComeBackAsSent(t *testing.T) {
	t.Parallel()
	if n := len(slices.Compact(slices.Sorted(slices.Values(naughty)))); n < 150 || n != len(naughty) {
		t.Fatalf("%d naughty texts, %d of them different", len(naughty), n)
	}
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		for _, r := range w.textsOf(t) {
			ids, want := make([]string, len(naughty)), make([]map[string]string, len(naughty))
			w.eachText(func(i int) {
				body := w.sampleOf(t, r.create, i)
				want[i] = r.give(body, i, 0)
				g := w.send(t, "POST", r.create.path, plainJSON(t, body))
				ids[i] = w.same(t, r.create.id, 201, g, want[i])
			})
			w.sameList(t, r.create, ids, want)
			if r.patch.id == "" {
				continue
			}
			some := testdb.Scale(4, 1, 1)
			w.everyText(some, func(i int) {
				body := map[string]any{}
				want[i] = r.give(body, i, 1)
				w.same(t, r.patch.id, 200, w.send(t, "PATCH", r.create.path+"/"+ids[i], plainJSON(t, body)), want[i])
			})
			w.sameList(t, r.create, ids, want)
			if r.put.id == "" {
				continue
			}
			w.everyText(some, func(i int) {
				body := w.sampleOf(t, r.put, i)
				want[i] = r.give(body, i, 2)
				w.same(t, r.put.id, 200, w.send(t, "PUT", r.create.path+"/"+ids[i], plainJSON(t, body)), want[i])
			})
			w.sameList(t, r.create, ids, want)
		}
	})
}

const writersAtOnce = 16

var sampling sync.Mutex

// sampleOf is a body that the operation takes, for use beside others.
func (w *world) sampleOf(t *testing.T, op attacked, i int) map[string]any {
	t.Helper()
	sampling.Lock()
	defer sampling.Unlock()
	body := w.sample(t, op)
	delete(body, "billableId")
	if op.id == "createContact" || op.id == "replaceContact" {
		body["isDefault"] = false
	}
	if op.body["properties"].(map[string]any)["order"] != nil {
		body["order"] = i
	}
	return body
}

// eachText runs do for all texts, some at a time: commits share their writes to the disk.
func (w *world) eachText(do func(i int)) { w.everyText(1, do) }

// everyText runs do for every step-th text.
func (w *world) everyText(step int, do func(i int)) {
	var wg sync.WaitGroup
	for k := range writersAtOnce {
		wg.Go(func() {
			for i := k * step; i < len(naughty); i += writersAtOnce * step {
				do(i)
			}
		})
	}
	wg.Wait()
}

// same checks a record in an answer, and the one that GET answers then. It gives the id.
func (w *world) same(t *testing.T, what string, status int, g got, want map[string]string) string {
	t.Helper()
	if g.status != status {
		t.Errorf("%s: %q was answered %d: %.300s", what, want, g.status, g.body)
		return ""
	}
	var a struct{ Data map[string]any }
	if err := json.Unmarshal(g.body, &a); err != nil {
		t.Errorf("%s: %v: %.300s", what, err, g.body)
		return ""
	}
	w.sameRecord(t, what, a.Data, want)
	return fmt.Sprint(a.Data["id"])
}

func (w *world) sameRecord(t *testing.T, what string, record map[string]any, want map[string]string) {
	t.Helper()
	for name, s := range want {
		if record[name] != s {
			t.Errorf("%s: %s was sent as %.200q, came back as %.200q", what, name, s, record[name])
		}
	}
}

// sameList checks each record in the list and by itself.
func (w *world) sameList(t *testing.T, create attacked, ids []string, want []map[string]string) {
	t.Helper()
	g := w.send(t, "GET", create.path, nil)
	var list struct{ Data []map[string]any }
	if err := json.Unmarshal(g.body, &list); err != nil || g.status != 200 {
		t.Fatalf("GET %s answered %d: %v: %.300s", create.path, g.status, err, g.body)
	}
	byID := map[string]map[string]any{}
	for _, rec := range list.Data {
		byID[fmt.Sprint(rec["id"])] = rec
	}
	w.eachText(func(i int) {
		if byID[ids[i]] == nil {
			t.Errorf("GET %s: %q with %q is not in the list", create.path, ids[i], want[i])
			return
		}
		w.sameRecord(t, "list "+create.path, byID[ids[i]], want[i])
		w.same(t, "GET "+create.path, 200, w.send(t, "GET", create.path+"/"+ids[i], nil), want[i])
	})
}
