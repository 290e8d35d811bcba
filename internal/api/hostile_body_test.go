package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"stint/internal/testdb"
)

// Every write operation × everything a body can have wrong: each is refused
// with 400 and a code, and writes nothing. At the end the same body without
// the fault is taken, so that it was the fault that was refused.
func TestHostileBodiesAreRefusedByEveryOperation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		// What a body says is decided before any database: PostgreSQL gets a share of the values.
		share := testdb.Scale(3, 1, 1)
		if engine == testdb.PostgreSQL {
			share = testdb.Scale(9, 4, 1)
		}
		values, requests := 0, 0
		for _, op := range w.writes() {
			before := w.everyRow(t)
			body := w.sample(t, op)
			for name, raw := range wholeBodies(t, body) {
				requests++
				w.mustRefuse(t, op, name, raw)
			}
			for _, f := range fieldsOf(op.body, body, nil) {
				for _, value := range badValues(f) {
					if values++; values%share != 0 {
						continue
					}
					requests++
					w.mustRefuse(t, op, fmt.Sprintf("%s=%.60s", strings.Join(f.path, "/"), value), withValue(t, body, f.path, value))
				}
			}
			w.mustRefuseOtherKinds(t, op, plainJSON(t, body))
			w.unchanged(t, op.id, before)
		}
		for _, op := range w.writes() {
			if g := w.send(t, op.method, op.path, plainJSON(t, w.sample(t, op))); g.status < 200 || g.status > 299 {
				t.Errorf("%s: the body without a fault was answered %d: %.300s", op.id, g.status, g.body)
			}
		}
		if values < 20_000 {
			t.Errorf("the document gave only %d bad values", values)
		}
		t.Logf("%d bad values, %d hostile bodies sent", values, requests)
	})
}

func (w *world) mustRefuse(t *testing.T, op attacked, what string, raw []byte) {
	t.Helper()
	what = op.id + " " + what
	g := w.send(t, op.method, op.path, raw)
	refused(t, what, g)
	if g.status != 400 {
		t.Errorf("%s: answered %d, not 400: %.300s", what, g.status, g.body)
	}
	if len(g.body) > 256<<10 {
		t.Errorf("%s: the refusal has %d bytes", what, len(g.body))
	}
}

// mustRefuseOtherKinds sends a good body as something else than it is.
func (w *world) mustRefuseOtherKinds(t *testing.T, op attacked, body []byte) {
	t.Helper()
	for name, status := range map[string]int{"text/plain": 415, "application/x-www-form-urlencoded": 415, "application/json; charset=utf-16": 415, "gzip": 415, "deflate": 415, "two keys": 400} {
		edit := set("Content-Type", name)
		switch {
		case name == "two keys" && op.method != "POST":
			continue
		case name == "two keys":
			edit = set("Idempotency-Key", "a", "b")
		case !strings.Contains(name, "/"):
			edit = set("Content-Encoding", name)
		}
		g := w.send(t, op.method, op.path, body, edit)
		if refused(t, op.id+" as "+name, g); g.status != status {
			t.Errorf("%s as %s: answered %d, not %d", op.id, name, g.status, status)
		}
	}
}

