package store

import (
	"strings"

	"stint"
)

// Children counts what hangs under a record: one statement, in the order asked.
func (tx *Tx) Children(id string, of []Child) ([]int64, error) {
	parts := make([]string, len(of))
	counts := make([]int64, len(of))
	dest := make([]any, len(of))
	for i, c := range of {
		parts[i] = "(SELECT COUNT(*) FROM " + c.Table + " WHERE tenant_id = $1 AND " + c.Column + " = $2)"
		dest[i] = &counts[i]
	}
	err := tx.row("SELECT "+strings.Join(parts, ", "), []any{id}, dest...)
	return counts, err
}

// Child is a table whose rows refer to a record by a column.
type Child struct{ Table, Column string }

// ClearDefault takes isDefault from the client's contacts but one, and answers them.
func (tx *Tx) ClearDefault(client, but string) error {
	others, err := Contacts.Where(tx, "client_id", client)
	if err != nil {
		return err
	}
	for _, c := range others {
		if c.IsDefault && c.ID != but {
			old := c.Version
			c.IsDefault, c.Version, c.UpdatedAt = false, old+1, tx.now
			Contacts.Update(tx, c, old, []string{"is_default"}, nil)
		}
	}
	return nil
}

// ContractOfProject is the contract a project belongs to, or ErrNoRow.
func (tx *Tx) ContractOfProject(project string) (string, error) {
	var id string
	err := tx.row(`SELECT contract_id FROM projects WHERE tenant_id = $1 AND id = $2`, []any{project}, &id)
	return id, err
}

// EntriesOfInvoice reads the time entries billed by an invoice's billables.
func (tx *Tx) EntriesOfInvoice(invoice string) ([]*stint.TimeEntry, error) {
	return TimeEntries.all(tx, "SELECT "+strings.Join(TimeEntries.cols, ", ")+` FROM time_entries
		WHERE tenant_id = $1 AND billable_id IN (SELECT b.id FROM billables b WHERE b.tenant_id = $1 AND b.invoice_id = $2)`, invoice)
}

// ChildIDs reads, for each contact, the ids of its emails or addresses in their order.
func (tx *Tx) ChildIDs(table string, contacts []string) (map[string][]string, error) {
	out := map[string][]string{}
	for len(contacts) > 0 {
		n := min(len(contacts), idsPerStatement)
		list, args := inList(contacts[:n], 2)
		contacts = contacts[n:]
		err := tx.query(`SELECT contact_id, id FROM `+table+` WHERE tenant_id = $1 AND contact_id IN (`+list+`)
			ORDER BY `+nullsLast+`, created_at, id`, args, func(scan scan) error {
			var contact, id string
			if err := scan(&contact, &id); err != nil {
				return err
			}
			out[contact] = append(out[contact], id)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
