package leak_test

import (
	"fmt"
	"net/http"

	"stint/internal/apitest"
)

// refuses tells that requests with a foreign value at a place change nothing.
func refuses(op *operation, shape map[string]any, p place) bool {
	switch p.kind {
	case pathID, bodyID, bodyIDs, ifMatch, cursor, signature:
		return shape["atomic"] != false
	case pathKey:
		return !op.writes()
	case filterID, filterIDs, ifNoneMatch:
		return true
	case bodyKey, bodyText, idempotencyKey, tenantHeader, kinds:
	}
	return false
}

// expectation is what the answer has to be when a foreign value stands at a
// place. Equal answers alone would let a request pass that is refused for
// another reason.
func expectation(op *operation, shape map[string]any, p place) func(*apitest.Answer) string {
	switch p.kind {
	case pathID, signature:
		return status(http.StatusNotFound)
	case pathKey:
		if !op.writes() {
			return status(http.StatusNotFound)
		}
	case filterID:
		return listed(0)
	case filterIDs:
		return listed(1)
	case bodyID, bodyIDs:
		if shape["atomic"] == false {
			return itemRefused
		}
		return status(http.StatusUnprocessableEntity)
	case cursor:
		return status(http.StatusBadRequest)
	case ifMatch:
		return status(http.StatusPreconditionFailed)
	case bodyKey, bodyText, ifNoneMatch, idempotencyKey, tenantHeader, kinds:
	}
	return taken
}

func status(want int) func(*apitest.Answer) string {
	return func(a *apitest.Answer) string {
		if a.Status != want {
			return fmt.Sprintf("the answer has to be %d", want)
		}
		return ""
	}
}

func taken(a *apitest.Answer) string {
	if a.Status >= http.StatusMultipleChoices || a.Header.Get("Idempotency-Replayed") != "" {
		return "the request has to be taken, as if nobody else had used the value"
	}
	return ""
}

func refused(a *apitest.Answer) string {
	if a.Status < http.StatusBadRequest && itemRefused(a) != "" {
		return "the request has to be refused"
	}
	return ""
}

func listed(n int) func(*apitest.Answer) string {
	return func(a *apitest.Answer) string {
		if a.Status != http.StatusOK || a.Len("data") != n {
			return fmt.Sprintf("the list has to have %d records", n)
		}
		return ""
	}
}

func itemRefused(a *apitest.Answer) string {
	if a.Status != http.StatusOK || a.Str("data.0.status") != "422" {
		return "the item has to be refused with 422"
	}
	return ""
}
