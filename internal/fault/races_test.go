package fault

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// A client has one default contact, however many are made it at once.
func TestOneDefaultContact(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		const n = 8
		client := s.Create("clients", `{"name":"ACME"}`)
		var contacts []string
		for i := range n {
			contacts = append(contacts, s.Create("contacts", map[string]any{"clientId": client, "name": fmt.Sprint(i), "isDefault": i == 0, "order": i}))
		}
		for range testdb.Scale(2, 15, 100) {
			want(t, atOnce(n, func(i int) *apitest.Answer {
				return s.Do("PATCH", "contacts/"+contacts[i], `{"isDefault":true}`)
			}), map[string]int{"200": n})
			want(t, atOnce(n, func(i int) *apitest.Answer {
				return s.Do("POST", "contacts", map[string]any{"clientId": client, "name": "new", "isDefault": true, "order": i})
			}), map[string]int{"201": n})
			list, _ := s.Must(200, "GET", "contacts?clientId="+client, nil).At("data").([]any)
			defaults := 0
			for _, c := range list {
				if c.(map[string]any)["isDefault"] == true {
					defaults++
				}
			}
			if defaults != 1 {
				t.Errorf("the client has %d default contacts, want 1", defaults)
			}
		}
	})
}

// Of those who read the same version one writes; the rest are told that it changed.
func TestOneIfMatchWins(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		const n = 20
		id := s.Create("clients", `{"name":"0"}`)
		for range testdb.Scale(3, 20, 200) {
			etag := s.Must(200, "GET", "clients/"+id, nil).Header.Get("ETag")
			answers := atOnce(n, func(i int) *apitest.Answer {
				return s.Do("PATCH", "clients/"+id, map[string]any{"name": etag + fmt.Sprint(i)}, apitest.Header("If-Match", etag))
			})
			want(t, answers, map[string]int{"200": 1, "412 PreconditionFailed": n - 1})
			for _, a := range answers {
				if now := s.Must(200, "GET", "clients/"+id, nil); a.Status == 200 && !bytes.Equal(a.Body, now.Body) {
					t.Errorf("the change that won answered %s, and now there is %s", a.Body, now.Body)
				}
			}
		}
	})
}

// Changes without If-Match all happen, one after another.
func TestChangesWithoutIfMatchAllHappen(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		const n = 20
		w := newWork(s.Client)
		invoice := newInvoice(s.Client, w.contract, "1")
		id := s.Create("clients", `{"name":"0"}`)
		want(t, atOnce(n, func(i int) *apitest.Answer {
			return s.Do("PATCH", "clients/"+id, map[string]any{"name": fmt.Sprint("n", i)})
		}), map[string]int{"200": n})
		if etag := s.Must(200, "GET", "clients/"+id, nil).Header.Get("ETag"); etag != fmt.Sprintf(`"%d"`, n+1) {
			t.Errorf("after %d changes the ETag is %s", n, etag)
		}
		want(t, atOnce(n, func(i int) *apitest.Answer {
			return s.Do("POST", "billables", map[string]any{"invoiceId": invoice, "billables": []any{line(i), line(2 * i)}})
		}), map[string]int{"201": n})
		if got := s.Must(200, "GET", "billables?invoiceId="+invoice, nil).Len("data"); got != 2*n {
			t.Errorf("the invoice has %d lines, want %d", got, 2*n)
		}
	})
}

// An external key has one owner.
func TestOneOwnerOfAnExternalKey(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		const n = 20
		w := newWork(s.Client)
		for round := range testdb.Scale(2, 10, 100) {
			key := fmt.Sprint("key-", round)
			want(t, atOnce(n, func(int) *apitest.Answer {
				return s.Do("POST", "time-entries", map[string]any{"projectId": w.project, "date": "2023-10-05", "durationSeconds": 60, "externalKey": key})
			}), map[string]int{"201": 1, "409 ExternalKeyTaken": n - 1})
			want(t, atOnce(n, func(int) *apitest.Answer {
				return s.Do("POST", "clients", map[string]any{"name": "x", "externalKey": key})
			}), map[string]int{"201": 1, "409 ExternalKeyTaken": n - 1})
			want(t, atOnce(n, func(int) *apitest.Answer {
				return s.Do("POST", "invoices", map[string]any{"contractId": w.contract, "invoiceNumber": key, "currencyCode": "EUR"})
			}), map[string]int{"201": 1, "409 NumberTaken": n - 1})
		}
	})
}

// Several who put the same new key make one resource: one creates it, the others replace it.
func TestPutByKeyAtOnce(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		w := newWork(s.Client)
		for round := range testdb.Scale(5, 30, 200) {
			for n := 2; n <= 8; n += 6 {
				key := fmt.Sprintf("key-%d-%d", round, n)
				answers := atOnce(n, func(i int) *apitest.Answer {
					return s.Do("PUT", "time-entries/by-key/"+key, map[string]any{"projectId": w.project, "date": "2023-10-05", "durationSeconds": 60 + i})
				})
				want(t, answers, map[string]int{"200": n - 1, "201": 1})
				for _, a := range answers {
					if a.Str("data.id") != answers[0].Str("data.id") {
						t.Errorf("one key has two resources: %s and %s", a.Body, answers[0].Body)
					}
				}
			}
		}
	})
}

