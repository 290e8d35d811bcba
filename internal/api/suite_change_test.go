package api_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"stint/internal/apitest"
)

// changedOnly fails the test unless exactly these members differ, updatedAt
// moved on and the version is the next.
func changedOnly(t *testing.T, before, after *apitest.Answer, names ...string) {
	t.Helper()
	o, n := dataOf(t, before), dataOf(t, after)
	differ := map[string]bool{}
	for _, name := range append(slices.Clone(o.names), n.names...) {
		if !bytes.Equal(o.values[name], n.values[name]) {
			differ[name] = true
		}
	}
	want := map[string]bool{"updatedAt": true}
	for _, name := range names {
		want[name] = true
	}
	if !maps.Equal(differ, want) {
		t.Errorf("changed: %v, want %v\nbefore %s\nafter  %s", slices.Sorted(maps.Keys(differ)), slices.Sorted(maps.Keys(want)), before.Body, after.Body)
	}
	if n.str("updatedAt") <= o.str("updatedAt") {
		t.Errorf("updatedAt is %s after a change, it was %s", n.str("updatedAt"), o.str("updatedAt"))
	}
	if before.Header.Get("ETag") == after.Header.Get("ETag") || after.Header.Get("ETag") == "" {
		t.Errorf("the ETag is %s after a change, it was %s", after.Header.Get("ETag"), before.Header.Get("ETag"))
	}
}

// same fails the test when a change that should change nothing did.
func same(t *testing.T, before, after *apitest.Answer) {
	t.Helper()
	if !bytes.Equal(before.Body, after.Body) || before.Header.Get("ETag") != after.Header.Get("ETag") {
		t.Errorf("changed, want the same:\nbefore %s %s\nafter  %s %s", before.Header.Get("ETag"), before.Body, after.Header.Get("ETag"), after.Body)
	}
}

// Row "PUT": it replaces, so optional fields left out are cleared. Row "null":
// null is as good as leaving out. The same again changes nothing.
func TestReplace(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, replace, func(sp *spec, b *books) {
			t := b.t
			bare := sp.made(t, sp.post(b.Client, sp.least(b, create)))
			one := sp.one(t, b.Client, sp.most(b, create))
			full := b.Must(200, "GET", one, nil)
			same(t, full, b.Must(200, "PUT", one, sp.most(b, replace)))

			least, nulls := sp.least(b, replace), sp.least(b, replace)
			var cleared []string
			for i := range sp.fields {
				f := &sp.fields[i]
				switch {
				case !f.in(replace):
				case f.needed(replace):
					invalid(t, b.Do("PUT", one, least.without(f.name)), map[string]string{"/" + f.name: "Required"})
					invalid(t, b.Do("PUT", one, least.with(f.name, "null")), map[string]string{"/" + f.name: "Required"})
				default:
					cleared = append(cleared, f.answer())
					nulls[f.name] = "null"
				}
			}
			stillAs(t, b.Client, one, full)
			if sp.path == "invoices" {
				cleared = append(cleared, "numberAssigned")
			}
			emptied := b.Must(200, "PUT", one, least)
			changedOnly(t, full, emptied, cleared...)
			want := bare.names
			if sp.field("order") != nil && sp.field("order").needed(replace) {
				want = slices.DeleteFunc(referenceOrder(t, sp), func(name string) bool { return name != "order" && bare.values[name] == nil })
			}
			if got := dataOf(t, emptied).names; !slices.Equal(got, want) {
				t.Errorf("after a PUT of the least the members are %v, want %v", got, want)
			}
			same(t, emptied, b.Must(200, "PUT", one, nulls))
			same(t, emptied, b.Must(200, "GET", one, nil))
		})
	})
}

// Row "PATCH": each field alone, and nothing else, changes. An empty object is
// allowed and changes nothing, not even updatedAt.
func TestPatch(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, patch, func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.most(b, create))
			before := b.Must(200, "GET", one, nil)
			same(t, before, b.Must(200, "PATCH", one, "{}"))
			same(t, before, b.Must(200, "PATCH", one, " { } ", apitest.Header("Content-Type", "application/merge-patch+json")))
			same(t, before, b.Must(200, "PATCH", one, sp.most(b, patch)))
			for i := range sp.fields {
				f := &sp.fields[i]
				if !f.in(patch) || f.other == "" || f.other == f.sample {
					continue
				}
				after := b.Must(200, "PATCH", one, raw{f.name: f.other}.String())
				changedOnly(t, before, after, f.answer())
				if got := string(dataOf(t, after).values[f.answer()]); !sameJSON(got, f.other) {
					t.Errorf("%s is %s, want %s", f.name, got, f.other)
				}
				same(t, after, b.Must(200, "PATCH", one, raw{f.name: f.other}.String()))
				before = after
			}
			same(t, before, b.Must(200, "GET", one, nil))
		})
	})
}

