package api_test

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// variation is a body of which no two places in a list agree in everything,
// but some agree in each field.
func variation(sp *spec, b *books, i int) raw {
	words := []string{"Beta", "alpha", "Äpfel", "zeta", "alpha", "Öl", "beta", "Zeta", "Ål"}
	body := sp.least(b, create)
	for j := range sp.fields {
		f := &sp.fields[j]
		switch f.name {
		case "name", "city", "country", "zip":
			body[f.name] = quote(words[i%len(words)])
		case "description":
			if sp.lines {
				body[f.name] = quote(words[i%len(words)])
			}
		case "order":
			if i%3 != 0 {
				body[f.name] = strconv.Itoa(i * 5 % 4)
			}
		case "address":
			body[f.name] = quote(fmt.Sprintf("%c%d@example.org", 'z'-rune(i%4), i))
		case "amountMinor":
			body[f.name] = strconv.Itoa(i % 4 * 100)
		case "currencyCode":
			if !sp.lines {
				body[f.name] = quote([]string{"USD", "EUR", "CHF"}[i%3])
			}
		case "date":
			body[f.name] = quote(fmt.Sprintf("2023-10-%02d", 1+i%3))
		case "durationSeconds":
			body[f.name] = strconv.Itoa(1 + i*7%3)
		case "issuedAt", "dueAt":
			if i%2 == 0 {
				body[f.name] = quote(fmt.Sprintf("2023-10-%02dT00:00:00.000Z", 1+i%4))
			}
		case "invoiceNumber":
			body[f.name] = quote(fmt.Sprintf("%d-%d", i*5%7, i))
		}
	}
	return body
}

// fillList makes what a list needs to show its order, and gives all of it.
func fillList(t *testing.T, sp *spec, b *books) []object {
	t.Helper()
	for i := range 11 {
		sp.one(t, b.Client, variation(sp, b, i))
	}
	return rowsOf(t, b.Must(200, "GET", sp.path, nil))
}

// sortKey is what a row is sorted by: a number or a text; what is not set comes last.
func sortKey(row object, field string, names map[string]string) (int64, string) {
	value := row.values[field]
	switch field {
	case "order", "amountMinor", "durationSeconds":
		if value == nil {
			return 1<<63 - 1, ""
		}
		n, _ := strconv.ParseInt(string(value), 10, 64)
		return n, ""
	case "name":
		return 0, folded(row.str("name"))
	case "contract.name":
		return 0, folded(names[row.str("contract")])
	case "isDefault":
		return int64(len("false") - len(value)), ""
	case "issuedAt", "dueAt", "paidAt", "validFrom", "validTo", "archivedAt":
		if value == nil {
			return 0, "~"
		}
	}
	return 0, row.str(field)
}

func folded(s string) string {
	return strings.NewReplacer("ä", "a", "ö", "o", "å", "a").Replace(strings.ToLower(s))
}

// inOrder is the ids in the order of `field:direction` clauses, the id last.
func inOrder(rows []object, by string, names map[string]string) []string {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b object) int {
		sign := 1
		for clause := range strings.SplitSeq(by, ",") {
			field, direction, _ := strings.Cut(clause, ":")
			if sign = 1; direction == "desc" {
				sign = -1
			}
			n, s := sortKey(a, field, names)
			m, r := sortKey(b, field, names)
			if c := cmp.Or(cmp.Compare(n, m), cmp.Compare(s, r)); c != 0 {
				return sign * c
			}
		}
		return sign * cmp.Compare(a.str("id"), b.str("id"))
	})
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.str("id")
	}
	return ids
}

