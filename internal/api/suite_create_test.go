package api_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stint/internal/apitest"
)

var instantText = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// Row "success codes": a creation answers 201 with the Location of what it made.
// Rows "field order" and "ids": the answer has the reference's order, unset
// optional fields are left out, ids are the prefix and 24 characters.
func TestCreateAndReadBack(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, create, func(sp *spec, b *books) {
			least := readBack(b, sp, sp.least(b, create))
			for i := range sp.fields {
				f := &sp.fields[i]
				got, there := least.values[f.answer()]
				switch {
				case f.needed(create):
				case f.unset == "" && there:
					b.t.Errorf("%s is in an answer while it is not set: %s", f.answer(), got)
				case f.unset != "" && !there, f.unset != "" && f.unset != "*" && string(got) != f.unset:
					b.t.Errorf("%s is %s while it is not set, want %s", f.answer(), got, f.unset)
				}
			}
			most := sp.most(b, create)
			all := readBack(b, sp, most)
			if !slices.Equal(all.names, referenceOrder(b.t, sp)) {
				b.t.Errorf("the members are %v, want the reference's order %v", all.names, referenceOrder(b.t, sp))
			}
			for i := range sp.fields {
				f := &sp.fields[i]
				if got := string(all.values[f.answer()]); !sameJSON(got, most[f.name]) {
					b.t.Errorf("%s: sent %s, answered %s", f.name, most[f.name], got)
				}
			}
			order := slices.DeleteFunc(referenceOrder(b.t, sp), func(name string) bool { return least.values[name] == nil })
			if !slices.Equal(least.names, order) {
				b.t.Errorf("the members are %v, want the reference's order %v", least.names, order)
			}
		})
	})
}

// readBack creates a resource and reads it in every way there is.
func readBack(b *books, sp *spec, body raw) object {
	t := b.t
	t.Helper()
	a := sp.post(b.Client, body)
	made := sp.made(t, a)
	id := made.str("id")
	rest, ok := strings.CutPrefix(id, sp.prefix+"_")
	if !ok || !regexp.MustCompile(`^[a-z0-9]{24}$`).MatchString(rest) {
		t.Errorf("the id is %s, want %s_ and 24 characters of a-z and 0-9", id, sp.prefix)
	}
	path := "/api/v1/" + sp.path + "/" + id
	if got := a.Header.Get("Location"); got != path {
		t.Errorf("Location is %q, want %q", got, path)
	}
	if made.str("createdAt") != made.str("updatedAt") || !instantText.MatchString(made.str("createdAt")) {
		t.Errorf("createdAt is %s and updatedAt %s; want one instant with three decimals", made.str("createdAt"), made.str("updatedAt"))
	}
	one := b.Must(200, "GET", path, nil)
	if one.Header.Get("ETag") != `"1"` {
		t.Errorf("the ETag of a new resource is %s, want \"1\"", one.Header.Get("ETag"))
	}
	if sp.lines {
		if got, want := a.Body, bytes.Replace(bytes.Replace(one.Body, []byte(`{"data":{`), []byte(`{"data":[{`), 1), []byte("}}"), []byte("}]}"), 1); !bytes.Equal(got, want) {
			t.Errorf("GET answers %s, POST had answered %s", one.Body, got)
		}
		return made
	}
	if !bytes.Equal(a.Body, one.Body) || a.Header.Get("ETag") != one.Header.Get("ETag") {
		t.Errorf("GET answers %s, POST had answered %s", one.Body, a.Body)
	}
	return made
}

// Row "null": in POST, null equals leaving a field out; where it is required
// that is a problem, and every problem is told at once.
func TestNullAndMissingInPost(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, create, func(sp *spec, b *books) {
			least := sp.least(b, create)
			nulls, missing := least, map[string]string{}
			for i := range sp.fields {
				switch f := &sp.fields[i]; {
				case f.needed(create):
					missing[sp.at(create, f.name)] = "Required"
					invalid(b.t, sp.post(b.Client, least.without(f.name)), map[string]string{sp.at(create, f.name): "Required"})
					invalid(b.t, sp.post(b.Client, least.with(f.name, "null")), map[string]string{sp.at(create, f.name): "Required"})
				default:
					nulls = nulls.with(f.name, "null")
				}
			}
			plainly, withNulls := sp.made(b.t, sp.post(b.Client, least)), sp.made(b.t, sp.post(b.Client, nulls))
			if !slices.Equal(plainly.names, withNulls.names) {
				b.t.Errorf("null is not the same as leaving out: %v, want %v", withNulls.names, plainly.names)
			}
			invalid(b.t, sp.post(b.Client, raw{}), missing)
		})
	})
}

