package leak_test

import (
	"slices"
	"testing"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// Three operations may leave out tenant-id, because the contract says so; the
// matrix tries these in both ways. A fourth would be a decision.
func TestOptionalTenant(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, testdb.Engines()[0])
	var found []string
	for _, op := range operations(t, s.API.Document()) {
		if op.tenant() == "optional" {
			found = append(found, op.id)
		}
	}
	if want := []string{"deleteClient", "getContract", "getInvoicePdf"}; !slices.Equal(found, want) {
		t.Errorf("tenant-id is optional for %v, want %v", found, want)
	}
}

// Without tenant-id these operations look in every tenant of the caller: in
// none of another user's, and in none that the caller has left.
func TestWithoutTenant(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := apitest.Start(t, engine)
			ops := operations(t, s.API.Document())
			stranger := newWorld(t, s, s.NewUser(t), ops, "stranger", 500_000)
			second := s.For(t)
			second.Tenant = s.Create("tenants", `{"name":"Second"}`)
			own := newWorld(t, s, second, ops, "own", 100_000)
			for _, op := range ops {
				if op.tenant() != "optional" {
					continue
				}
				in := own.valid(op, nil)
				in.header["tenant-id"] = ""
				must(t, in, s.Client)
				out := stranger.valid(op, nil)
				out.header["tenant-id"] = ""
				if a := out.send(t, s.Client); a.Status != 404 {
					t.Errorf("%s of another user's record without tenant-id answered %d, want 404", op.id, a.Status)
				}
			}
			contract := own.id("contract")
			leave(t, s.Address, second.Tenant)
			s.Must(404, "GET", "contracts/"+contract, nil, apitest.Header("tenant-id", ""))
			s.Must(404, "GET", "contracts/"+contract, nil, apitest.Header("tenant-id", second.Tenant))
		})
	}
}

// The signed link of an invoice's PDF is good for that invoice of that tenant,
// while both are there.
func TestSignedLink(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := apitest.Start(t, engine)
			ops := operations(t, s.API.Document())
			ours := newWorld(t, s, s.Client, ops, "ours", 100_000)
			theirs := newWorld(t, s, s.NewUser(t), ops, "theirs", 500_000)
			invoice := ours.make("invoice", nil)
			link, other := ours.link(invoice), theirs.link(theirs.id("invoice"))
			get := func(path, query string) string { return face(s.Do("GET", path+"?"+query, nil), "") }
			s.Must(200, "GET", link.Path+"?"+link.RawQuery, nil, apitest.Header("Authorization", ""))
			mixed := link.Query()
			mixed.Set("tenant", theirs.Tenant)
			ours.delete("invoice", invoice)
			want := get("/api/v1/invoices/"+ours.never("invoice")+"/pdf/download", link.RawQuery)
			for name, got := range map[string]string{
				"of a deleted invoice":        get(link.Path, link.RawQuery),
				"used for another tenant's":   get(other.Path, link.RawQuery),
				"with another tenant's query": get(link.Path, other.RawQuery),
				"with another tenant":         get(other.Path, mixed.Encode()),
			} {
				if got != want {
					t.Errorf("a link %s answers\n%s\na made-up one\n%s", name, got, want)
				}
			}
		})
	}
}
