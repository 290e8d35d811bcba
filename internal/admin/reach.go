package admin

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"stint/internal/store"
)

// Reached says of an error of the disk or the connection what it is and what to
// do, in few words: a driver's own name every address that was tried.
func Reached(address string, err error) error {
	switch {
	case err == nil:
		return nil
	case store.IsPostgres(address):
		return reachedPostgres(err)
	case strings.Contains(err.Error(), "disk is full"):
		return fmt.Errorf("the disk of %s is full. Nothing was written; make room and run it again", address)
	case strings.Contains(err.Error(), "disk I/O error"):
		return fmt.Errorf("the disk of %s does not take what is written: disk I/O error. Check that it has room and is sound", address)
	case strings.Contains(err.Error(), "database disk image is malformed"), strings.Contains(err.Error(), "malformed database schema"):
		return fmt.Errorf("the database file %s is damaged: SQLite finds it malformed. Stop every Stint that uses it, and restore a backup", address)
	}
	return err
}

func reachedPostgres(err error) error {
	var dns *net.DNSError
	var network *net.OpError
	var refused interface {
		error
		SQLState() string
	}
	switch {
	case strings.Contains(err.Error(), "server refused TLS connection"): // pgx has no value for it
		return errors.New("PostgreSQL has no TLS, which sslmode in --database asks for. Switch it on in the server (ssl = on), or, on a network that nobody else hears, use sslmode=disable")
	case errors.As(err, &dns):
		return fmt.Errorf("PostgreSQL's host is not known: %w. Check the name in --database", dns)
	case errors.As(err, &network):
		return fmt.Errorf("PostgreSQL does not answer: %w. Check that it runs, and the host and port in --database", network)
	case !errors.As(err, &refused):
		return err
	}
	switch state := refused.SQLState(); {
	case strings.HasPrefix(state, "28"):
		return fmt.Errorf("PostgreSQL refuses the user: %w. Check the user and password in --database", refused)
	case state == "3D000":
		return fmt.Errorf("PostgreSQL has no such database: %w. Create it, or name another in --database", refused)
	case state == "42501":
		return fmt.Errorf("PostgreSQL does not let the user do this: %w. Connect with --database as the user that made the tables, or have it grant the right", refused)
	case state == "53100":
		return fmt.Errorf("PostgreSQL's disk is full: %w. Nothing was written; make room and run it again", refused)
	case strings.HasPrefix(state, "57P"), strings.HasPrefix(state, "53"):
		return fmt.Errorf("PostgreSQL takes no connections now: %w. Try again in a moment", refused)
	}
	return err
}
