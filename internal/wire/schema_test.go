package wire_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"stint"
	"stint/internal/wire"
)

func ref(noun string) *huma.Schema { return &huma.Schema{Ref: "#/" + noun} }

// property gives one property of a schema as its JSON.
func property(t *testing.T, s *huma.Schema, name string) string {
	t.Helper()
	text, err := json.Marshal(s.Properties[name])
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(jsonText(wire.Patterns.DateTimeUtc), `"DATETIME"`, jsonText(wire.Patterns.CalendarDate), `"DATE"`,
		jsonText(wire.Patterns.EmailAddress), `"EMAIL"`).Replace(string(text))
}

func jsonText(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestAnswerSchema(t *testing.T) {
	entry := wire.Of[stint.TimeEntry]().Answer(ref)
	if want := []string{"id", "project", "billable", "date", "durationSeconds", "createdAt", "updatedAt"}; !slices.Equal(entry.Required, want) {
		t.Errorf("required %v", entry.Required)
	}
	if entry.Type != "object" || entry.AdditionalProperties != nil {
		t.Error("an answer may grow")
	}
	contact, email := wire.Of[stint.Contact]().Answer(ref), wire.Of[stint.Email]().Answer(ref)
	billable, invoice := wire.Of[stint.Billable]().Answer(ref), wire.Of[stint.Invoice]().Answer(ref)
	for _, c := range []struct {
		schema     *huma.Schema
		name, want string
	}{
		{entry, "id", `{"examples":["tsh_8f4d4gk1p9h2x0s7v3n5c1a9"],"type":"string"}`},
		{entry, "project", `{"anyOf":[{"type":"string"},{"$ref":"#/project"}]}`},
		{entry, "billable", `{"anyOf":[{"type":"string"},{"$ref":"#/billable"},{"type":"null"}],"description":"null while the entry is unbilled."}`},
		{entry, "date", `{"format":"date","pattern":"DATE","type":"string"}`},
		{entry, "durationSeconds", `{"examples":[3600],"exclusiveMinimum":0,"maximum":9007199254740991,"type":"integer"}`},
		{entry, "createdAt", `{"format":"date-time","pattern":"DATETIME","type":"string"}`},
		{entry, "description", `{"examples":["Implemented authentication flow."],"type":"string"}`},
		{contact, "name", `{"examples":["Anna Schmidt"],"maxLength":255,"minLength":1,"type":"string"}`},
		{contact, "emails", `{"description":"Ids in their order, or the emails themselves under expand=emails.","items":{"anyOf":[{"type":"string"},{"$ref":"#/email"}]},"type":"array"}`},
		{email, "address", `{"examples":["anna@example.org"],"format":"email","type":"string"}`},
		{billable, "metadata", `{"additionalProperties":true,"description":"Free-form object.","type":"object"}`},
		{invoice, "status", `{"enum":["DRAFT","FINALIZED","VOID"],"type":"string"}`},
		{wire.Of[stint.User]().Answer(ref), "email", `{"examples":["anna@example.org"],"format":"email","type":["string","null"]}`},
		{wire.Of[stint.Problem]().Answer(ref), "code", `{"type":"string"}`},
	} {
		if diff := cmp.Diff(c.want, property(t, c.schema, c.name)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	if got := wire.Of[stint.Problem]().Answer(ref).Required; !slices.Equal(got, []string{"code", "message"}) {
		t.Errorf("required %v", got)
	}
	if _, ok := entry.Properties["Version"]; ok || len(entry.Properties) != 12 {
		t.Errorf("%d properties", len(entry.Properties))
	}
}

func TestRequestSchema(t *testing.T) {
	create, replace, patch := wire.Of[stint.Contact]().Request(wire.Create), wire.Of[stint.Contact]().Request(wire.Replace), wire.Of[stint.Contact]().Request(wire.Patch)
	for _, c := range []struct {
		schema   *huma.Schema
		required []string
		names    int
	}{
		{create, []string{"clientId", "name", "isDefault"}, 5},
		{replace, []string{"name", "isDefault", "order"}, 4},
		{patch, nil, 4},
	} {
		if c.schema.AdditionalProperties != false || !slices.Equal(c.schema.Required, c.required) || len(c.schema.Properties) != c.names {
			t.Errorf("%v %v %d", c.schema.AdditionalProperties, c.schema.Required, len(c.schema.Properties))
		}
	}
	const place = `{"description":"Place in lists; those without come last.","maximum":9007199254740991,"minimum":0,"type":`
	entry := wire.Of[stint.TimeEntry]().Request(wire.Create)
	for _, c := range []struct {
		schema     *huma.Schema
		name, want string
	}{
		{create, "clientId", `{"type":"string"}`},
		{create, "order", place + `["integer","null"]}`},
		{replace, "order", place + `"integer"}`},
		{patch, "order", place + `["integer","null"]}`},
		{patch, "name", `{"examples":["Anna Schmidt"],"maxLength":255,"minLength":1,"type":"string"}`},
		{patch, "salutation", `{"maxLength":50,"type":["string","null"]}`},
		{patch, "isDefault", `{"description":"Setting it clears it on the client's other contacts.","type":"boolean"}`},
		{entry, "billableId", `{"description":"null while the entry is unbilled.","type":["string","null"]}`},
		{entry, "date", `{"format":"date","pattern":"DATE","type":"string"}`},
		{entry, "referenceSource", `{"examples":["JIRA"],"maxLength":255,"type":["string","null"]}`},
		{wire.Of[stint.Email]().Request(wire.Create), "address", `{"examples":["anna@example.org"],"format":"email","maxLength":200,"minLength":1,"pattern":"EMAIL","type":"string"}`},
		{wire.Of[stint.Contract]().Request(wire.Patch), "currencyCode", `{"description":"ISO 4217, upper case.","examples":["EUR"],"maxLength":3,"minLength":3,"type":"string"}`},
		{wire.Of[stint.Contract]().Request(wire.Patch), "validFrom", `{"description":"UTC only (trailing Z, no offset); seconds and fraction are optional.","format":"date-time","pattern":"DATETIME","type":["string","null"]}`},
		{wire.Of[stint.Billable]().Request(wire.Create), "metadata", `{"additionalProperties":true,"description":"Free-form object.","type":["object","null"]}`},
		{wire.Of[order]().Request(wire.Create), "ids", `{"items":{"maxLength":8,"minLength":1,"type":"string"},"maxItems":4,"type":"array"}`},
		{wire.Of[rawBatch]().Request(wire.Create), "extra", `{}`},
		{wire.Of[outer]().Request(wire.Patch), "mode", `{"enum":["FAST","SLOW",null],"type":["string","null"]}`},
		{wire.Of[outer]().Request(wire.Patch), "ratio", `{"exclusiveMaximum":1.5,"exclusiveMinimum":-0.5,"type":["number","null"]}`},
		{wire.Of[outer]().Request(wire.Patch), "temp", `{"maximum":40,"minimum":-40,"type":["integer","null"]}`},
	} {
		if diff := cmp.Diff(c.want, property(t, c.schema, c.name)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	nested := wire.Of[batch]().Request(wire.Create).Properties["billables"]
	if *nested.MinItems != 1 || *nested.MaxItems != 3 || nested.Items.AdditionalProperties != false || len(nested.Items.Required) != 4 {
		t.Errorf("%+v", nested)
	}
}

func TestNestedAnswerSchema(t *testing.T) {
	const object = `{"properties":{"count":{"maximum":9007199254740991,"minimum":-9007199254740991,"type":"integer"},` +
		`"name":{"type":"string"},"note":{"type":"string"}},"required":["name","count"],"type":"object"}`
	answer := wire.Of[outer]().Answer(ref)
	for name, want := range map[string]string{"plain": object, "ptr": object,
		"many": `{"items":` + object + `,"type":"array"}`, "tags": `{"items":{"type":"string"},"type":"array"}`} {
		if diff := cmp.Diff(want, property(t, answer, name)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	examples := wire.Of[struct {
		Count int           `json:"count" example:"5"`
		Rate  stint.Decimal `json:"rate" example:"1.50"`
		On    bool          `json:"on" example:"true"`
	}]().Answer(ref)
	for name, want := range map[string]string{"count": "[5]", "rate": "[1.50]", "on": "[true]"} {
		if got := property(t, examples, name); !strings.Contains(got, `"examples":`+want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestSchemasAreFresh: a caller may change what it got.
func TestSchemasAreFresh(t *testing.T) {
	first := wire.Of[outer]().Request(wire.Create)
	first.Properties["mode"].Enum[0] = "changed"
	if second := wire.Of[outer]().Request(wire.Create); second.Properties["mode"].Enum[0] != "FAST" {
		t.Error("schemas share memory")
	}
}
