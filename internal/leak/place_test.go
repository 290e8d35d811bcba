package leak_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

// place is where an id, or a value that somebody else may have too, can stand in a request.
type place struct {
	name string // as in a failure: "path clientId", "body /items/0/projectId"
	kind kind
	noun string
	// field is the last name in it.
	field string
	set   func(r *request, value string)
}

// kind is what stands at a place; it decides what the answer has to be.
type kind int

const (
	pathID    kind = iota
	pathKey        // the externalKey of a by-key path
	filterID       // an id, or a text, that a list is filtered by
	filterIDs      // the list of ids that a list is filtered by
	bodyID
	bodyIDs
	bodyKey // a value that is unique in the tenant: externalKey, invoiceNumber
	bodyText
	cursor
	ifMatch
	ifNoneMatch
	idempotencyKey
	signature // of a link, or the tenant in it
	tenantHeader
	kinds // how many there are
)

// Parameters and text fields that neither name a record nor hold what could be
// unique. Whoever adds one that is not listed here says what it is.
var (
	plainParams = []string{"expand", "sort", "limit", "status", "archived", "billed", "dateFrom", "dateTo", "createdAfter", "updatedAfter",
		"expires"} // expires is signed together with the rest of its link
	plainTexts = []string{"name", "description", "salutation", "address", "address1", "address2", "region", "country", "city", "zip",
		"currencyCode", "referenceType", "mode", "note", "scopes"}
	textFilters = []string{"referenceSource", "referenceId", "search"}
	bodyTexts   = []string{"referenceSource", "referenceId"}
)

// places finds every place of an operation.
func places(t *testing.T, op *operation) (out []place) {
	t.Helper()
	for _, p := range op.params {
		name := p.Name
		noun, refers := reference(name)
		at := place{name: p.In + " " + name, noun: noun, field: name, set: setParam(p.In, name)}
		switch {
		case p.In == "path" && refers:
			at.kind = pathID
		case p.In == "path" && name == "externalKey":
			at.kind, at.noun = pathKey, nounOf(op.collection())
		case p.In == "query" && refers:
			at.kind = filterID
		case p.In == "query" && slices.Contains(textFilters, name):
			at.kind = filterID
		case p.In == "query" && name == "ids":
			at.kind, at.noun = filterIDs, nounOf(op.collection())
		case p.In == "query" && name == "cursor":
			at.kind, at.noun = cursor, nounOf(op.collection())
		case p.In == "query" && (name == "signature" || name == "tenant"):
			at.kind, at.noun = signature, name
		case p.In == "header" && name == "If-Match":
			at.kind = ifMatch
		case p.In == "header" && name == "If-None-Match":
			at.kind = ifNoneMatch
		case p.In == "header" && name == "Idempotency-Key":
			at.kind = idempotencyKey
		case p.In == "header" && name == "tenant-id":
			at.kind, at.noun = tenantHeader, "tenant"
		case slices.Contains(plainParams, name):
			continue
		default:
			t.Fatalf("%s: can an id or a value of another tenant stand in the %s parameter %s? Say so in places.", op.id, p.In, name)
		}
		out = append(out, at)
	}
	if op.body != nil {
		out = append(out, bodyPlaces(t, op, op.body, "", nil)...)
	}
	return out
}

// bodyPlaces finds the places in a body and in what it holds, one item of each list.
func bodyPlaces(t *testing.T, op *operation, s *schema, name string, steps []string) (out []place) {
	t.Helper()
	noun, refers := reference(name)
	pointer := "/" + strings.Join(steps, "/")
	at := place{name: "body " + pointer, noun: noun, field: name, set: func(r *request, v string) { put(r.body, steps, v) }}
	switch {
	case s.is("object"):
		for field, fs := range s.Properties {
			if op.param("path", "externalKey") != nil && field == "externalKey" {
				continue // it is in the path; the body may only repeat it
			}
			out = append(out, bodyPlaces(t, op, fs, field, append(slices.Clone(steps), field))...)
		}
		return out
	case name == "ids":
		// The foreign id comes after one that is right.
		at.kind, at.noun = bodyIDs, nounOf(op.collection())
		at.set = func(r *request, v string) { r.body["ids"] = append(slices.Clone(r.body["ids"].([]any)), v) }
	case s.is("array"):
		return bodyPlaces(t, op, s.Items, name, append(slices.Clone(steps), "0"))
	case !s.is("string"):
		return nil
	case refers:
		at.kind = bodyID
	case name == "tenants": // those that a token is limited to
		at.kind, at.noun = bodyID, "tenant"
		at.set = func(r *request, v string) { r.body["tenants"] = []any{v} }
	case name == "externalKey" || name == "invoiceNumber":
		at.kind, at.noun = bodyKey, nounOf(op.collection())
	case slices.Contains(bodyTexts, name):
		at.kind, at.noun = bodyText, nounOf(op.collection())
	case s.Format != "" || slices.Contains(plainTexts, name):
		return nil
	default:
		t.Fatalf("%s: can an id or a value of another tenant stand at %s? Say so in places.", op.id, pointer)
	}
	return []place{at}
}

