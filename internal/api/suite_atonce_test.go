package api_test

import (
	"database/sql"
	"fmt"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"stint/internal/apitest"
	"stint/internal/store"
)

// besides opens the suite's database past the API, for what no operation does.
func besides(s *suite) *sql.DB {
	s.t.Helper()
	driver, name := "sqlite", "file:"+s.Address+"?_pragma=busy_timeout(10000)"
	if store.IsPostgres(s.Address) {
		driver, name = "pgx", s.Address
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = db.Close() })
	return db
}

// Row "401 / 403 / 404": a tenant is 404 from the first request after the
// caller's membership ends; the caller's other tenants are not touched.
func TestMembershipEnds(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		second := *b.Client
		second.Tenant = b.Create("tenants", `{"name":"Second"}`)
		colleague := s.NewMember(s.t, b.Tenant)
		colleague.Must(200, "GET", "clients", nil)
		b.Must(200, "GET", "clients", nil)
		if _, err := besides(s).ExecContext(s.t.Context(), "DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2", b.Tenant, b.User); err != nil {
			s.t.Fatal(err)
		}
		unknown := b.Do("GET", "clients", nil, apitest.Header("Tenant-Id", "tnt_000000000000000000000000"))
		for _, path := range []string{"clients", "clients/" + b.client, "contracts/" + b.contract, "invoices/" + b.invoice + "/pdf"} {
			a := b.Do("GET", path, nil)
			refusal(s.t, a, 404, "NotFound", map[string]string{})
			if plainBody(a) != plainBody(unknown) {
				s.t.Errorf("%s of a tenant that was left answers %s, of an unknown one %s", path, a.Body, unknown.Body)
			}
		}
		none := apitest.Header("Tenant-Id", "")
		for _, path := range []string{"contracts/" + b.contract, "invoices/" + b.invoice + "/pdf", "tenants/" + b.Tenant} {
			refusal(s.t, b.Do("GET", path, nil, none), 404, "NotFound", map[string]string{})
		}
		refusal(s.t, b.Do("DELETE", "clients/"+b.client, nil, none), 404, "NotFound", map[string]string{})
		refusal(s.t, b.Do("PATCH", "tenants/"+b.Tenant, `{"name":"Mine"}`), 404, "NotFound", map[string]string{})
		sameIDs(s.t, "the tenants", idsOf(s.t, b.Must(200, "GET", "tenants", nil)), []string{second.Tenant})
		second.Must(201, "POST", "clients", `{"name":"x"}`)
		colleague.Must(200, "GET", "clients/"+b.client, nil)
	})
}

// Row "ETag": of changes at once that carry the same If-Match one is made; of
// those that carry none no one is lost.
func TestChangesAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		eachSpec(s, patch, func(sp *spec, b *books) {
			t := b.t
			one := sp.one(t, b.Client, sp.most(b, create))
			etag := b.Must(200, "GET", one, nil).Header.Get("ETag")
			field, value := firstChange(sp)
			answers := make([]*apitest.Answer, 6)
			atOnce(len(answers), func(i int) {
				answers[i] = b.Do("PATCH", one, raw{field: otherThan(sp.field(field), value)}, apitest.Header("If-Match", etag))
			})
			made := 0
			for _, a := range answers {
				switch a.Status {
				case 200:
					made++
				case 412:
				default:
					t.Errorf("answered %d %s", a.Status, a.Body)
				}
			}
			if made != 1 {
				t.Errorf("%d of the changes with one If-Match were made, want one", made)
			}
			var fields []*fieldSpec
			for i := range sp.fields {
				if f := &sp.fields[i]; f.in(patch) && f.other != "" && f.other != f.sample && f.name != field {
					fields = append(fields, f)
				}
			}
			atOnce(len(fields), func(i int) { b.Do("PATCH", one, raw{fields[i].name: fields[i].other}) })
			last := b.Must(200, "GET", one, nil)
			for _, f := range fields {
				if got := string(dataOf(t, last).values[f.answer()]); !sameJSON(got, f.other) {
					t.Errorf("the change of %s to %s is lost: %s", f.name, f.other, got)
				}
			}
			if want := fmt.Sprintf(`"%d"`, 2+len(fields)); last.Header.Get("ETag") != want {
				t.Errorf("after %d changes the ETag is %s, want %s", 1+len(fields), last.Header.Get("ETag"), want)
			}
		})
	})
}

// Row "Idempotency-Key": a copy that has waited for 5 s is told to come back;
// then the request is done once.
func TestKeyInUse(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		invoice := b.newInvoice("K-1")
		tx, err := besides(s).BeginTx(s.t.Context(), nil)
		if err != nil {
			s.t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		// As another program would that takes its time with the same row.
		if store.IsPostgres(s.Address) {
			if _, err := tx.ExecContext(s.t.Context(), "SELECT set_config('stint.tenant', $1, true)", b.Tenant); err != nil {
				s.t.Fatal(err)
			}
		}
		if _, err := tx.ExecContext(s.t.Context(), "UPDATE invoices SET version = version WHERE tenant_id = $1 AND id = $2", b.Tenant, invoice); err != nil {
			s.t.Fatal(err)
		}
		path := "invoices/" + invoice + "/finalize"
		told := make(chan *apitest.Answer, 2)
		for range 2 {
			go func() { told <- b.Do("POST", path, nil, key("k")) }()
		}
		first := <-told
		refusal(s.t, first, 409, "IdempotencyKeyInUse", map[string]string{})
		if first.Header.Get("Retry-After") == "" {
			s.t.Error("the answer does not say when to come back")
		}
		if err := tx.Rollback(); err != nil {
			s.t.Fatal(err)
		}
		second := <-told
		if second.Status != 200 && second.Status != 409 {
			s.t.Errorf("the other copy was answered %d %s", second.Status, second.Body)
		}
		last := b.Must(200, "POST", path, nil, key("k"))
		if second.Status == 200 {
			replayed(s.t, second, last)
		}
		refusal(s.t, b.Do("POST", path, nil), 409, "InvoiceFinalized", map[string]string{})
	})
}
