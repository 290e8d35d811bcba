package api

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"crypto/hmac"

	"stint"
	"stint/internal/app"
	"stint/internal/store"
)

// param is a query parameter as the document shows it and as it is checked.
type param struct {
	name string
	kind paramKind
	doc  string
	enum []string
}

type paramKind int

const (
	textParam paramKind = iota
	dateParam
	instantParam
	boolParam
	enumParam
	idsParam
)

// everyList has these besides its own.
var everyList = []param{
	{name: "createdAfter", kind: instantParam, doc: "Only what was created after this instant."},
	{name: "updatedAfter", kind: instantParam, doc: "Only what was changed after this instant."},
	{name: "ids", kind: idsParam, doc: "Only these ids, comma-separated; at most 1000."},
}

// query is a query string on its way into a list; it collects what is wrong with it.
type query struct {
	values   url.Values
	problems []stint.Problem
}

func (q *request) query() *query {
	v, err := url.ParseQuery(q.r.URL.RawQuery)
	p := &query{values: v}
	if err != nil {
		p.bad("", "InvalidQuery", "The query string is not valid; percent-encode it.")
	}
	return p
}

func (p *query) bad(name, code, message string) {
	p.problems = append(p.problems, stint.Problem{Parameter: name, Code: code, Message: message})
}

// one is the single value of a parameter; there is false without one.
func (p *query) one(name string) (value string, there bool) {
	v := p.values[name]
	if len(v) > 1 {
		p.bad(name, "Repeated", "The parameter "+name+" is there twice; send it once.")
		return "", false
	}
	if len(v) == 0 {
		return "", false
	}
	if storable(v[0]) != v[0] {
		p.bad(name, "InvalidText", "The parameter "+name+" contains U+0000 or is not UTF-8; leave that out.")
		return "", false
	}
	return v[0], true
}

func (p *query) err() error {
	if len(p.problems) > 0 {
		return stint.InvalidParameter(p.problems...)
	}
	return nil
}

func (p *query) expand(allowed []string) *app.Expand {
	if len(allowed) == 0 {
		return nil // not a parameter of this operation, so passed over like any unknown one
	}
	s, _ := p.one("expand")
	e, ok := app.ParseExpand(allowed, s)
	if !ok {
		p.bad("expand", "NotAllowed", "expand takes a comma-separated list of: "+strings.Join(allowed, ", ")+".")
	}
	return e
}

// sort reads `name:asc,order:desc`; the direction may be left out.
func (p *query) sort(allowed []string) []store.SortKey {
	s, there := p.one("sort")
	if !there || s == "" {
		return nil
	}
	keys, ok := parseSort(allowed, s)
	if !ok {
		p.bad("sort", "NotAllowed", "sort takes comma-separated field:asc or field:desc, each field once, of: "+strings.Join(allowed, ", ")+".")
	}
	return keys
}

func parseSort(allowed []string, s string) (keys []store.SortKey, ok bool) {
	for clause := range strings.SplitSeq(s, ",") {
		field, dir, _ := strings.Cut(strings.TrimSpace(clause), ":")
		known := slices.Contains(allowed, field) && (dir == "" || dir == "asc" || dir == "desc")
		if !known || slices.ContainsFunc(keys, func(k store.SortKey) bool { return k.Field == field }) {
			return nil, false
		}
		keys = append(keys, store.SortKey{Field: field, Desc: dir == "desc"})
	}
	return keys, true
}

func (p *query) filters(params []param) []store.Filter {
	var out []store.Filter
	for _, f := range params {
		v, there := p.one(f.name)
		if !there {
			continue
		}
		if filter, ok := p.filter(f, v); ok {
			out = append(out, filter)
		}
	}
	from, _ := p.one("dateFrom")
	to, _ := p.one("dateTo")
	if from != "" && to != "" && from > to && p.err() == nil {
		p.bad("dateFrom", "AfterEnd", "dateFrom is after dateTo; send an earlier day.")
	}
	return out
}

