package wire

import (
	"fmt"
	"strings"
)

// expectation says what to send, so that it can follow "send".
func (f *field) expectation() string {
	switch f.kind {
	case kindBool:
		return "true or false"
	case kindInt:
		return fmt.Sprintf("an integer from %d to %d", f.low.integer, f.high.integer)
	case kindDecimal:
		return "a number " + f.numberRange() + "of up to 34 significant digits"
	case kindInstant:
		return "an instant in UTC, such as 2023-10-05T14:48:00.000Z"
	case kindDate:
		return "a calendar day as YYYY-MM-DD, such as 2023-10-05"
	case kindObject, kindMetadata:
		return "a JSON object"
	case kindRaw:
		return "a JSON value"
	case kindList:
		of := map[kind]string{kindString: "strings", kindObject: "objects", kindRaw: "values"}[f.item.kind]
		if f.ref != "" {
			of = "ids"
		}
		return "an array of " + span(f.minItems, f.maxItems, of)
	}
	switch {
	case f.ref != "":
		return "the id of " + withArticle(f.ref) + " as a string"
	case f.enum != nil:
		return "one of " + strings.Join(f.enum, ", ")
	case f.format == "currency":
		return "an ISO 4217 currency code in upper case, such as EUR"
	case f.format == "email":
		return f.length("an email address") + ", such as name@example.com"
	}
	return f.length("a string")
}

func (f *field) length(what string) string {
	if f.minLength == 0 && f.maxLength < 0 {
		return what
	}
	return what + " of " + span(f.minLength, f.maxLength, "characters")
}

// span says how many: "1 to 255 characters".
func span(low, high int, what string) string {
	switch {
	case low == high:
		return fmt.Sprintf("exactly %d %s", low, what)
	case high < 0 && low == 0:
		return what
	case high < 0:
		return fmt.Sprintf("at least %d %s", low, what)
	case low == 0:
		return fmt.Sprintf("at most %d %s", high, what)
	}
	return fmt.Sprintf("%d to %d %s", low, high, what)
}

func (f *field) numberRange() string {
	var parts []string
	if f.low.set {
		parts = append(parts, map[bool]string{false: "not below ", true: "above "}[f.low.exclusive]+f.low.decimal.String())
	}
	if f.high.set {
		parts = append(parts, map[bool]string{false: "not above ", true: "below "}[f.high.exclusive]+f.high.decimal.String())
	}
	if parts == nil {
		return ""
	}
	return strings.Join(parts, ", ") + ", "
}

func withArticle(noun string) string {
	if strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
