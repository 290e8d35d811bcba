package api_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"stint/internal/apitest"
)

func key(k string) apitest.Option { return apitest.Header("Idempotency-Key", k) }

// replayed fails the test unless the second answer is the first, kept.
func replayed(t *testing.T, first, second *apitest.Answer) {
	t.Helper()
	if first.Header.Get("Idempotency-Replayed") != "" {
		t.Error("the first answer says that it is a replay")
	}
	if second.Header.Get("Idempotency-Replayed") != "true" || first.Status != second.Status || !bytes.Equal(first.Body, second.Body) ||
		first.Header.Get("Location") != second.Header.Get("Location") || first.Header.Get("ETag") != second.Header.Get("ETag") {
		t.Errorf("the replay is %d %v %s, the first answer was %d %v %s", second.Status, second.Header, second.Body, first.Status, first.Header, first.Body)
	}
}

// Row "Idempotency-Key": any POST that makes something is done once; its copy
// gets the same answer, even after the resource has changed.
func TestReplayOfCreations(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, create, func(sp *spec, b *books) {
			t, body := b.t, sp.most(b, create)
			first := sp.post(b.Client, body, key("k"))
			one := sp.path + "/" + sp.made(t, first).str("id")
			replayed(t, first, sp.post(b.Client, body, key("k")))
			if sp.does(patch) {
				field, value := firstChange(sp)
				b.Must(200, "PATCH", one, raw{field: otherThan(sp.field(field), value)})
			}
			replayed(t, first, sp.post(b.Client, body, key("k")))
			count := len(idsOf(t, b.Must(200, "GET", sp.path, nil)))
			other := sp.least(b, create)
			refusal(t, sp.post(b.Client, other, key("k")), 422, "IdempotencyKeyReused", map[string]string{})
			if got := len(idsOf(t, b.Must(200, "GET", sp.path, nil))); got != count {
				t.Errorf("a copy or a reused key made something: %d, want %d", got, count)
			}
			if second := sp.post(b.Client, other, key("k2")); second.Status != 201 || second.Header.Get("Idempotency-Replayed") != "" {
				t.Errorf("another key: %d %s", second.Status, second.Body)
			}
		})
	})
}

// Row "Idempotency-Key": the other POSTs, too.
func TestReplayOfActions(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice := b.newInvoice("I-1")
		entry := raw{"projectId": quote(b.project), "date": `"2023-10-05"`, "durationSeconds": "1"}.String()
		for _, post := range []struct {
			path string
			body any
		}{
			{"invoices/" + invoice + "/finalize", nil},
			{"invoices/" + invoice + "/void", nil},
			{"clients/order", `{"ids":["` + b.client + `"]}`},
			{"billables/order", `{"invoiceId":"` + b.invoice + `","ids":["` + b.billable + `"]}`},
			{"time-entries/batch", `{"items":[` + entry + `,` + strings.Replace(entry, b.project, "x", 1) + `]}`},
		} {
			first := b.Must(200, "POST", post.path, post.body, key("k"))
			replayed(s.t, first, b.Must(200, "POST", post.path, post.body, key("k")))
		}
		if got := b.Must(200, "GET", "time-entries", nil).Len("data"); got != 2 {
			s.t.Errorf("there are %d entries, want the first and the one of the batch", got)
		}
		refusal(s.t, b.Do("POST", "invoices/"+invoice+"/void", nil, key("k3")), 409, "InvoiceVoid", map[string]string{})
	})
}

// Row "Idempotency-Key": only 2xx answers are kept; a refused request may be
// retried under its key.
func TestRefusedRequestsKeepNoKey(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		refused := []struct {
			status     int
			path, body string
		}{
			{400, "invoices", `{}`},
			{422, "invoices", `{"contractId":"x","currencyCode":"EUR"}`},
			{409, "invoices", `{"contractId":"` + b.contract + `","currencyCode":"EUR","invoiceNumber":"taken"}`},
			{400, "invoices?expand=x", `{"contractId":"` + b.contract + `","currencyCode":"EUR"}`},
		}
		b.newInvoice("taken")
		for range 2 {
			for _, r := range refused {
				if a := b.Must(r.status, "POST", r.path, r.body, key("k")); a.Header.Get("Idempotency-Replayed") != "" {
					s.t.Errorf("a refusal was kept: %s", a.Body)
				}
			}
		}
		body := `{"contractId":"` + b.contract + `","currencyCode":"EUR","invoiceNumber":"free"}`
		first := b.Must(201, "POST", "invoices", body, key("k"))
		replayed(s.t, first, b.Must(201, "POST", "invoices", body, key("k")))
		refusal(s.t, b.Do("POST", "invoices", refused[2].body, key("k")), 422, "IdempotencyKeyReused", map[string]string{})
	})
}

