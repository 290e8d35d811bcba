package admin

import (
	"context"
	"errors"
	"fmt"

	"stint"
	"stint/internal/store"
)

// First is what the first start made: enough for a first request.
type First struct {
	Token, Tenant, Project, Billable string
}

// errNotFirst ends a first start that another process was faster with.
var errNotFirst = errors.New("not the first start")

// FirstStart makes a user, a tenant with one of each noun, and a token, when
// there is no user yet; otherwise it answers nil. Either all of it is there or none.
func (a *Admin) FirstStart(ctx context.Context) (*First, error) {
	err := a.db.GlobalView(ctx, func(g *store.GlobalTx) error {
		_, err := g.OldestUser()
		return err
	})
	if err == nil || !errors.Is(err, store.ErrNoRow) {
		return nil, err
	}
	var f *First
	scope := store.Scope{Tenant: a.app.NewID(stint.PrefixTenant), User: a.app.NewID(stint.PrefixUser)}
	err = a.db.Do(ctx, scope, func(tx *store.Tx) (err error) {
		f, err = a.first(tx)
		return err
	})
	if errors.Is(err, errNotFirst) {
		return nil, nil
	}
	return f, err
}

func (a *Admin) first(tx *store.Tx) (*First, error) {
	g := tx.Global()
	// Of two servers that start at once, the second waits here for the first.
	switch id, err := g.KeepSetting(firstUser, tx.User); {
	case err != nil:
		return nil, err
	case id != tx.User:
		return nil, errNotFirst
	}
	name := "Owner"
	if err := g.InsertUser(&stint.User{ID: tx.User, Name: &name}); err != nil {
		return nil, err
	}
	t := &stint.Tenant{ID: tx.Tenant, Name: "My company", CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
	if err := tx.InsertTenant(t); err != nil {
		return nil, err
	}
	if err := g.InsertMembership(stint.Membership{TenantID: tx.Tenant, UserID: tx.User, Role: stint.RoleOwner}); err != nil {
		return nil, err
	}
	client := insert(tx, store.Clients, &stint.Client{Name: "Example client"})
	contract := insert(tx, store.Contracts, &stint.Contract{Client: client.ID, Name: "Example contract", AmountMinor: 100_00, CurrencyCode: "EUR"})
	project := insert(tx, store.Projects, &stint.Project{Contract: contract.ID, Name: "Example project"})
	invoice := &stint.Invoice{Contract: contract.ID, Status: stint.Draft, ExchangeRate: "1", CurrencyCode: "EUR", AmountMinor: 100_00}
	invoice = draft(tx, invoice)
	billable := insert(tx, store.Billables, &stint.Billable{Invoice: invoice.ID, Description: "Development", Quantity: "1", AmountMinor: 100_00, CurrencyCode: "EUR"})
	token, err := a.app.IssueToken(g, tx.User, &stint.Token{Name: "First start"})
	if err != nil {
		return nil, err
	}
	return &First{Token: token.Secret, Tenant: tx.Tenant, Project: project.ID, Billable: billable.ID}, nil
}

// draft writes a new invoice that has no number yet.
func draft(tx *store.Tx, i *stint.Invoice) *stint.Invoice {
	i.ID, i.CreatedAt, i.UpdatedAt, i.Version = tx.NewID(stint.PrefixInvoice), tx.Now(), tx.Now(), 1
	i.InvoiceNumber = stint.PlaceholderNumber(i.ID)
	store.Invoices.Insert(tx, i, nil)
	return i
}

// Curl is the contract's example as a command to paste.
func (f *First) Curl(baseURL string) string {
	return fmt.Sprintf(`curl %s/api/v1/time-entries \
  -H 'Authorization: Bearer %s' \
  -H 'Content-Type: application/json' \
  -H 'tenant-id: %s' \
  -d '{"projectId":"%s","date":"2023-10-05","durationSeconds":3600,"billableId":"%s","description":"Implemented authentication flow.","referenceSource":"JIRA","referenceId":"PROJ-123"}'`,
		baseURL, f.Token, f.Tenant, f.Project, f.Billable)
}