func setParam(in, name string) func(*request, string) {
	return func(r *request, v string) {
		switch {
		case in == "path":
			r.path[name] = v
		case in == "header":
			r.header[name] = v
		case name == "ids":
			r.query.Set(name, r.own+","+v)
		case name == "cursor":
			r.query.Set("limit", "1")
			r.query.Set(name, v)
		default:
			r.query.Set(name, v)
		}
	}
}

// value is what is put at a place, and whose it is.
type value struct{ whose, text string }

// values are what is tried at a place by a: first what nobody was ever given,
// with which the others are compared.
func values(op *operation, p place, a, b *world) []value {
	quoted := func(list []value) []value {
		for i := range list {
			list[i].text = `"` + list[i].text + `"`
		}
		return list
	}
	switch p.kind {
	case ifMatch, ifNoneMatch:
		// A version is not an id; but should one ever stand here, it says nothing.
		return quoted(ids(a, b, nounAt(op)))
	case pathKey, bodyKey:
		return keys(a, b, p.noun)
	case bodyText:
		return texts(b, p.noun, p.field, both)
	case filterID:
		if p.noun == "" {
			if p.field == "search" {
				p.field = "name"
			}
			return texts(b, nounOf(op.collection()), p.field, b.mark)
		}
	case cursor:
		return cursors(op, a, b, p.noun)
	case signature:
		if p.noun == "signature" {
			made := base64.RawURLEncoding.EncodeToString(make([]byte, 16))
			return []value{{"made up", made}, {"another tenant's", b.link(b.id("invoice")).Query().Get("signature")},
				{"another invoice's", a.link(a.make("invoice", nil)).Query().Get("signature")}}
		}
	case filterIDs, bodyIDs, pathID, bodyID:
	case tenantHeader, idempotencyKey, kinds:
		return nil // these are tried in ways of their own
	}
	return ids(a, b, p.noun)
}

func nounAt(op *operation) string {
	if noun := nounOf(op.collection()); noun != "" {
		return noun
	}
	return "client"
}

func ids(a, b *world, noun string) []value {
	out := []value{{"never issued", a.never(noun)}, {"another tenant's", b.id(noun)},
		{"deleted", a.gone(noun)}, {"deleted in another tenant", b.gone(noun)}}
	if noun == "token" {
		out = append(out, value{"a colleague's", a.colleague().id("token")})
	}
	return out
}

// keys are values that are unique in a tenant. Each may be used once: a writes them.
func keys(a, b *world, noun string) []value {
	lost := func(w *world) string { return w.keys[w.delete(noun, w.make(noun, nil))] }
	kind := a.keys[a.make(noun, nil)][:1]
	return []value{{"never used", a.unique(kind)}, {"another tenant's", b.keys[b.make(noun, nil)]},
		{"of a deleted record", lost(a)}, {"of another tenant's deleted record", lost(b)}}
}

// texts are in a record of b.
func texts(b *world, noun, field, mark string) (out []value) {
	b.marked(mark, func() {
		b.make(noun, nil)
		out = []value{{"nobody's", strings.Repeat(mark[:1], len(b.text(field)))}, {"another tenant's", b.text(field)}}
	})
	return out
}

// cursors are made by lists of more than one row.
func cursors(op *operation, a, b *world, noun string) []value {
	first := func(w *world, collection string) string {
		n := nounOf(collection)
		if n != "tenant" && n != "token" {
			w.make(n, nil)
		}
		w.make(n, nil)
		return w.Must(200, "GET", collection+"?limit=1", nil).Str("page.next")
	}
	theirs := first(b, op.collection())
	// The cursor of a row that is deleted is still the other tenant's.
	gone := ""
	if noun != "tenant" && noun != "token" {
		b.make(noun, nil)
		a := b.Must(200, "GET", op.collection()+"?limit=1&sort=createdAt:desc", nil)
		gone = a.Str("page.next")
		b.delete(noun, a.Str("data.0.id"))
	}
	other := "clients"
	if noun == "client" {
		other = "contracts"
	}
	made := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("?", base64.RawURLEncoding.DecodedLen(len(theirs)))))
	list := []value{{"made up", made}, {"another tenant's", theirs}, {"another list's", first(a, other)}}
	if gone != "" {
		list = append(list, value{"another tenant's, of a row that is deleted", gone})
	}
	return list
}