// Row "Idempotency-Key": a key belongs to tenant, caller, method and route.
func TestScopeOfKeys(t *testing.T) {
	onEach(t, func(s *suite) {
		b, colleague := s.books(), s.books()
		body := `{"name":"K"}`
		first := b.Must(201, "POST", "clients", body, key("k"))
		fresh := func(what string, a *apitest.Answer) {
			s.t.Helper()
			if a.Header.Get("Idempotency-Replayed") != "" || a.Status >= 300 {
				s.t.Errorf("%s: %d, replayed %q: %s", what, a.Status, a.Header.Get("Idempotency-Replayed"), a.Body)
			}
		}
		fresh("another tenant", colleague.Do("POST", "clients", body, key("k")))
		member := s.NewMember(s.t, b.Tenant)
		fresh("another caller", member.Do("POST", "clients", body, key("k")))
		fresh("another route", b.Do("POST", "tenants", body, key("k")))
		fresh("another key", b.Do("POST", "clients", body, key("K")))
		second := *b.Client
		second.Tenant = b.Create("tenants", `{"name":"Second"}`)
		fresh("another tenant of the caller", second.Do("POST", "clients", body, key("k")))
		// A PUT or PATCH is repeatable by itself: the header says nothing there.
		one := "clients/" + dataOf(s.t, first).str("id")
		b.Must(200, "PATCH", one, `{"name":"L"}`, key("k"))
		b.Must(200, "PUT", one, `{"name":"M"}`, key("k"))
		// Another token of the caller is the same caller.
		secret := b.Must(201, "POST", "tokens", `{"name":"second"}`).Str("data.secret")
		replayed(s.t, first, b.Must(201, "POST", "clients", body, key("k"), apitest.Header("Authorization", "Bearer "+secret)))
	})
}

// Row "Idempotency-Key": 1 to 255 visible characters, once.
func TestFormOfKeys(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		for _, good := range []string{"a", strings.Repeat("k", 255), `"quoted" key, with; signs`, "8e03978e-40d5-43e8-bc93-6894a57f9324"} {
			c.Must(201, "POST", "clients", `{"name":"K"}`, key(good))
			c.Must(201, "POST", "clients", `{"name":"K"}`, key(good))
		}
		bad := map[string]apitest.Option{"too long": key(strings.Repeat("k", 256)), "not ASCII": key("ü"), "a tab": key("a\tb"),
			"empty":   func(r *http.Request) { r.Header["Idempotency-Key"] = []string{""} },
			"twofold": func(r *http.Request) { r.Header["Idempotency-Key"] = []string{"a", "b"} }}
		for what, opt := range bad {
			a := c.Do("POST", "clients", `{"name":"K"}`, opt)
			if a.Status != 400 || a.Errors()["Idempotency-Key"] != "NotAKey" {
				s.t.Errorf("%s: %d %s", what, a.Status, a.Body)
			}
		}
		if got := c.Must(200, "GET", "clients", nil).Len("data"); got != 4 {
			s.t.Errorf("there are %d clients, want one a key", got)
		}
	})
}

// Row "Idempotency-Key": an answer is kept for 30 days.
func TestKeysAreKeptFor30Days(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		const body = `{"name":"K"}`
		inTenant := b.Must(201, "POST", "clients", body, key("k"))
		outside := b.Must(201, "POST", "tenants", body, key("k"))
		s.clock.Advance(30*24*time.Hour - time.Minute)
		replayed(s.t, inTenant, b.Must(201, "POST", "clients", body, key("k")))
		replayed(s.t, outside, b.Must(201, "POST", "tenants", body, key("k")))
		s.clock.Advance(time.Minute)
		for path, before := range map[string]*apitest.Answer{"clients": inTenant, "tenants": outside} {
			again := b.Must(201, "POST", path, body, key("k"))
			if again.Header.Get("Idempotency-Replayed") != "" || again.Str("data.id") == before.Str("data.id") {
				s.t.Errorf("after 30 days %s still replays", path)
			}
			replayed(s.t, again, b.Must(201, "POST", path, body, key("k")))
		}
	})
}

// Row "Idempotency-Key": copies at the same moment wait, and get the replay.
func TestCopiesAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		for _, path := range []string{"clients", "tenants"} {
			s.run(path, func(s *suite) {
				c := s.user()
				answers := make([]*apitest.Answer, 10)
				atOnce(len(answers), func(i int) { answers[i] = c.Do("POST", path, `{"name":"K"}`, key("k")) })
				firsts := 0
				for _, a := range answers {
					if a.Header.Get("Idempotency-Replayed") == "" {
						firsts++
					}
					if a.Status != 201 || !bytes.Equal(a.Body, answers[0].Body) {
						s.t.Errorf("a copy got %d %s, another %s", a.Status, a.Body, answers[0].Body)
					}
				}
				if firsts != 1 {
					s.t.Errorf("%d of the copies are no replays, want one", firsts)
				}
			})
		}
	})
}

// Row "Idempotency-Key": an answer that carried a secret is kept without it.
func TestReplayOfASecret(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		answers := make([]*apitest.Answer, 4)
		atOnce(len(answers), func(i int) { answers[i] = c.Do("POST", "tokens", `{"name":"K"}`, key("k")) })
		var first *apitest.Answer
		for _, a := range answers {
			if a.Status == 201 {
				if first != nil {
					s.t.Errorf("two tokens were made: %s and %s", first.Str("data.id"), a.Str("data.id"))
				}
				first = a
			}
		}
		if first == nil {
			s.t.Fatalf("no token was made: %s", answers[0].Body)
		}
		copies := slices.DeleteFunc(answers, func(a *apitest.Answer) bool { return a == first })
		for _, a := range append(copies, c.Do("POST", "tokens", `{"name":"K"}`, key("k"))) {
			refusal(s.t, a, 409, "SecretNotRepeatable", map[string]string{})
			if a.Str("id") != first.Str("data.id") || strings.Contains(string(a.Body), first.Str("data.secret")) {
				s.t.Errorf("the replay names %q, want the token %s: %s", a.Str("id"), first.Str("data.id"), a.Body)
			}
		}
		refusal(s.t, c.Do("POST", "tokens", `{"name":"L"}`, key("k")), 422, "IdempotencyKeyReused", map[string]string{})
		if got := c.Must(200, "GET", "tokens", nil).Len("data"); got != 2 {
			s.t.Errorf("there are %d tokens, want the first and one more", got)
		}
	})
}
