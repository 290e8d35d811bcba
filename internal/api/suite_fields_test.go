package api_test

import (
	"testing"

	"stint/internal/apitest"
)

// Each field takes the values at the edges of its limits and answers them
// exactly; just beyond, the answer is 400 with the place and the code, and
// nothing is written.
func TestFieldsOfPost(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, create, func(sp *spec, b *books) {
			t := b.t
			least := sp.least(b, create)
			before := len(idsOf(t, b.Must(200, "GET", sp.path, nil)))
			kept := 0
			for i := range sp.fields {
				f := &sp.fields[i]
				for _, v := range f.is.good {
					a := sp.post(b.Client, least.with(f.name, v.sent))
					got := sp.made(t, a)
					answered(t, f, got, v)
					kept += removed(t, sp, b.Client, got.str("id"))
				}
				for _, v := range f.is.bad {
					invalid(t, sp.post(b.Client, least.with(f.name, v.sent)), map[string]string{sp.at(create, f.name) + v.below: v.code})
				}
			}
			if after := len(idsOf(t, b.Must(200, "GET", sp.path, nil))); after != before+kept {
				t.Errorf("there are %d %s after all, want %d: a refused request wrote something", after, sp.path, before+kept)
			}
		})
	})
}

// The same for PUT: a refused request leaves the resource as it was.
func TestFieldsOfPut(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, replace, func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.least(b, create))
			least := sp.least(b, replace)
			for i := range sp.fields {
				f := &sp.fields[i]
				if !f.in(replace) {
					continue
				}
				for _, v := range f.is.good {
					answered(t, f, dataOf(t, b.Must(200, "PUT", one, least.with(f.name, v.sent).String())), v)
				}
				before := b.Must(200, "GET", one, nil)
				for _, v := range f.is.bad {
					invalid(t, b.Do("PUT", one, least.with(f.name, v.sent).String()), map[string]string{sp.at(replace, f.name) + v.below: v.code})
				}
				stillAs(t, b.Client, one, before)
			}
		})
	})
}

// The same for PATCH.
func TestFieldsOfPatch(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, patch, func(sp *spec, b *books) {
			t := b.t
			for i := range sp.fields {
				f := &sp.fields[i]
				if !f.in(patch) {
					continue
				}
				one := sp.one(t, b.Client, sp.least(b, create))
				for _, v := range f.is.good {
					if f.clearable() {
						b.Must(200, "PATCH", one, raw{f.name: "null"}.String())
					}
					answered(t, f, dataOf(t, b.Must(200, "PATCH", one, raw{f.name: v.sent}.String())), v)
				}
				before := b.Must(200, "GET", one, nil)
				for _, v := range f.is.bad {
					invalid(t, b.Do("PATCH", one, raw{f.name: v.sent}.String()), map[string]string{sp.at(patch, f.name) + v.below: v.code})
				}
				stillAs(t, b.Client, one, before)
			}
		})
	})
}

// answered fails the test unless an answer holds the value of a field.
func answered(t *testing.T, f *fieldSpec, got object, v taken) {
	t.Helper()
	if back := string(got.values[f.answer()]); !sameJSON(back, v.back) {
		t.Errorf("%s: sent %.80s, answered %.80s, want %.80s", f.name, v.sent, back, v.back)
	}
}

// removed deletes a resource where that is possible, and counts what stays.
func removed(t *testing.T, sp *spec, c *apitest.Client, id string) (stays int) {
	t.Helper()
	if !sp.does("delete") {
		return 1
	}
	c.Must(204, "DELETE", sp.path+"/"+id, nil)
	return 0
}