func (p *query) filter(f param, v string) (store.Filter, bool) {
	switch f.kind {
	case dateParam:
		if _, err := stint.ParseDate(v); err != nil {
			p.bad(f.name, "NotADate", f.name+" must be a day such as 2023-10-05.")
			return store.Filter{}, false
		}
	case instantParam:
		at, err := stint.ParseInstant(v)
		if err != nil {
			p.bad(f.name, "NotAnInstant", f.name+" must be an instant in UTC such as 2023-10-05T14:48:00.000Z.")
		}
		return store.Filter{Name: f.name, Values: []any{int64(at)}}, err == nil
	case boolParam:
		if v != "true" && v != "false" {
			p.bad(f.name, "NotAllowed", f.name+" must be true or false.")
			return store.Filter{}, false
		}
		return store.Filter{Name: f.name + "=" + v}, true
	case enumParam:
		if !slices.Contains(f.enum, v) {
			p.bad(f.name, "NotAllowed", f.name+" must be one of: "+strings.Join(f.enum, ", ")+".")
			return store.Filter{}, false
		}
	case idsParam:
		ids := []any{}
		for id := range strings.SplitSeq(v, ",") {
			if id = strings.TrimSpace(id); id != "" {
				ids = append(ids, id)
			}
		}
		if len(ids) > 1000 {
			p.bad(f.name, "TooManyItems", "ids takes at most 1000 ids; ask in several requests.")
			return store.Filter{}, false
		}
		return store.Filter{Name: f.name, Values: ids}, true
	case textParam:
	}
	return store.Filter{Name: f.name, Values: []any{v}}, true
}

// limit is 0 without the parameter: the whole list.
func (p *query) limit() int {
	s, there := p.one("limit")
	if !there {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1000 || s[0] == '+' {
		p.bad("limit", "OutOfRange", "limit must be a whole number from 1 to 1000; without it the whole list is answered.")
		return 0
	}
	return n
}

// cursorScope is what a cursor is good for: another tenant's, another list's or
// another order's cursor is as good as one that was made up.
func cursorScope(tenant, route string, sort []store.SortKey) []string {
	scope := []string{tenant, route}
	for _, k := range sort {
		scope = append(scope, k.Field, strconv.FormatBool(k.Desc))
	}
	return scope
}

func (s *Server) cursor(scope []string, key []any) string {
	b := encodeKey(key)
	return base64.RawURLEncoding.EncodeToString(append(s.app.Sign("cursor", append(scope, string(b))...), b...))
}

func encodeKey(key []any) []byte {
	parts := make([]string, len(key))
	for i, v := range key {
		switch v := v.(type) {
		case int64:
			parts[i] = "i" + strconv.FormatInt(v, 10)
		case string:
			parts[i] = "s" + v
		}
	}
	b, err := json.Marshal(parts)
	if err != nil {
		panic("api: strings cannot be written: " + err.Error())
	}
	return b
}

// decodeKey reads what encodeKey wrote; ok is false for anything else.
func decodeKey(b []byte) (key []any, ok bool) {
	var parts []string
	if json.Unmarshal(b, &parts) != nil {
		return nil, false
	}
	for _, p := range parts {
		switch {
		case strings.HasPrefix(p, "i"):
			n, err := strconv.ParseInt(p[1:], 10, 64)
			if err != nil {
				return nil, false
			}
			key = append(key, n)
		case strings.HasPrefix(p, "s"):
			key = append(key, p[1:])
		default:
			return nil, false
		}
	}
	return key, true
}

// after reads the cursor parameter: the key of the row before the first.
func (p *query) after(s *Server, scope []string) []any {
	c, there := p.one("cursor")
	if !there {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(c)
	if err == nil && len(raw) > 16 && hmac.Equal(raw[:16], s.app.Sign("cursor", append(scope, string(raw[16:]))...)) {
		if key, ok := decodeKey(raw[16:]); ok {
			return key
		}
	}
	p.bad("cursor", "NotACursor", "The cursor is not one that this list gave. Take page.next of the page before, with the same sort, or leave it out.")
	return nil
}
