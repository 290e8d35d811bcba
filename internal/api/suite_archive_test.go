package api_test

import (
	"strings"
	"testing"

	"stint/internal/apitest"
)

// Row "deletes": what cannot be deleted can be put away, and is found by that.
func TestArchive(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		b.Create("time-entries", b.item(nil))
		for path, id := range map[string]string{"clients": b.client, "contracts": b.contract, "projects": b.project} {
			one := path + "/" + id
			refusal(s.t, b.Do("DELETE", one, nil), 409, "HasDependents", map[string]string{})
			with := b.Must(200, "GET", path+"?archived=true", nil).Len("data")
			b.Must(200, "PATCH", one, raw{"archivedAt": `"2026-01-01T00:00:00Z"`})
			if got := b.Must(200, "GET", one, nil).Str("data.archivedAt"); got != "2026-01-01T00:00:00.000Z" {
				s.t.Errorf("%s is archived at %q", one, got)
			}
			away := b.Must(200, "GET", path+"?archived=true&ids="+id, nil).Len("data")
			inUse := b.Must(200, "GET", path+"?archived=false&ids="+id, nil).Len("data")
			both := b.Must(200, "GET", path+"?ids="+id, nil).Len("data")
			if away != 1 || inUse != 0 || both != 1 {
				s.t.Errorf("%s: %d among the archived, %d among those in use, %d of both", one, away, inUse, both)
			}
			b.Must(200, "PATCH", one, raw{"archivedAt": "null"})
			if n := b.Must(200, "GET", path+"?archived=true", nil).Len("data"); n != with {
				s.t.Errorf("%d %s are archived after one was taken back, want %d", n, path, with)
			}
		}
	})
}

// A base URL with a path, as behind a proxy, stands before what Location and Link lead to.
func TestBaseURLWithPath(t *testing.T) {
	onEach(t, func(s *suite) {
		for base, prefix := range map[string]string{"https://stint.example.org/pre/": "/pre", "https://stint.example.org/a/b": "/a/b", "https://stint.example.org": ""} {
			c := apitest.StartWith(s.t, s.Address, apitest.Options{BaseURL: base}).Client
			a := c.Must(201, "POST", "clients", `{"name":"ACME"}`)
			if got, want := a.Header.Get("Location"), prefix+"/api/v1/clients/"+a.Str("data.id"); got != want {
				s.t.Errorf("%s: Location is %s, want %s", base, got, want)
			}
			c.Create("clients", `{"name":"Second"}`)
			next := c.Must(200, "GET", "clients?limit=1", nil)
			if got, want := next.Header.Get("Link"), "<"+prefix+"/api/v1/clients?cursor="+next.Str("page.next")+`&limit=1>; rel="next"`; got != want {
				s.t.Errorf("%s: Link is %s, want %s", base, got, want)
			}
		}
	})
}

// Row "Idempotency-Key": a batch of which nothing was written may come again, corrected.
func TestRefusedBatchGivesItsKeyBack(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		key := apitest.Header("Idempotency-Key", "k")
		first := b.Must(200, "POST", "time-entries/batch", `{"items":[`+b.item(raw{"projectId": quote("prj_" + strings.Repeat("0", 24))})+`]}`, key)
		if got := sayBatch(resultsOf(s.t, first)); got != "422 UnknownReference" {
			s.t.Errorf("the first batch became %s", got)
		}
		second := b.Must(200, "POST", "time-entries/batch", `{"items":[`+b.item(nil)+`]}`, key)
		if got := sayBatch(resultsOf(s.t, second)); got != "201" || second.Header.Get("Idempotency-Replayed") != "" {
			s.t.Errorf("the corrected batch became %s", got)
		}
		third := b.Must(200, "POST", "time-entries/batch", `{"items":[`+b.item(nil)+`]}`, key)
		if third.Header.Get("Idempotency-Replayed") != "true" {
			s.t.Error("the copy of the corrected batch was no replay")
		}
	})
}

// Row "400": both references of a time entry that are wrong are told.
func TestBothReferencesAreTold(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		body := b.item(raw{"projectId": `"prj_no"`, "billableId": `"bil_no"`})
		want := map[string]string{"/projectId": "UnknownReference", "/billableId": "UnknownReference"}
		refusal(s.t, b.Do("POST", "time-entries", body), 422, "UnknownReference", want)
		refusal(s.t, b.Do("PUT", "time-entries/by-key/none", body), 422, "UnknownReference", want)
		refusal(s.t, b.Do("POST", "time-entries/batch", `{"atomic":true,"items":[`+body+`]}`), 422, "UnknownReference",
			map[string]string{"/items/0/projectId": "UnknownReference", "/items/0/billableId": "UnknownReference"})
	})
}

// If-None-Match: * creates, and replaces nothing (RFC 9110).
func TestPutByKeyOnlyToCreate(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		fresh := apitest.Header("If-None-Match", "*")
		b.Must(201, "PUT", "clients/by-key/k", `{"name":"A"}`, fresh)
		refusal(s.t, b.Do("PUT", "clients/by-key/k", `{"name":"B"}`, fresh), 412, "PreconditionFailed", map[string]string{})
		if got := b.Must(200, "GET", "clients/by-key/k", nil).Str("data.name"); got != "A" {
			s.t.Errorf("the client is called %s", got)
		}
	})
}
