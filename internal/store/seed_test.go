package store_test

import (
	"context"
	"testing"

	"stint"
	"stint/internal/store"
)

// seeded is a tenant with a row in every table of tenants.
type seeded struct {
	tenant string
	row    map[string]string // the id of the row by table
}

func (s *seeded) scope() store.Scope { return store.Scope{Tenant: s.tenant, User: "usr"} }

func seed(tb testing.TB, db *store.DB) *seeded {
	tb.Helper()
	s := &seeded{tenant: db.IDs.New(stint.PrefixTenant), row: map[string]string{}}
	err := db.Do(context.Background(), s.scope(), func(tx *store.Tx) error {
		if err := tx.InsertTenant(&stint.Tenant{ID: s.tenant, Name: "Tenant", Version: 1}); err != nil {
			return err
		}
		id := func(table, prefix string) string {
			s.row[table] = tx.NewID(prefix)
			return s.row[table]
		}
		key := "key"
		client := &stint.Client{ID: id("clients", stint.PrefixClient), Name: "ACME", ExternalKey: &key, Version: 1}
		store.Clients.Insert(tx, client, nil)
		contact := &stint.Contact{ID: id("contacts", stint.PrefixContact), Client: client.ID, Name: "Ann", IsDefault: true, Version: 1}
		store.Contacts.Insert(tx, contact, nil)
		store.Emails.Insert(tx, &stint.Email{ID: id("emails", stint.PrefixEmail), Contact: contact.ID, Address: "a@example.com", Version: 1}, nil)
		store.Addresses.Insert(tx, &stint.Address{ID: id("addresses", stint.PrefixAddress), Contact: contact.ID, Version: 1}, nil)
		contract := &stint.Contract{ID: id("contracts", stint.PrefixContract), Client: client.ID, Name: "2024", CurrencyCode: "EUR", ExternalKey: &key, Version: 1}
		store.Contracts.Insert(tx, contract, nil)
		project := &stint.Project{ID: id("projects", stint.PrefixProject), Contract: contract.ID, Name: "API", ExternalKey: &key, Version: 1}
		store.Projects.Insert(tx, project, nil)
		invoice := &stint.Invoice{ID: id("invoices", stint.PrefixInvoice), Contract: contract.ID, Status: stint.Draft, InvoiceNumber: "2024-1", ExchangeRate: "1", CurrencyCode: "EUR", Version: 1}
		store.Invoices.Insert(tx, invoice, nil)
		billable := &stint.Billable{ID: id("billables", stint.PrefixBillable), Invoice: invoice.ID, Quantity: "1", CurrencyCode: "EUR", Version: 1}
		store.Billables.Insert(tx, billable, nil)
		store.TimeEntries.Insert(tx, &stint.TimeEntry{ID: id("time_entries", stint.PrefixTimeEntry), Project: project.ID, Billable: &billable.ID,
			Date: "2024-02-29", DurationSeconds: 3600, ExternalKey: &key, User: "usr", Version: 1}, nil)
		k := store.Key{User: "usr", Route: "POST /api/v1/clients", Key: "key"}
		s.row["idempotency_keys"] = k.Key
		if _, err := tx.ClaimKey(k, "hash"); err != nil {
			return err
		}
		tx.KeepAnswer(k, &store.Kept{BodyHash: "hash", Status: 201})
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	err = db.View(context.Background(), s.scope(), func(tx *store.Tx) error {
		return tx.Raw("SELECT id FROM events WHERE tenant_id = '"+s.tenant+"' AND type = 'client.created'", func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			s.row["events"] = id
			return err
		})
	})
	if err != nil || s.row["events"] == "" {
		tb.Fatal("no event was written:", err)
	}
	return s
}