// Row "null": in a PATCH it clears an optional field; on a required one it is
// an error that changes nothing.
func TestPatchWithNull(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, patch, func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.most(b, create))
			for i := range sp.fields {
				f := &sp.fields[i]
				if !f.in(patch) {
					continue
				}
				before := b.Must(200, "GET", one, nil)
				if !f.clearable() {
					invalid(t, b.Do("PATCH", one, raw{f.name: "null"}), map[string]string{"/" + f.name: "Required"})
					stillAs(t, b.Client, one, before)
					continue
				}
				after := b.Must(200, "PATCH", one, raw{f.name: "null"})
				also := []string{f.answer()}
				if f.name == "invoiceNumber" {
					also = append(also, "numberAssigned")
				}
				changedOnly(t, before, after, also...)
				if got := string(dataOf(t, after).values[f.answer()]); got != f.unset && f.unset != "*" {
					t.Errorf("%s is %s after null, want %q", f.name, got, f.unset)
				}
				same(t, after, b.Must(200, "PATCH", one, raw{f.name: "null"}))
			}
		})
	})
}

// Rows "ETag" and "412": a change that carries a stale If-Match is refused and
// changes nothing; with the current one, a list of them or * it is made.
func TestIfMatch(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, patch, func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.most(b, create))
			first := b.Must(200, "GET", one, nil)
			etag := first.Header.Get("ETag")
			field, value := firstChange(sp)
			change := func(match string) *apitest.Answer {
				t.Helper()
				value = otherThan(sp.field(field), value)
				return b.Do("PATCH", one, raw{field: value}, apitest.Header("If-Match", match))
			}
			if a := change(etag); a.Status != 200 {
				t.Fatalf("with the current ETag %s: %d %s", etag, a.Status, a.Body)
			}
			now := b.Must(200, "GET", one, nil)
			for _, stale := range []string{etag, `"0"`, `"x"`, `W/` + now.Header.Get("ETag"), "2", `"1", "7"`} {
				refusal(t, change(stale), 412, "PreconditionFailed", map[string]string{})
				if sp.does(replace) {
					refusal(t, b.Do("PUT", one, sp.least(b, replace), apitest.Header("If-Match", stale)), 412, "PreconditionFailed", map[string]string{})
				}
				if sp.does("delete") {
					refusal(t, b.Do("DELETE", one, nil, apitest.Header("If-Match", stale)), 412, "PreconditionFailed", map[string]string{})
				}
			}
			stillAs(t, b.Client, one, now)
			if a := change("*"); a.Status != 200 {
				t.Errorf("with If-Match *: %d %s", a.Status, a.Body)
			}
			if a := change(`"77", ` + b.Must(200, "GET", one, nil).Header.Get("ETag")); a.Status != 200 {
				t.Errorf("with a list that holds the current ETag: %d %s", a.Status, a.Body)
			}
			if sp.does("delete") {
				b.Must(204, "DELETE", one, nil, apitest.Header("If-Match", b.Must(200, "GET", one, nil).Header.Get("ETag")))
			}
		})
	})
}

// firstChange is a field that a patch can move between two values.
func firstChange(sp *spec) (field, value string) {
	for i := range sp.fields {
		if f := &sp.fields[i]; f.in(patch) && f.other != "" && f.other != f.sample {
			return f.name, f.value(nil)
		}
	}
	panic("no field of " + sp.path + " has two values")
}

func otherThan(f *fieldSpec, value string) string {
	if value == f.other {
		return f.sample
	}
	return f.other
}

// Row "ETag": a GET that brings the current ETag is answered 304 without a body.
func TestIfNoneMatch(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, patch, func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.most(b, create))
			etag := b.Must(200, "GET", one, nil).Header.Get("ETag")
			for _, known := range []string{etag, "*", `"77", ` + etag, "W/" + etag} {
				if a := b.Must(304, "GET", one, nil, apitest.Header("If-None-Match", known)); len(a.Body) != 0 || a.Header.Get("ETag") != etag {
					t.Errorf("If-None-Match %s: ETag %s, body %s", known, a.Header.Get("ETag"), a.Body)
				}
			}
			field, value := firstChange(sp)
			b.Must(200, "PATCH", one, raw{field: otherThan(sp.field(field), value)})
			b.Must(200, "GET", one, nil, apitest.Header("If-None-Match", etag))
		})
	})
}
