package app

import (
	"strconv"
	"strings"

	"stint"
	"stint/internal/store"
)

// noChildren answers 409 with the counts when something hangs under the record.
func noChildren(tx *store.Tx, noun, id string, of []store.Child) error {
	if len(of) == 0 {
		return nil
	}
	counts, err := tx.Children(id, of)
	if err != nil {
		return err
	}
	found := map[string]int64{}
	var words []string
	for i, n := range counts {
		if n > 0 {
			found[wireName(of[i].Table)] = n
			words = append(words, counted(n, strings.ReplaceAll(of[i].Table, "_", " ")))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return stint.NewError(stint.Conflict, "HasDependents",
		"The "+noun+" still has "+strings.Join(words, ", ")+". Delete those first.").With("dependents", found)
}

// counted is `1 contract` or `2 contracts`.
func counted(n int64, many string) string {
	if n == 1 {
		many = strings.TrimSuffix(strings.TrimSuffix(many, "s"), "ie")
		if strings.HasSuffix(many, "entr") {
			many += "y"
		}
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// wireName writes a table's name as the API does: time_entries is timeEntries.
func wireName(table string) string {
	parts := strings.Split(table, "_")
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
	}
	return strings.Join(parts, "")
}
