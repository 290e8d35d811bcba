package app

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stint"
	"stint/internal/store"
)

// linkSeconds is how long a link to a document works.
const linkSeconds = 15 * 60

// Link is an address that answers a document without a token until it expires.
type Link struct {
	ID        string        `json:"id" example:"inv_mqxd1kc6bgtcc676xoqzax47" doc:"The invoice id."`
	URL       string        `json:"url" format:"uri" example:"https://stint.example.org/api/v1/invoices/inv_mqxd1kc6bgtcc676xoqzax47/pdf/download?tenant=tnt_cx0o4i8f0g950ul9gijig905&expires=1696518180000&signature=cIpkD4mUx7mXAXp6DAqhQg"`
	FileName  string        `json:"fileName" example:"2023-0001.pdf"`
	ExpiresIn stint.Int53   `json:"expiresIn" example:"900" doc:"Seconds."`
	ExpiresAt stint.Instant `json:"expiresAt"`
	CreatedAt stint.Instant `json:"createdAt"`
}

// PDFLink makes a link to the PDF of an invoice.
func PDFLink(ctx context.Context, a *App, c *Call, id string) (*Link, error) {
	var inv *stint.Invoice
	err := a.db.View(ctx, c.Scope, func(tx *store.Tx) (err error) {
		inv, err = store.Invoices.Get(tx, id)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil, stint.NoSuch("invoice")
	}
	if err != nil {
		return nil, err
	}
	now := a.db.Now()
	expires := now + linkSeconds*1000
	q := url.Values{"tenant": {c.Tenant}, "expires": {strconv.FormatInt(int64(expires), 10)},
		"signature": {a.linkSignature(c.Tenant, id, int64(expires))}}
	return &Link{ID: id, URL: a.baseURL + "/api/v1/invoices/" + id + "/pdf/download?" + q.Encode(),
		FileName: fileName(inv), ExpiresIn: linkSeconds, ExpiresAt: expires, CreatedAt: now}, nil
}

func (a *App) linkSignature(tenant, invoice string, expires int64) string {
	return base64.RawURLEncoding.EncodeToString(a.Sign("pdf", tenant, invoice, strconv.FormatInt(expires, 10)))
}

// fileName is the invoice's number where that is a safe name, else its id.
func fileName(inv *stint.Invoice) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, inv.InvoiceNumber)
	if strings.Trim(safe, "-.") == "" || len(safe) > 100 {
		safe = inv.ID
	}
	return safe + ".pdf"
}

// PDF answers the document of a signed link.
func PDF(ctx context.Context, a *App, tenant, id, expires, signature string) (pdf []byte, name string, err error) {
	bad := stint.NewError(stint.NotFound, "NotFound", "The link is not valid or has expired. Ask GET /api/v1/invoices/{invoiceId}/pdf for a new one.")
	at, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || !hmac.Equal([]byte(a.linkSignature(tenant, id, at)), []byte(signature)) || int64(a.db.Now()) >= at {
		return nil, "", bad
	}
	var doc stint.InvoiceDocument
	err = a.db.View(ctx, store.Scope{Tenant: tenant}, func(tx *store.Tx) (err error) {
		doc, err = invoiceDocument(tx, id)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil, "", bad
	}
	if err != nil {
		return nil, "", err
	}
	pdf, err = a.pdf(doc)
	return pdf, fileName(&doc.Invoice), err
}

// invoiceDocument gathers what is printed.
func invoiceDocument(tx *store.Tx, id string) (doc stint.InvoiceDocument, err error) {
	inv, err := store.Invoices.Get(tx, id)
	if err != nil {
		return doc, err
	}
	contract, err := store.Contracts.Get(tx, inv.Contract)
	if err != nil {
		return doc, err
	}
	client, err := store.Clients.Get(tx, contract.Client)
	if err != nil {
		return doc, err
	}
	tenant, err := tx.Self()
	if err != nil {
		return doc, err
	}
	doc = stint.InvoiceDocument{Tenant: tenant.Name, Client: client.Name, Contract: contract.Name, Invoice: *inv}
	query := store.ListQuery{Filters: []store.Filter{{Name: "invoiceId", Values: []any{id}}}, Limit: 100_000}
	_, err = store.Billables.List(tx, query, func(b *stint.Billable) { doc.Lines = append(doc.Lines, *b) })
	if err != nil {
		return doc, err
	}
	err = recipient(tx, client.ID, &doc)
	return doc, err
}

// recipient fills in the client's default contact and its first address.
func recipient(tx *store.Tx, client string, doc *stint.InvoiceDocument) error {
	contacts, err := store.Contacts.Where(tx, "client_id", client)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(contacts, func(c *stint.Contact) bool { return c.IsDefault })
	if i < 0 {
		return nil
	}
	c := contacts[i]
	doc.Contact = c.Name
	if c.Salutation != nil {
		doc.Contact = *c.Salutation + " " + c.Name
	}
	query := store.ListQuery{Filters: []store.Filter{{Name: "contactId", Values: []any{c.ID}}}, Limit: 1}
	_, err = store.Addresses.List(tx, query, func(ad *stint.Address) {
		for _, line := range []string{ad.Address1, ad.Address2, strings.TrimSpace(ad.Zip + " " + ad.City), ad.Region, ad.Country} {
			if line != "" {
				doc.Address = append(doc.Address, line)
			}
		}
	})
	return err
}