// Each hostile item of a batch that is not atomic is refused by itself, and
// writes nothing; the honest one among them is written.
func TestHostileItemsOfABatchAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		var op attacked
		for _, o := range w.writes() {
			if o.id == "batchTimeEntries" {
				op = o
			}
		}
		items := op.body["properties"].(map[string]any)["items"].(map[string]any)
		item := w.sampleObject(t, op, items["items"].(map[string]any))
		honest := string(plainJSON(t, item))
		raw := []string{"null", "1", `"a"`, "[]", "{}", `{"a":1}`, honest[:len(honest)-1] + `,"date":"2023-10-05"}`, honest[:len(honest)-1] + `,"id":"x"}`, strings.Repeat("[", 61) + strings.Repeat("]", 61)}
		for _, f := range fieldsOf(items["items"].(map[string]any), item, nil) {
			for _, value := range badValues(f) {
				if body := withValue(t, item, f.path, value); json.Valid(body) && len(body) < 10_000 {
					raw = append(raw, string(body))
				}
			}
		}
		before := len(w.rows(t, "SELECT * FROM time_entries"))
		refusedItems, batches := 0, 0
		for lot := range slices.Chunk(raw, 100) {
			batches++
			fresh := w.sampleObject(t, op, items["items"].(map[string]any))
			g := w.send(t, "POST", op.path, []byte(`{"atomic":false,"items":[`+strings.Join(append(slices.Clone(lot), string(plainJSON(t, fresh))), ",")+"]}"))
			var a struct {
				Data []struct {
					Status int
					Error  *struct{ Error, Message string }
				}
			}
			if err := json.Unmarshal(g.body, &a); err != nil || g.status != 200 || len(a.Data) != len(lot)+1 {
				t.Fatalf("the batch was answered %d: %v: %.300s", g.status, err, g.body)
			}
			for i, r := range a.Data[:len(lot)] {
				if refusedItems++; r.Status != 400 || r.Error == nil || !errorCode.MatchString(r.Error.Error) || r.Error.Message == "" {
					t.Errorf("the item %.200s was answered %d, %v", lot[i], r.Status, r.Error)
				}
			}
			if last := a.Data[len(lot)]; last.Status != 201 {
				t.Errorf("the honest item was answered %d, %v", last.Status, last.Error)
			}
		}
		if after := len(w.rows(t, "SELECT * FROM time_entries")); after != before+batches || refusedItems < 300 {
			t.Errorf("%d entries before, %d after %d batches with %d hostile items", before, after, batches, refusedItems)
		}
	})
}

func plainJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wholeBodies are the faults that have nothing to do with a body's fields.
func wholeBodies(t *testing.T, body map[string]any) map[string][]byte {
	t.Helper()
	whole := string(plainJSON(t, body))
	first := slices.Sorted(maps.Keys(body))[0]
	name, value := `"`+first+`":`, string(plainJSON(t, body[first]))
	inside := whole[1 : len(whole)-1]
	other := strings.ToUpper(first[:1]) + first[1:]
	out := map[string]string{
		"empty": "", "white space": " \t\r\n", "byte order mark": "\ufeff" + whole, "NUL before": "\x00" + whole, "NUL after": whole + "\x00",
		"no-break space before": "\u00a0" + whole, "form feed": "\f" + whole, "line separator": "\u2028" + whole,
		"second document": whole + whole, "second document on a line": whole + "\n{}", "trailing brace": whole + "}", "trailing comma": whole + ",",
		"trailing bracket": whole + "]", "trailing comment": whole + "//", "trailing garbage": whole + "x", "trailing string": whole + `"x"`,
		"comment": "/* */" + whole, "line comment": "// x\n" + whole, "comment inside": "{/**/" + inside + "}", "hash comment": "# x\n" + whole,
		"single quotes": strings.ReplaceAll(whole, `"`, `'`), "names without quotes": "{" + strings.Replace(inside, `"`+first+`"`, first, 1) + "}",
		"comma at the end": "{" + inside + ",}", "comma at the start": "{," + inside + "}", "two commas": "{" + inside + ",," + name + value + "}",
		"no colon": "{" + strings.Replace(inside, name, `"`+first+`" `, 1) + "}", "two colons": "{" + strings.Replace(inside, name, name+":", 1) + "}",
		"equals sign": "{" + strings.Replace(inside, name, `"`+first+`"=`, 1) + "}", "value without name": "{" + inside + `,"x"}`, "number as name": "{" + inside + `,1:1}`,
		"cut at the end": whole[:len(whole)-1], "cut in half": whole[:len(whole)/2], "only a brace": "{", "only a bracket": "[",
		"array around": "[" + whole + "]", "empty array": "[]", "string around": string(plainJSON(t, whole)), "string": `"a"`, "number": "1", "null": "null",
		"true": "true", "NaN": "NaN", "undefined": "undefined", "form": "name=a&b=c", "XML": "<a/>", "YAML": "name: a\n", "msgpack": "\x81\xa4name\xa1a",
		"gzip": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "fence": ")]}',\n" + whole, "broken UTF-8 after": whole + "\xff", "broken UTF-8 in a name": "{" + inside + ",\"\xff\":1}",
		"same name twice": "{" + inside + "," + name + value + "}", "same name twice, by an escape": "{" + inside + `,"` + escapeFirst(first) + `":` + value + "}",
		"wrong case": "{" + strings.Replace(inside, name, `"`+other+`":`, 1) + "}", "both cases": "{" + inside + `,"` + other + `":` + value + "}",
		"upper case": "{" + inside + `,"` + strings.ToUpper(first) + "_" + `":` + value + "}", "space in a name": "{" + inside + `," ` + first + `":` + value + "}",
		"unknown name": "{" + inside + `,"nope":1}`, "empty name": "{" + inside + `,"":1}`, "__proto__": "{" + inside + `,"__proto__":{"id":"x"}}`,
		"NUL in a name": "{" + inside + `,"a\u0000":1}`, "name cut by NUL": "{" + inside + `,"` + first + `\u0000":` + value + "}",
		"half a pair in a name": "{" + inside + `,"\ud800":1}`, "control character in a name": "{" + inside + ",\"a\nb\":1}",
		"100,000 arrays":  "{" + inside + `,"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}",
		"100,000 objects": "{" + inside + `,"x":` + strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000) + "}",
		"100,000 open":    strings.Repeat("[", 100_000), "100,000 open objects": strings.Repeat(`{"a":`, 100_000),
		"65 deep": "{" + inside + `,"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + "}",
	}
	if !strings.HasPrefix(whole, `{"`+first) {
		t.Fatal("the first name is not first in", whole)
	}
	raw := map[string][]byte{"1 MiB of names": manyNames(inside, "x%06d"), "1 MiB of one name": manyNames(inside, first)}
	for k, v := range out {
		raw[k] = []byte(v)
	}
	raw["UTF-16, little end first"], raw["UTF-16, big end first"] = utf16of(whole, false), utf16of(whole, true)
	raw["UTF-16 with a mark"] = append([]byte{0xff, 0xfe}, utf16of(whole, false)...)
	raw["UTF-16 with the other mark"] = append([]byte{0xfe, 0xff}, utf16of(whole, true)...)
	return raw
}

