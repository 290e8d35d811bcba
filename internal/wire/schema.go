package wire

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// Patterns of the reference, word for word. They stand in the document only:
// Go's regular expressions have no lookahead, so the check is ValidEmail,
// ParseDate and ParseInstant.
var Patterns = struct{ EmailAddress, CalendarDate, DateTimeUtc string }{
	EmailAddress: `^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$`,
	CalendarDate: calendarDate + `$`,
	DateTimeUtc:  calendarDate + `T(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z))$`,
}

const calendarDate = `^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|` +
	`\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|1\d|2[0-8])))`

// Answer is the schema of what Append writes. refSchema gives the schema of a
// noun that a field can refer to, such as "client".
func (s *Shape) Answer(refSchema func(noun string) *huma.Schema) *huma.Schema {
	object := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
	for i := range s.fields {
		f := &s.fields[i]
		object.Properties[f.name] = f.answer(refSchema)
		if f.always() {
			object.Required = append(object.Required, f.name)
		}
	}
	return object
}

// Request is the schema of what Decode takes. Optional fields take null.
func (s *Shape) Request(op Op) *huma.Schema {
	object := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	r := &s.requests[op.number()]
	for i, f := range r.fields {
		p := f.request(op)
		p.Description, p.Examples = f.describe(p.Description), f.examples()
		if f.optional(op) {
			nullable(p)
		}
		object.Properties[f.sent] = p
		if r.need>>i&1 != 0 {
			object.Required = append(object.Required, f.sent)
		}
	}
	return object
}

// nullable makes null one of the values. (An anyOf gets it as one of its own.)
func nullable(p *huma.Schema) {
	switch {
	case p.Type != "":
		p.Nullable = true
		if p.Enum != nil {
			p.Enum = append(p.Enum, nil)
		}
	case p.AnyOf != nil:
		p.AnyOf = append(p.AnyOf, &huma.Schema{Type: "null"})
	}
}

func (f *field) answer(refSchema func(string) *huma.Schema) *huma.Schema {
	p := f.schema()
	switch {
	case f.ref != "" && f.kind == kindList:
		p.Items = idOr(refSchema(f.ref))
	case f.ref != "":
		p = idOr(refSchema(f.ref))
	case f.kind == kindObject:
		p = f.shape.Answer(refSchema)
	case f.kind == kindList:
		p.Items = f.item.answer(refSchema)
	case f.kind == kindString && f.named():
		f.lengths(p)
	}
	if f.keep && (f.pointer || f.kind == kindMetadata) {
		nullable(p)
	}
	p.Description, p.Examples = f.describe(p.Description), f.examples()
	return p
}

// named tells whether the string is one of the reference's components with
// limits, Name255 and CurrencyCode: those keep them in answers. All its other
// strings have none there, which leaves us free to take longer ones one day.
func (f *field) named() bool {
	return f.minLength == 1 && f.maxLength == 255 || f.format == "currency"
}

func idOr(object *huma.Schema) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString}, object}}
}

func (f *field) request(op Op) *huma.Schema {
	p := f.schema()
	switch f.kind {
	case kindString:
		f.lengths(p)
		if f.format == "email" {
			p.Pattern = Patterns.EmailAddress
		}
	case kindInstant:
		p.Description = "UTC only (trailing Z, no offset); seconds and fraction are optional."
	case kindObject:
		// A new object in a patch must be whole, one that is there need not be.
		p = f.shape.Request(op)
	case kindList:
		p.Items = f.item.request(op.inside())
		p.MinItems, p.MaxItems = atLeast(f.minItems), atMost(f.maxItems)
	}
	return p
}

// schema is what is said of the type in requests and answers alike.
func (f *field) schema() *huma.Schema {
	p := &huma.Schema{}
	switch f.kind {
	case kindString:
		p.Type = huma.TypeString
		for _, value := range f.enum {
			p.Enum = append(p.Enum, value)
		}
		if f.format != "currency" { // not a format that others know
			p.Format = f.format
		}
	case kindBool:
		p.Type = huma.TypeBoolean
	case kindInt, kindDecimal:
		p.Type = huma.TypeNumber
		if f.kind == kindInt {
			p.Type = huma.TypeInteger
		}
		p.Minimum, p.ExclusiveMinimum = f.low.keywords()
		p.Maximum, p.ExclusiveMaximum = f.high.keywords()
	case kindInstant:
		p.Type, p.Format, p.Pattern = huma.TypeString, "date-time", Patterns.DateTimeUtc
	case kindDate:
		p.Type, p.Format, p.Pattern = huma.TypeString, "date", Patterns.CalendarDate
	case kindObject:
		p.Type = huma.TypeObject
	case kindMetadata:
		p.Type, p.AdditionalProperties = huma.TypeObject, true
		p.Description = "Free-form object."
	case kindList:
		p.Type = huma.TypeArray
	}
	return p
}

func (f *field) lengths(p *huma.Schema) {
	p.MinLength, p.MaxLength = atLeast(f.minLength), atMost(f.maxLength)
}

func (b bound) keywords() (inclusive, exclusive *float64) {
	if b.exclusive {
		return nil, b.float()
	}
	return b.float(), nil
}

func atLeast(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func atMost(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}

func (f *field) describe(otherwise string) string {
	if f.doc != "" {
		return f.doc
	}
	return otherwise
}

func (f *field) examples() []any {
	switch {
	case f.example == "":
		return nil
	case f.kind == kindInt, f.kind == kindDecimal:
		return []any{json.Number(f.example)}
	case f.kind == kindBool:
		return []any{f.example == "true"}
	}
	return []any{f.example}
}
