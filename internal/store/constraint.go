package store

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"stint"
)

// ConstraintError is a constraint that a statement broke.
type ConstraintError struct {
	Unique     bool // else a foreign key
	Constraint string
	cause      error
}

func (e *ConstraintError) Error() string { return "constraint: " + e.cause.Error() }

// Unwrap gives the driver's error.
func (e *ConstraintError) Unwrap() error { return e.cause }

var errClosing = stint.NewError(stint.Unavailable, "ShuttingDown",
	"The server is stopping. Send the request again in a moment, with the same Idempotency-Key.")

func unavailable(err error) error {
	e := stint.NewError(stint.Unavailable, "DatabaseUnavailable",
		"The database does not answer now. Send the request again in a moment, with the same Idempotency-Key.")
	e.RetryAfter = 1
	return e.Because(err)
}

// The result codes of SQLite that mean something to a caller.
const (
	sqliteFull       = 13
	sqliteBusy       = 5
	sqliteIO         = 10
	sqliteReadOnly   = 8
	sqliteForeignKey = 787
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
)

func sqliteError(err error) error {
	var e *sqliteFaultError
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch code := e.code; {
	case code == sqliteForeignKey:
		return &ConstraintError{cause: err}
	case code == sqliteUnique, code == sqlitePrimaryKey:
		return &ConstraintError{Unique: true, Constraint: sqliteConstraint(err.Error()), cause: err}
	case code&0xff == sqliteFull:
		return stint.NewError(stint.Unavailable, "StorageFull",
			"The disk of the server is full. Nothing was written; send the request again when there is room.").Because(err)
	case code&0xff == sqliteBusy, code&0xff == sqliteIO, code&0xff == sqliteReadOnly:
		return unavailable(err)
	}
	return err
}

var uniqueColumns = regexp.MustCompile(`UNIQUE constraint failed: ([a-z_., ]+)`)

// sqliteConstraint makes PostgreSQL's name of a broken index from SQLite's
// words, which list the columns: `clients.tenant_id, clients.external_key`
// is clients_external_key.
func sqliteConstraint(words string) string {
	m := uniqueColumns.FindStringSubmatch(words)
	if m == nil {
		return ""
	}
	var parts []string
	table := ""
	for c := range strings.SplitSeq(m[1], ",") {
		t, col, _ := strings.Cut(strings.TrimSpace(c), ".")
		table = t
		if col != "tenant_id" {
			parts = append(parts, col)
		}
	}
	return table + "_" + strings.Join(parts, "_")
}

var citusTail = regexp.MustCompile(`_\d+$`)

func postgresError(err error) error {
	if err == nil {
		return nil
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var se *stint.Error
		if errors.As(err, &se) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		// Anything else is the connection.
		return unavailable(err)
	}
	switch e.Code {
	case "23503":
		return &ConstraintError{Constraint: citusTail.ReplaceAllString(e.ConstraintName, ""), cause: err}
	case "23505":
		return &ConstraintError{Unique: true, Constraint: citusTail.ReplaceAllString(e.ConstraintName, ""), cause: err}
	case "53100":
		return stint.NewError(stint.Unavailable, "StorageFull",
			"The disk of the database is full. Nothing was written; send the request again when there is room.").Because(err)
	case "55P03":
		return ErrLocked
	}
	if class := e.Code[:2]; class == "57" || class == "53" || class == "08" || class == "25" {
		return unavailable(err)
	}
	return err
}

// ErrLocked says that another transaction held a row for too long.
var ErrLocked = func() *stint.Error {
	e := stint.NewError(stint.Unavailable, "Busy", "Another request holds what this one needs. Nothing was changed; send it again in a moment.")
	e.RetryAfter = 1
	return e
}()

// settle turns the result of a queued statement into the transaction's error.
func (s *statement) settle(n int64, err error) error {
	if err != nil {
		if s.fail != nil {
			return s.fail(err)
		}
		return err
	}
	if s.rows != nil {
		return s.rows(n)
	}
	return nil
}