// walk reads a list page by page, by its Link, and gives the ids in order.
// between, when not nil, runs after each page.
func walk(t *testing.T, c *apitest.Client, path string, limit int, between func()) (ids []string) {
	t.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	next := path + sign + "limit=" + strconv.Itoa(limit)
	for range 1000 {
		a := c.Must(200, "GET", next, nil)
		page := idsOf(t, a)
		ids = append(ids, page...)
		cursor := a.At("page.next")
		link := a.Header.Get("Link")
		if cursor == nil {
			if len(page) > limit || link != "" || string(objectOf(t, a.Body).values["page"]) != `{"next":null}` {
				t.Errorf("the last page of %s is not one: Link %q, %.300s", path, link, a.Body)
			}
			return ids
		}
		if len(page) != limit {
			t.Errorf("a page of %s holds %d, want %d", path, len(page), limit)
		}
		target, ok := strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		u, err := url.Parse(target)
		if !ok || err != nil || u.Query().Get("cursor") != cursor {
			t.Fatalf("Link is %q, the next cursor %v", link, cursor)
		}
		if between != nil {
			between()
		}
		next = target
	}
	t.Fatalf("%s has no last page", path)
	return nil
}

// Row "default order": by order, those without after, then createdAt and id;
// time entries by day, the latest first, then newest first; invoices and
// tenants newest first.
func TestDefaultOrder(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "list", func(sp *spec, b *books) {
			by := "order:asc,createdAt:asc"
			if sp.newestFirst {
				by = "createdAt:desc"
			}
			if sp.path == "time-entries" {
				by = "date:desc,createdAt:desc"
			}
			rows := fillList(b.t, sp, b)
			sameIDs(b.t, "the list", idsOf(b.t, b.Must(200, "GET", sp.path, nil)), inOrder(rows, by, nil))
			sameIDs(b.t, "an empty sort", idsOf(b.t, b.Must(200, "GET", sp.path+"?sort=", nil)), inOrder(rows, by, nil))
		})
	})
}

// What is made in one request has one createdAt; the id decides.
func TestOrderOfEqualInstants(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		line := `{"description":"x","quantity":1,"amountMinor":1,"currencyCode":"EUR"}`
		invoice := b.newInvoice("")
		made := idsOf(s.t, b.Must(201, "POST", "billables", raw{"invoiceId": quote(invoice), "billables": "[" + strings.Repeat(line+",", 19) + line + "]"}))
		sameIDs(s.t, "the lines", idsOf(s.t, b.Must(200, "GET", "billables?invoiceId="+invoice, nil)), made)
		sameIDs(s.t, "the lines in pages", walk(s.t, b.Client, "billables?invoiceId="+invoice, 3, nil), made)
	})
}

// Row "sort": on every list, by each of its fields, in both directions and in
// pairs, whole and in pages.
func TestSort(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "list", func(sp *spec, b *books) {
			t, names := b.t, map[string]string{}
			for i, name := range []string{"Öl", "alpha", "Zeta"} {
				id := b.Create("contracts", raw{"clientId": quote(b.client), "name": quote(name), "amountMinor": strconv.Itoa(i), "currencyCode": `"EUR"`})
				if sp.field("contractId") != nil {
					sp.one(t, b.Client, variation(sp, b, i+20).with("contractId", quote(id)))
				}
			}
			rows := fillList(t, sp, b)
			for _, c := range rowsOf(t, b.Must(200, "GET", "contracts", nil)) {
				names[c.str("id")] = c.str("name")
			}
			fields := append([]string{"createdAt", "updatedAt"}, sp.sorts...)
			var clauses []string
			for i, f := range fields {
				clauses = append(clauses, f+":asc", f+":desc")
				sameIDs(t, "sort="+f, idsOf(t, b.Must(200, "GET", sp.path+"?sort="+f, nil)), inOrder(rows, f, names))
				for _, g := range []string{fields[(i+1)%len(fields)], fields[(i+3)%len(fields)]} {
					if f != g {
						clauses = append(clauses, f+":asc,"+g+":desc", f+":desc,"+g+":asc", f+":desc,"+g+":desc")
					}
				}
			}
			for _, by := range clauses {
				want := inOrder(rows, by, names)
				sameIDs(t, "sort="+by, idsOf(t, b.Must(200, "GET", sp.path+"?sort="+by, nil)), want)
				sameIDs(t, "pages of sort="+by, walk(t, b.Client, sp.path+"?sort="+url.QueryEscape(by), 5, nil), want)
			}
			sameIDs(t, "three fields, with blanks", idsOf(t, b.Must(200, "GET", sp.path+"?sort=updatedAt:asc,%20createdAt:desc,"+sp.sorts[0], nil)),
				inOrder(rows, "updatedAt:asc,createdAt:desc,"+sp.sorts[0], names))
		})
	})
}

