package stint

import "strings"

// Kind is the class of an error; each has one HTTP status (see internal/api).
type Kind int

// The kinds. Few on purpose: Code tells which rule it was.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	MethodNotAllowed
	Conflict
	Stale
	TooLarge
	UnsupportedMedia
	Unprocessable
	TooMany
	Unavailable
)

// Error is what any layer answers when it refuses. Code is stable and for
// machines (PascalCase); Message is for people and says what to do next.
type Error struct {
	Kind     Kind
	Code     string
	Message  string
	Problems []Problem
	// Extra members of the answer, such as the counts of HasDependents.
	Extra map[string]any
	// RetryAfter is in seconds; 0 means the caller is not told to come back.
	RetryAfter int
	// Allow lists the methods a path has, for MethodNotAllowed.
	Allow string
	cause error
}

// Problem is one thing wrong with a request: where (an RFC 6901 pointer into
// the body, or the name of a parameter), a code for machines, words for people.
type Problem struct {
	Pointer   string `json:"pointer,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	Code      string `json:"code"`
	Message   string `json:"message"`
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	b.WriteString(": ")
	b.WriteString(e.Message)
	for _, p := range e.Problems {
		b.WriteString("; ")
		b.WriteString(p.Pointer)
		b.WriteString(p.Parameter)
		b.WriteByte(' ')
		b.WriteString(p.Message)
	}
	if e.cause != nil {
		b.WriteString(" (")
		b.WriteString(e.cause.Error())
		b.WriteByte(')')
	}
	return b.String()
}

// Unwrap gives the cause, which is for the log and never for the caller.
func (e *Error) Unwrap() error { return e.cause }

// Because adds the cause for the log.
func (e *Error) Because(err error) *Error { e.cause = err; return e }

// With adds a member to the answer.
func (e *Error) With(name string, value any) *Error {
	if e.Extra == nil {
		e.Extra = map[string]any{}
	}
	e.Extra[name] = value
	return e
}

// Errorf-free constructors: the message is always a whole sentence.

// NewError makes an error of a kind.
func NewError(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// InvalidBody reports every problem of a request body at once.
func InvalidBody(problems []Problem) *Error {
	return &Error{Kind: Invalid, Code: "ValidationFailed",
		Message: "The request body is not valid. Each entry of `errors` says where and what to do.", Problems: problems}
}

// InvalidParameter reports problems of query or header parameters.
func InvalidParameter(problems ...Problem) *Error {
	return &Error{Kind: Invalid, Code: "InvalidParameter",
		Message: "A parameter is not valid. Each entry of `errors` says which and what to do.", Problems: problems}
}

// NoSuch is the one answer for what does not exist and for what belongs to
// another tenant: the two must be indistinguishable.
func NoSuch(noun string) *Error {
	return &Error{Kind: NotFound, Code: "NotFound",
		Message: "There is no such " + noun + " in this tenant. Check the id and the tenant-id header."}
}

// BadReference is a well-formed body that refers to something the tenant does not have.
func BadReference(pointer, noun string) *Error {
	return &Error{Kind: Unprocessable, Code: "UnknownReference",
		Message: "The request refers to something that is not in this tenant.",
		Problems: []Problem{{Pointer: pointer, Code: "UnknownReference",
			Message: "There is no such " + noun + " in this tenant; send the id of an existing one."}}}
}
