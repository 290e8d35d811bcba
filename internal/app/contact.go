package app

import (
	"errors"

	"stint"
	"stint/internal/store"
)

// clientBefore takes a client's contacts along when it is deleted.
func clientBefore(tx *store.Tx, old, rec *stint.Client) error {
	if rec != nil {
		return nil
	}
	contacts, err := store.Contacts.Where(tx, "client_id", old.ID)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		if err := deleteUnder(tx, c); err != nil {
			return err
		}
		store.Contacts.Delete(tx, c, nil)
	}
	return nil
}

// deleteUnder deletes a contact's emails and addresses.
func deleteUnder(tx *store.Tx, c *stint.Contact) error {
	emails, err := store.Emails.Where(tx, "contact_id", c.ID)
	if err != nil {
		return err
	}
	for _, e := range emails {
		store.Emails.Delete(tx, e, nil)
	}
	addresses, err := store.Addresses.Where(tx, "contact_id", c.ID)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		store.Addresses.Delete(tx, a, nil)
	}
	return nil
}

// contactBefore keeps at most one default contact a client.
func contactBefore(tx *store.Tx, old, rec *stint.Contact) error {
	switch {
	case rec == nil:
		return deleteUnder(tx, old)
	case rec.IsDefault && (old == nil || !old.IsDefault):
		// Two contacts made the default at once would each miss the other.
		if err := lockParent(store.Clients, "/clientId")(tx, rec.Client); err != nil {
			return err
		}
		return tx.ClearDefault(rec.Client, rec.ID)
	}
	return nil
}

// contactLoaded fills in the ids of emails and addresses: two statements, however many contacts.
func contactLoaded(tx *store.Tx, contacts []*stint.Contact) error {
	ids := make([]string, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	emails, err := tx.ChildIDs("emails", ids)
	if err != nil {
		return err
	}
	addresses, err := tx.ChildIDs("addresses", ids)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		c.Emails, c.Addresses = emails[c.ID], addresses[c.ID]
	}
	return nil
}

// touchContact gives a contact a new version: the list of its emails or
// addresses, which is part of it, changed.
func touchContact(tx *store.Tx, id, field string) error {
	c, err := store.Contacts.GetToChange(tx, id)
	if errors.Is(err, store.ErrNoRow) {
		return stint.BadReference("/contactId", "contact")
	}
	if err != nil {
		return err
	}
	old := c.Version
	c.Version, c.UpdatedAt = old+1, max(tx.Now(), c.UpdatedAt)
	store.Contacts.Update(tx, c, old, []string{field}, nil)
	return nil
}
