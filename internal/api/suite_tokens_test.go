package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"stint"
	"stint/internal/apitest"
)

// bearer sends another token than the client's own.
func bearer(secret string) apitest.Option {
	return apitest.Header("Authorization", "Bearer "+secret)
}

// Ours, tokens: the secret is shown once, in the answer that makes it.
func TestToken(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		a := c.Must(201, "POST", "tokens", `{"name":"CI","expiresAt":"2033-01-01T00:00Z"}`)
		made := dataOf(s.t, a)
		if want := []string{"id", "name", "user", "createdAt", "expiresAt", "scopes", "tenants", "hint", "secret"}; !slices.Equal(made.names, want) {
			s.t.Errorf("the members are %v, want %v", made.names, want)
		}
		secret := made.str("secret")
		if !strings.HasPrefix(secret, stint.TokenPrefix) || len(secret) < len(stint.TokenPrefix)+43 || !strings.HasSuffix(secret, made.str("hint")) || len(made.str("hint")) != 4 {
			s.t.Errorf("the secret is %s, its hint %s", secret, made.str("hint"))
		}
		if made.str("user") != c.User || made.str("expiresAt") != "2033-01-01T00:00:00.000Z" || a.Header.Get("Location") != "/api/v1/tokens/"+made.str("id") {
			s.t.Errorf("the token is %v at %s", made.values, a.Header.Get("Location"))
		}
		one := "tokens/" + made.str("id")
		for _, path := range []string{one, "tokens", "tokens?limit=10"} {
			got := c.Must(200, "GET", path, nil)
			if strings.Contains(string(got.Body), secret) || strings.Contains(string(got.Body), `"secret"`) || !strings.Contains(string(got.Body), made.str("id")) {
				s.t.Errorf("%s answers %s", path, got.Body)
			}
		}
		if got := c.Must(200, "GET", "users/me", nil, bearer(secret)).Str("data.id"); got != c.User {
			s.t.Errorf("the token acts as %s, want %s", got, c.User)
		}
		c.Must(201, "POST", "clients", `{"name":"x"}`, bearer(secret))
		plain := dataOf(s.t, c.Must(201, "POST", "tokens", `{"name":"CI"}`))
		if plain.values["expiresAt"] != nil || plain.str("secret") == secret {
			s.t.Errorf("a token without an end is %v", plain.names)
		}
		for _, method := range []string{"PUT", "PATCH"} {
			if a := c.Do(method, one, `{"name":"x"}`); a.Status != 405 || a.Header.Get("Allow") != "GET, HEAD, DELETE, OPTIONS" {
				s.t.Errorf("%s of a token: %d, Allow %s", method, a.Status, a.Header.Get("Allow"))
			}
		}
	})
}

// Ours, tokens: the limits of their fields; the end must be in the future.
func TestFieldsOfTokens(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		name := text(1, 255)
		for _, v := range name.good {
			if got := dataOf(s.t, c.Must(201, "POST", "tokens", raw{"name": v.sent})); !sameJSON(string(got.values["name"]), v.back) {
				s.t.Errorf("sent %.80s, answered %.80s", v.sent, got.values["name"])
			}
		}
		for _, v := range name.bad {
			invalid(s.t, c.Do("POST", "tokens", raw{"name": v.sent}), map[string]string{"/name": v.code})
		}
		for _, v := range instant().bad {
			invalid(s.t, c.Do("POST", "tokens", raw{"name": `"x"`, "expiresAt": v.sent}), map[string]string{"/expiresAt": v.code})
		}
		for _, past := range []string{`"2023-10-05T14:48:00.000Z"`, `"2000-02-29T00:00Z"`} {
			invalid(s.t, c.Do("POST", "tokens", raw{"name": `"x"`, "expiresAt": past}), map[string]string{"/expiresAt": "InThePast"})
		}
		c.Must(201, "POST", "tokens", `{"name":"x","expiresAt":null}`)
		invalid(s.t, c.Do("POST", "tokens", `{}`), map[string]string{"/name": "Required"})
		invalid(s.t, c.Do("POST", "tokens", `{"name":"x","secret":"y","user":"z","id":"i","hint":"h"}`),
			map[string]string{"/secret": "UnknownField", "/user": "UnknownField", "/id": "UnknownField", "/hint": "UnknownField"})
		if got := c.Must(200, "GET", "tokens", nil).Len("data"); got != 2+len(name.good) {
			s.t.Errorf("there are %d tokens, want %d: a refused request made one", got, 2+len(name.good))
		}
	})
}

// Ours, tokens: one is refused from the instant at which it expires.
func TestTokenExpires(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		end := s.clock.Now().Add(time.Hour)
		secret := c.Must(201, "POST", "tokens", raw{"name": `"x"`, "expiresAt": quote(stint.InstantOf(end).String())}).Str("data.secret")
		s.clock.Advance(time.Hour - time.Minute)
		c.Must(200, "GET", "clients", nil, bearer(secret))
		s.clock.Advance(time.Minute)
		refusal(s.t, c.Do("GET", "clients", nil, bearer(secret)), 401, "Unauthorized", map[string]string{})
		c.Must(200, "GET", "clients", nil)
	})
}