// Batches that put the same keys at once make one entry for each.
func TestBatchesWithTheSameKeys(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		const n, items = 8, 10
		w := newWork(s.Client)
		for round := range testdb.Scale(2, 10, 100) {
			answers := atOnce(n, func(i int) *apitest.Answer {
				var list []any
				for k := range items {
					if i%2 == 1 { // half of them in the other direction
						k = items - 1 - k
					}
					list = append(list, map[string]any{"projectId": w.project, "date": "2023-10-05", "durationSeconds": 60 + i, "externalKey": fmt.Sprintf("%d-%d", round, k)})
				}
				return s.Do("POST", "time-entries/batch", map[string]any{"mode": "upsert", "atomic": i%4 < 2, "items": list})
			})
			want(t, answers, map[string]int{"200": n})
			created := 0
			for _, a := range answers {
				for i := range a.Len("data") {
					switch st := a.Str(fmt.Sprintf("data.%d.status", i)); st {
					case "201":
						created++
					case "200":
					default:
						t.Errorf("an item of a batch answered %s: %s", st, a.Str(fmt.Sprintf("data.%d.error.detail", i)))
					}
				}
			}
			if created != items {
				t.Errorf("%d keys were created %d times", items, created)
			}
		}
	})
}

// A client that is being deleted takes no new contract: either the one or the other.
func TestDeleteClientAgainstContract(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		for range testdb.Scale(8, 60, 500) {
			client := s.Create("clients", `{"name":"ACME"}`)
			s.Create("contacts", map[string]any{"clientId": client, "name": "x", "order": 0, "isDefault": true})
			a := atOnce(3, func(i int) *apitest.Answer {
				switch i {
				case 0:
					return s.Do("DELETE", "clients/"+client, nil)
				case 1:
					return s.Do("POST", "contracts", map[string]any{"clientId": client, "name": "2023", "amountMinor": 1, "currencyCode": "EUR"})
				}
				return s.Do("POST", "contacts", map[string]any{"clientId": client, "name": "y", "order": 1, "isDefault": true})
			})
			end := s.Do("GET", "clients/"+client, nil).Status
			contracts := s.Must(200, "GET", "contracts?clientId="+client, nil).Len("data")
			contacts := s.Must(200, "GET", "contacts?clientId="+client, nil).Len("data")
			switch {
			case a[0].Status == 204 && a[1].Status == 422 && end == 404 && contracts == 0 && contacts == 0:
			case a[0].Status == 409 && a[1].Status == 201 && end == 200 && contracts == 1 && contacts >= 1:
			default:
				t.Errorf("no order of deletion and creation answers %v and leaves %d with %d contracts and %d contacts", tally(a), end, contracts, contacts)
			}
			if st := a[2].Status; st != 201 && st != 422 {
				t.Errorf("the new contact answered %d: %s", st, a[2].Body)
			}
		}
	})
}

// The last of several orders stands, whole.
func TestReordersAtOnce(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		const n, members = 8, 10
		client := s.Create("clients", `{"name":"ACME"}`)
		contract := s.Create("contracts", map[string]any{"clientId": client, "name": "2023", "amountMinor": 12000, "currencyCode": "EUR"})
		invoice := newInvoice(s.Client, contract, "1")
		var projects, lines, contacts []string
		for i := range members {
			projects = append(projects, s.Create("projects", map[string]any{"contractId": contract, "name": fmt.Sprint(i)}))
			lines = append(lines, s.Must(201, "POST", "billables", map[string]any{"invoiceId": invoice, "billables": []any{line(i)}}).Str("data.0.id"))
			contacts = append(contacts, s.Create("contacts", map[string]any{"clientId": client, "name": fmt.Sprint(i), "order": i, "isDefault": i == 0}))
		}
		for range testdb.Scale(1, 8, 50) {
			reorders(t, s.Client, n, "projects", "contractId", contract, projects)
			reorders(t, s.Client, n, "billables", "invoiceId", invoice, lines)
			reorders(t, s.Client, n, "contacts", "clientId", client, contacts)
		}
	})
}

func reorders(t *testing.T, s *apitest.Client, n int, path, parent, id string, members []string) {
	t.Helper()
	orders := make([][]string, n)
	for i := range orders {
		orders[i] = slices.Clone(members)
		rand.Shuffle(len(members), func(a, b int) { orders[i][a], orders[i][b] = orders[i][b], orders[i][a] })
	}
	want(t, atOnce(n, func(i int) *apitest.Answer {
		return s.Do("POST", path+"/order", map[string]any{parent: id, "ids": orders[i]})
	}), map[string]int{"200": n})
	var now []string
	list, _ := s.Must(200, "GET", path+"?"+parent+"="+id, nil).At("data").([]any)
	for _, m := range list {
		now = append(now, m.(map[string]any)["id"].(string))
	}
	if !slices.ContainsFunc(orders, func(o []string) bool { return slices.Equal(o, now) }) {
		t.Errorf("%s stand in an order that nobody asked for", path)
	}
}