// Row "lists": pages of any size hold the whole list, once; without limit there is no page.
func TestPages(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "list", func(sp *spec, b *books) {
			t := b.t
			fillList(t, sp, b)
			whole := b.Must(200, "GET", sp.path, nil)
			if names := objectOf(t, whole.Body).names; !slices.Equal(names, []string{"data"}) {
				t.Errorf("a whole list has the members %v, want data alone", names)
			}
			all := idsOf(t, whole)
			for _, limit := range []int{1, 2, 3, len(all) - 1, len(all), len(all) + 1, 1000} {
				sameIDs(t, fmt.Sprintf("pages of %d", limit), walk(t, b.Client, sp.path, limit, nil), all)
			}
			for _, limit := range []string{"0", "-1", "1001", "1.5", "1e2", "+1", "abc", "", "9999999999999999999", "%20"} {
				refusal(t, b.Do("GET", sp.path+"?limit="+limit, nil), 400, "InvalidParameter", map[string]string{"limit": "OutOfRange"})
			}
			if empty := b.Must(200, "GET", sp.path+"?limit=5&ids=x", nil); string(empty.Body) != `{"data":[],"page":{"next":null}}` {
				t.Errorf("an empty page is %s", empty.Body)
			}
		})
	})
}

// Row "lists": cursors are stable while others are added, in front and behind.
func TestPagesUnderInserts(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, "list", func(sp *spec, b *books) {
			t := b.t
			fillList(t, sp, b)
			for _, by := range []string{"", "?sort=createdAt:desc", "?sort=" + sp.sorts[0] + ":asc,createdAt:desc"} {
				all, i := idsOf(t, b.Must(200, "GET", sp.path+by, nil)), 20
				got := walk(t, b.Client, sp.path+by, 3, func() {
					for range 2 {
						i++
						body := variation(sp, b, i)
						if body["invoiceNumber"] != "" {
							body["invoiceNumber"] = quote(fmt.Sprintf("%s %d", by, i))
						}
						sp.one(t, b.Client, body)
					}
					if i > 60 {
						t.Fatal("the walk does not end")
					}
				})
				seen := slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(all, id) })
				sameIDs(t, "what was there when the walk of "+by+" began", seen, all)
			}
		})
	})
}

// Row "lists": a cursor that was made up, changed, or given by another list, in
// another tenant or for another sort is refused.
func TestForeignCursors(t *testing.T) {
	onEach(t, func(s *suite) {
		other := s.books()
		cursor := func(t *testing.T, c *apitest.Client, path string) string {
			t.Helper()
			return c.For(t).Must(200, "GET", path, nil).Str("page.next")
		}
		fillList(s.t, specs[1], other)
		eachSpec(s, "list", func(sp *spec, b *books) {
			t := b.t
			fillList(t, sp, b)
			good := cursor(t, b.Client, sp.path+"?limit=2")
			bad := []string{"", "x", "AAAA", good[:len(good)-4], good + "AAAA", strings.ToLower(good), "A" + good[1:], url.QueryEscape(good + "="), good[:10] + "_" + good[11:],
				cursor(t, other.Client, "clients?limit=2"), cursor(t, b.Client, sp.path+"?limit=2&sort=createdAt:asc"), cursor(t, b.Client, sp.path+"?limit=2&sort=updatedAt:desc")}
			if sp.path != "clients" {
				fillList(t, specs[1], b)
				bad = append(bad, cursor(t, b.Client, "clients?limit=2"))
			}
			for _, c := range bad {
				if c == good {
					continue
				}
				refusal(t, b.Do("GET", sp.path+"?limit=2&cursor="+c, nil), 400, "InvalidParameter", map[string]string{"cursor": "NotACursor"})
			}
			rest := idsOf(t, b.Must(200, "GET", sp.path+"?cursor="+good, nil))
			sameIDs(t, "a cursor without limit", rest, idsOf(t, b.Must(200, "GET", sp.path, nil))[2:])
		})
	})
}
