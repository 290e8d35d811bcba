package api_test

import (
	"net/url"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// keyed are the resources that have an externalKey.
func keyed(s *suite, test func(sp *spec, b *books)) {
	s.t.Helper()
	for _, sp := range specs {
		if sp.field("externalKey") != nil {
			s.run(sp.path, func(s *suite) { test(sp, s.books()) })
		}
	}
}

func byKey(sp *spec, key string) string { return sp.path + "/by-key/" + url.PathEscape(key) }

// Ours, externalKey: PUT makes the resource that has a key, or replaces it; GET finds it.
func TestByKey(t *testing.T) {
	onEach(t, func(s *suite) {
		keyed(s, func(sp *spec, b *books) {
			t, most := b.t, sp.most(b, create).without("externalKey")
			for _, key := range []string{"k", "a/b c?d#e%f", "ключ", strings.Repeat("𝄞", 255), "order", "..k", "K"} {
				path := byKey(sp, key)
				refusal(t, b.Do("GET", path, nil), 404, "NotFound", map[string]string{})
				made := b.Must(201, "PUT", path, most)
				one := sp.path + "/" + dataOf(t, made).str("id")
				if made.Header.Get("Location") != "/api/v1/"+one || dataOf(t, made).str("externalKey") != key {
					t.Errorf("PUT by the key %.20q makes %s at %s", key, made.Body, made.Header.Get("Location"))
				}
				same(t, made, b.Must(200, "GET", one, nil))
				same(t, made, b.Must(200, "GET", path, nil))
				same(t, made, b.Must(200, "PUT", path, most))
				same(t, made, b.Must(200, "PUT", path, most.with("externalKey", quote(key))))
				emptied := b.Must(200, "PUT", path, sp.least(b, create))
				var cleared []string
				for i := range sp.fields {
					if f := &sp.fields[i]; !f.needed(create) && f.name != "externalKey" {
						cleared = append(cleared, f.answer())
					}
				}
				changedOnly(t, made, emptied, cleared...)
				b.Must(304, "GET", path, nil, apitest.Header("If-None-Match", emptied.Header.Get("ETag")))
				if len(sp.expands) > 0 {
					holds(t, b.Client, dataOf(t, emptied), dataOf(t, b.Must(200, "GET", path+"?expand="+sp.expands[0], nil)), sp.expands[0])
				}
			}
		})
	})
}

// Ours, externalKey: what a PUT by key refuses changes nothing.
func TestByKeyRefusals(t *testing.T) {
	onEach(t, func(s *suite) {
		keyed(s, func(sp *spec, b *books) {
			t, path, least := b.t, byKey(sp, "k"), sp.least(b, create)
			list := b.Must(200, "GET", sp.path, nil)
			missing := map[string]string{}
			for name := range least {
				missing["/"+name] = "Required"
			}
			refusals := func() {
				t.Helper()
				invalid(t, b.Do("PUT", path, "{}"), missing)
				invalid(t, b.Do("PUT", path, least.with("externalKey", `"other"`)), map[string]string{"/externalKey": "OtherKey"})
				invalid(t, b.Do("PUT", path, least.with("foo", "1")), map[string]string{"/foo": "UnknownField"})
				refusal(t, b.Do("PUT", path, least, apitest.Header("If-Match", `"9"`)), 412, "PreconditionFailed", map[string]string{})
			}
			refusals()
			refusal(t, b.Do("PUT", path, least, apitest.Header("If-Match", "*")), 412, "PreconditionFailed", map[string]string{})
			if p := sp.parent(); p != nil {
				refusal(t, b.Do("PUT", path, least.with(p.name, `"x"`)), 422, "UnknownReference", map[string]string{"/" + p.name: "UnknownReference"})
			}
			refusal(t, b.Do("PUT", byKey(sp, strings.Repeat("𝄞", 256)), least), 400, "InvalidParameter", map[string]string{"externalKey": "NotAKey"})
			same(t, list, b.Must(200, "GET", sp.path, nil))

			made := b.Must(201, "PUT", path, least)
			refusals()
			if p := sp.parent(); p != nil {
				other := secondClient(b)
				invalid(t, b.Do("PUT", path, least.with(p.name, p.value(other))), map[string]string{"/" + p.name: "ParentFixed"})
			}
			same(t, made, b.Must(200, "GET", path, nil))
			b.Must(200, "PUT", path, least, apitest.Header("If-Match", made.Header.Get("ETag")))
			same(t, made, b.Must(200, "GET", path, nil))
			stranger := s.user()
			foreign, unknown := stranger.Do("GET", path, nil), stranger.Do("GET", byKey(sp, "never"), nil)
			refusal(t, foreign, 404, "NotFound", map[string]string{})
			if plainBody(foreign) != plainBody(unknown) {
				t.Errorf("a foreign key answers %s, an unknown one %s", foreign.Body, unknown.Body)
			}
		})
	})
}

// Ours, externalKey: a key is in one resource of its kind in the tenant.
func TestExternalKeyTaken(t *testing.T) {
	onEach(t, func(s *suite) {
		keyed(s, func(sp *spec, b *books) {
			t, least := b.t, sp.least(b, create)
			taken := sp.one(t, b.Client, least.with("externalKey", `"k"`))
			one := sp.one(t, b.Client, least.with("externalKey", `"K"`))
			before := b.Must(200, "GET", one, nil)
			refusal(t, b.Do("POST", sp.path, least.with("externalKey", `"k"`)), 409, "ExternalKeyTaken", map[string]string{})
			refusal(t, b.Do("PATCH", one, `{"externalKey":"k"}`), 409, "ExternalKeyTaken", map[string]string{})
			refusal(t, b.Do("PUT", one, sp.least(b, replace).with("externalKey", `"k"`)), 409, "ExternalKeyTaken", map[string]string{})
			stillAs(t, b.Client, one, before)
			for _, other := range specs {
				if other != sp && other.field("externalKey") != nil {
					b.Must(201, "POST", other.path, other.least(b, create).with("externalKey", `"k"`))
				}
			}
			neighbour := s.books()
			neighbour.Must(201, "POST", sp.path, sp.least(neighbour, create).with("externalKey", `"k"`))
			b.Must(200, "PATCH", taken, `{"externalKey":null}`)
			b.Must(200, "PATCH", one, `{"externalKey":"k"}`)
			b.Must(204, "DELETE", one, nil)
			b.Must(200, "PATCH", taken, `{"externalKey":"k"}`)
		})
	})
}

// Ours, externalKey: of many PUTs of a new key at once, one makes the resource
// and the others replace it.
func TestByKeyAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		keyed(s, func(sp *spec, b *books) {
			answers := make([]*apitest.Answer, 8)
			atOnce(len(answers), func(i int) { answers[i] = b.Do("PUT", byKey(sp, "k"), sp.least(b, create)) })
			made := 0
			for _, a := range answers {
				switch {
				case a.Status == 201:
					made++
				case a.Status != 200 || dataOf(b.t, a).str("id") != dataOf(b.t, answers[0]).str("id"):
					b.t.Errorf("answered %d %s", a.Status, a.Body)
				}
			}
			if made != 1 {
				b.t.Errorf("%d of the PUTs made a resource, want one", made)
			}
		})
	})
}