// Row "400": a field that is not there, one that only answers have, a name in
// another case and a name twice are problems, each with its place.
func TestUnknownFields(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, op := range []string{create, replace, patch} {
			s.run(op, func(s *suite) {
				eachSpec(s, op, func(sp *spec, b *books) {
					send := sender(b.t, sp, b.Client, sp.one(b.t, b.Client, sp.least(b, create)), op)
					least := sp.least(b, op)
					unknown := []string{"foo", "", "a/b~c", "tenant", "tenantId", "version", "createdAt", "updatedAt", "id", "__proto__", "ünïcode"}
					for i := range sp.fields {
						f := &sp.fields[i]
						if !f.in(op) {
							unknown = append(unknown, f.name)
						}
						if f.shown != "" {
							unknown = append(unknown, f.shown)
						}
						unknown = append(unknown, strings.ToUpper(f.name[:1])+f.name[1:], strings.ToLower(f.name)+" ", strings.ToUpper(f.name))
					}
					for _, name := range unknown {
						where := sp.at(op, strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
						invalid(b.t, send(least.with(name, `"x"`).String()), map[string]string{where: "UnknownField"})
					}
				})
			})
		}
	})
}

// Row "400": a name twice in one object, at whatever place and however it is spelled.
func TestDuplicateKeys(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, op := range []string{create, replace, patch} {
			s.run(op, func(s *suite) {
				eachSpec(s, op, func(sp *spec, b *books) {
					one := sp.one(b.t, b.Client, sp.least(b, create))
					send := sender(b.t, sp, b.Client, one, op)
					if op == create {
						send = func(body string) *apitest.Answer { return b.Do("POST", sp.path, body) }
					}
					before := b.Must(200, "GET", one, nil)
					for i := range sp.fields {
						f := &sp.fields[i]
						if !f.in(op) {
							continue
						}
						escaped := `"\u00` + hexOf(f.name[0]) + f.name[1:] + `"`
						for _, again := range []string{quote(f.name), escaped} {
							invalid(b.t, send(sp.twice(b, op, f, again)), map[string]string{sp.at(op, f.name): "DuplicateKey"})
						}
					}
					stillAs(b.t, b.Client, one, before)
				})
			})
		}
	})
}

// twice is a body that has a field, and behind all others has it again.
func (sp *spec) twice(b *books, op string, f *fieldSpec, again string) string {
	body, tail := sp.least(b, op).with(f.name, f.value(b)), ","+again+":"+f.value(b)+"}"
	if op != create || !sp.lines {
		return strings.TrimSuffix(body.String(), "}") + tail
	}
	parent := sp.parent().name
	line := strings.TrimSuffix(body.without(parent).String(), "}")
	start := `{"` + parent + `":` + sp.parent().value(b) + `,"billables":[`
	if f.name == parent {
		return start + line + "}]" + tail
	}
	return start + line + tail + "]}"
}

func hexOf(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

// sender sends a body to an operation of a resource.
func sender(t *testing.T, sp *spec, c *apitest.Client, one, op string) func(body string) *apitest.Answer {
	t.Helper()
	return func(body string) *apitest.Answer {
		t.Helper()
		switch op {
		case replace:
			return c.Do("PUT", one, body)
		case patch:
			return c.Do("PATCH", one, body)
		}
		if !sp.lines {
			return c.Do("POST", sp.path, body)
		}
		o, r := objectOf(t, []byte(body)), raw{}
		for name, v := range o.values {
			r[name] = string(v)
		}
		return sp.post(c, r)
	}
}
