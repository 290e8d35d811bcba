package main

import (
	"errors"
	"strings"

	"stint"
)

// words is an error as one line for the operator.
func words(err error) string {
	var e *stint.Error
	if !errors.As(err, &e) {
		return oneLine(err.Error())
	}
	message := e.Message
	switch e.Code { // the API's words are for its callers
	case "DatabaseUnavailable":
		message = "the database does not answer. Check that it runs, and --database."
	case "StorageFull":
		message = "the disk of the database is full. Nothing was written; make room and run it again."
	}
	for _, p := range e.Problems {
		message += " " + p.Message
	}
	if cause := errors.Unwrap(e); cause != nil {
		message += " (" + cause.Error() + ")"
	}
	return oneLine(message)
}

// oneLine folds a text of several lines.
func oneLine(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		text := strings.TrimSpace(line)
		switch {
		case text == "":
			continue
		case b.Len() == 0:
		case strings.HasPrefix(line, "\t"), strings.HasSuffix(b.String(), ":"):
			b.WriteString(" ")
		default:
			b.WriteString("; ")
		}
		b.WriteString(text)
	}
	return b.String()
}
