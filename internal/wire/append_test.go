package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"stint"
	"stint/internal/wire"
)

func TestAppendExample(t *testing.T) {
	entry := stint.TimeEntry{ID: "tsh_8f4d4gk1p9h2x0s7v3n5c1a9", Project: "prj_8f4d4gk1p9h2x0s7v3n5c1a9",
		Billable: new("bil_eym9hcqlh1m7v3d36blf0vfx"), Date: "2023-10-05", DurationSeconds: 3600,
		CreatedAt: 1696517280000, UpdatedAt: 1696517280000, Description: new("Implemented authentication flow."),
		ReferenceSource: new("JIRA"), ReferenceID: new("PROJ-123"), User: "usr_1", Version: 7}
	// The example of the contract, in its order; user is ours and stands last.
	want := `{"id":"tsh_8f4d4gk1p9h2x0s7v3n5c1a9","project":"prj_8f4d4gk1p9h2x0s7v3n5c1a9",` +
		`"billable":"bil_eym9hcqlh1m7v3d36blf0vfx","date":"2023-10-05","durationSeconds":3600,` +
		`"createdAt":"2023-10-05T14:48:00.000Z","updatedAt":"2023-10-05T14:48:00.000Z",` +
		`"description":"Implemented authentication flow.","referenceSource":"JIRA","referenceId":"PROJ-123","user":"usr_1"}`
	if got := wire.Of[stint.TimeEntry]().Append([]byte("x"), &entry, nil); string(got) != "x"+want {
		t.Errorf("got  %s\nwant x%s", got, want)
	}
}

func appended[T any](t *testing.T, rec T, exp wire.Expanded, want string) {
	t.Helper()
	got := wire.Of[T]().Append(nil, &rec, exp)
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !jsontext.Value(got).IsValid() {
		t.Errorf("not JSON: %s", got)
	}
}

func TestAppendUnset(t *testing.T) {
	const times = `"createdAt":"1970-01-01T00:00:00.000Z","updatedAt":"1970-01-01T00:00:00.000Z"`
	appended(t, stint.TimeEntry{}, nil, `{"id":"","project":"","billable":null,"date":"","durationSeconds":0,`+times+`}`)
	appended(t, stint.Address{}, nil, `{"id":"","contact":"","address1":"","address2":"","region":"","country":"","city":"","zip":"",`+times+`}`)
	appended(t, stint.Contact{}, nil, `{"id":"","client":"","emails":[],"addresses":[],"name":"","isDefault":false,`+times+`}`)
	appended(t, stint.Billable{Quantity: "1.5"}, nil, `{"id":"","invoice":"","description":"","quantity":1.5,"amountMinor":0,"currencyCode":"",`+times+`}`)
	appended(t, stint.Billable{Metadata: stint.Metadata(`{"a": 1}`), Order: new(stint.Int53(0))}, nil,
		`{"id":"","invoice":"","description":"","quantity":0,"amountMinor":0,"currencyCode":"",`+times+`,"metadata":{"a": 1},"order":0}`)
	appended(t, stint.User{ID: "u"}, nil, `{"id":"u","name":null,"email":null}`)
	appended(t, stint.Problem{Code: "C", Message: "m"}, nil, `{"code":"C","message":"m"}`)
	appended(t, struct{}{}, nil, `{}`)
	appended(t, struct {
		First *string        `json:"first"`
		Meta  stint.Metadata `json:"meta" zero:"keep"`
		Raw   wire.Raw       `json:"raw"`
		None  []string       `json:"none,omitempty"`
	}{}, nil, `{"meta":null}`)
}

func TestAppendNested(t *testing.T) {
	appended(t, outer{inner: inner{Name: "n"}, Ptr: &inner{Note: new("x")}, Many: []inner{{Count: 1}, {Count: -2}},
		Flag: new(false), Day: new(stint.Date("2023-10-05")), Ratio: new(stint.Decimal("0.1")), Mode: "FAST", Tags: []string{"a", `"`}}, nil,
		`{"name":"n","count":0,"plain":{"name":"","count":0},"ptr":{"name":"","note":"x","count":0},`+
			`"many":[{"name":"","count":1},{"name":"","count":-2}],"flag":false,"day":"2023-10-05","ratio":0.1,"temp":0,`+
			`"mode":"FAST","tags":["a","\""]}`)
}

func TestAppendExpanded(t *testing.T) {
	exp := wire.Expanded{
		"client": {"c1": []byte(`{"id":"c1"}`)},
		"emails": {"e2": []byte(`{"id":"e2"}`)},
		"name":   {"n": []byte(`{}`)}, // not a reference
	}
	appended(t, stint.Contact{Client: "c1", Emails: []string{"e1", "e2"}, Addresses: []string{"e2"}, Name: "n"}, exp,
		`{"id":"","client":{"id":"c1"},"emails":["e1",{"id":"e2"}],"addresses":["e2"],"name":"n","isDefault":false,`+
			`"createdAt":"1970-01-01T00:00:00.000Z","updatedAt":"1970-01-01T00:00:00.000Z"}`)
}

func TestAppendString(t *testing.T) {
	for s, want := range map[string]string{
		"":                            `""`,
		"a b":                         `"a b"`,
		"\"\\/\b\f\n\r\t\x00\x1f\x7f": `"\"\\/\b\f\n\r\t\u0000\u001f` + "\x7f" + `"`,
		"<é>&\u2028\U0001F600":        "\"<é>&\u2028\U0001F600\"",
		"a\xffb\xed\xa0\x80":          "\"a\ufffdb\ufffd\ufffd\ufffd\"",
	} {
		got := wire.AppendString([]byte("."), s)
		if string(got) != "."+want || !json.Valid(got[1:]) {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}