// Ours, tokens: a revoked one is refused from the next request on; nobody can
// see or revoke another user's.
func TestRevokeToken(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		colleague := s.NewMember(s.t, c.Tenant)
		made := dataOf(s.t, c.Must(201, "POST", "tokens", `{"name":"x"}`))
		one, secret := "tokens/"+made.str("id"), made.str("secret")
		c.Must(200, "GET", "clients", nil, bearer(secret))
		for _, method := range []string{"GET", "DELETE"} {
			foreign, unknown := colleague.Do(method, one, nil), colleague.Do(method, "tokens/tok_000000000000000000000000", nil)
			refusal(s.t, foreign, 404, "NotFound", map[string]string{})
			if plainBody(foreign) != plainBody(unknown) {
				s.t.Errorf("%s of another's token answers %s, of an unknown one %s", method, foreign.Body, unknown.Body)
			}
		}
		if a := colleague.Must(200, "GET", "tokens", nil); a.Len("data") != 1 {
			s.t.Errorf("the colleague sees %s", a.Body)
		}
		c.Must(200, "GET", "clients", nil, bearer(secret))
		c.Must(204, "DELETE", one, nil)
		refusal(s.t, c.Do("GET", "clients", nil, bearer(secret)), 401, "Unauthorized", map[string]string{})
		c.Must(404, "GET", one, nil)
		c.Must(404, "DELETE", one, nil)
		own := dataOf(s.t, c.Must(201, "POST", "tokens", `{"name":"x"}`))
		c.Must(204, "DELETE", "tokens/"+own.str("id"), nil, bearer(own.str("secret")))
		refusal(s.t, c.Do("GET", "tokens", nil, bearer(own.str("secret"))), 401, "Unauthorized", map[string]string{})
	})
}

// Ours, tokens: the last use is noted behind the requests, to the minute.
func TestLastUseOfTokens(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		made := dataOf(s.t, c.Must(201, "POST", "tokens", `{"name":"x"}`))
		one := "tokens/" + made.str("id")
		tend := func() {
			s.t.Helper()
			ctx, stop := context.WithCancel(s.t.Context())
			stop() // it writes what is noted when it ends
			s.App.Tend(ctx, func(err error) { s.t.Error(err) })
		}
		lastUse := func() string {
			s.t.Helper()
			return dataOf(s.t, c.Must(200, "GET", one, nil)).str("lastUsedAt")
		}
		tend()
		if got := lastUse(); got != "" {
			s.t.Errorf("a token that was never used was last used at %s", got)
		}
		before := stint.InstantOf(s.clock.Now()).String()
		c.Must(200, "GET", "clients", nil, bearer(made.str("secret")))
		after := stint.InstantOf(s.clock.Now()).String()
		tend()
		first := lastUse()
		if first <= before || first >= after {
			s.t.Errorf("the last use is %s, want one between %s and %s", first, before, after)
		}
		c.Must(200, "GET", "clients", nil, bearer(made.str("secret")))
		tend()
		if got := lastUse(); got != first {
			s.t.Errorf("a use within the minute is noted: %s after %s", got, first)
		}
		s.clock.Advance(2 * time.Minute)
		c.Must(200, "GET", "clients", nil, bearer(made.str("secret")))
		tend()
		if got := lastUse(); got <= first {
			s.t.Errorf("a later use is not noted: %s after %s", got, first)
		}
	})
}

// Ours, tokens: the newest first, whole and in pages.
func TestListOfTokens(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		var ids []string
		for range 7 {
			ids = append(ids, c.Create("tokens", `{"name":"x"}`))
		}
		slices.Reverse(ids)
		all := idsOf(s.t, c.Must(200, "GET", "tokens", nil))
		sameIDs(s.t, "the tokens", all[:7], ids)
		for _, limit := range []int{1, 3, 8, 1000} {
			sameIDs(s.t, "the tokens in pages", walk(s.t, c, "tokens", limit, nil), all)
		}
		good := c.Must(200, "GET", "tokens?limit=2", nil).Str("page.next")
		stranger := s.user()
		for _, a := range []*apitest.Answer{c.Do("GET", "tokens?cursor=x", nil), c.Do("GET", "tokens?cursor="+good[1:], nil), stranger.Do("GET", "tokens?cursor="+good, nil), c.Do("GET", "tenants?cursor="+good, nil)} {
			refusal(s.t, a, 400, "InvalidParameter", map[string]string{"cursor": "NotACursor"})
		}
		refusal(s.t, c.Do("GET", "tokens?limit=1001", nil), 400, "InvalidParameter", map[string]string{"limit": "OutOfRange"})
	})
}

// users/me is who the token acts as.
func TestCurrentUser(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		want := `{"data":{"id":"` + c.User + `","name":"Test User","email":"` + c.User + `@example.com"}}`
		if a := c.Must(200, "GET", "users/me", nil, apitest.Header("Tenant-Id", "")); string(a.Body) != want {
			s.t.Errorf("the caller is %s, want %s", a.Body, want)
		}
	})
}