// escapeFirst writes the first letter of a name as an escape: the same name to any reader.
func escapeFirst(name string) string { return fmt.Sprintf(`\u%04x%s`, name[0], name[1:]) }

// manyNames is a body of almost 1 MiB of members.
func manyNames(inside, pattern string) []byte {
	b := []byte("{" + inside)
	for i := 0; len(b) < 1<<20-64; i++ {
		name := pattern
		if strings.Contains(pattern, "%") {
			name = fmt.Sprintf(pattern, i)
		}
		b = append(append(append(b, `,"`...), name...), `":0`...)
	}
	return append(b, '}')
}

func utf16of(s string, bigEndFirst bool) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		if bigEndFirst {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// field is one field of a request's body, at any depth.
type field struct {
	path     []string
	schema   map[string]any
	required bool
}

// fieldsOf are the fields of a sample body: those of the objects in its arrays too.
func fieldsOf(schema, body map[string]any, at []string) (out []field) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(body)) {
		p, _ := properties[name].(map[string]any)
		path := append(slices.Clone(at), name)
		out = append(out, field{path: path, schema: p, required: slices.Contains(required, any(name))})
		items, _ := body[name].([]any)
		if len(items) == 0 {
			continue
		}
		inner, _ := p["items"].(map[string]any)
		if object, ok := items[0].(map[string]any); ok {
			out = append(out, fieldsOf(inner, object, append(path, "0"))...)
		} else {
			out = append(out, field{path: append(path, "0"), schema: inner, required: true})
		}
	}
	return out
}

// withValue is the body with raw text in the place of one value.
func withValue(t *testing.T, body map[string]any, path []string, raw string) []byte {
	t.Helper()
	var copied any
	if err := json.Unmarshal(plainJSON(t, body), &copied); err != nil {
		t.Fatal(err)
	}
	const mark = "the hostile value"
	at := copied
	for i, step := range path {
		var set func(any)
		switch x := at.(type) {
		case map[string]any:
			at, set = x[step], func(v any) { x[step] = v }
		case []any:
			at, set = x[0], func(v any) { x[0] = v }
		}
		if i == len(path)-1 {
			set(mark)
		}
	}
	out := strings.Replace(string(plainJSON(t, copied)), `"`+mark+`"`, raw, 1)
	return []byte(out)
}
