package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stint"
	"stint/internal/wire"
)

func TestDecodeExample(t *testing.T) {
	var got stint.TimeEntry
	if problems := decode(t, wire.Create, exampleBody, &got); problems != nil {
		t.Fatal(problems)
	}
	want := stint.TimeEntry{Project: "prj_8f4d4gk1p9h2x0s7v3n5c1a9", Billable: new("bil_eym9hcqlh1m7v3d36blf0vfx"),
		Date: "2023-10-05", DurationSeconds: 3600, Description: new("Implemented authentication flow."),
		ReferenceSource: new("JIRA"), ReferenceID: new("PROJ-123")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeAllProblemsInOrder(t *testing.T) {
	wants[stint.TimeEntry](t, wire.Create,
		`{"durationSeconds":0,"x":1,"Date":"2023-10-05","description":7,"durationSeconds":1,"externalKey":"","billableId":"a\u0000"}`,
		"/durationSeconds TooSmall", "/x UnknownField", "/Date UnknownField", "/description WrongType",
		"/durationSeconds DuplicateKey", "/externalKey TooShort", "/billableId NullCharacter",
		"/projectId Required", "/date Required")
	wants[batch](t, wire.Create, `{"billables":[{"description":"a","quantity":-1,"amountMinor":1.5,"currencyCode":"eur"},`+
		`{"description":"b","quantity":1,"amountMinor":1,"currencyCode":"EUR","metadata":{"a/b":{"~":"\u0000","~":1}}},`+
		`null],"invoiceId":null}`,
		"/billables/0/quantity TooSmall", "/billables/0/amountMinor NotInteger", "/billables/0/currencyCode NotACurrency",
		"/billables/1/metadata/a~1b/~0 NullCharacter", "/billables/1/metadata/a~1b/~0 DuplicateKey",
		"/billables/2 WrongType", "/invoiceId Required")
}

func TestDecodeValues(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"durationSeconds", `3600.0`, ""},
		{"durationSeconds", `3.6e3`, ""},
		{"durationSeconds", `9007199254740991`, ""},
		{"durationSeconds", `3600.5`, "NotInteger"},
		{"durationSeconds", `"3600"`, "WrongType"},
		{"durationSeconds", `0`, "TooSmall"},
		{"durationSeconds", `-0`, "TooSmall"},
		{"durationSeconds", `-1`, "TooSmall"},
		{"durationSeconds", `-1e99`, "TooSmall"},
		{"durationSeconds", `9007199254740991.4`, "NotInteger"},
		{"durationSeconds", `9007199254740992`, "TooLarge"},
		{"durationSeconds", `1e999999999999`, "TooLarge"},
		{"durationSeconds", `true`, "WrongType"},
		{"durationSeconds", `[1]`, "WrongType"},
		{"durationSeconds", `null`, "Required"},
		{"date", `"2000-02-29"`, ""},
		{"date", `"20\u00323-10-05"`, ""},
		{"date", `"2023-02-29"`, "NotADate"},
		{"date", `"1900-02-29"`, "NotADate"},
		{"date", `"2023-10-05T00:00:00Z"`, "NotADate"},
		{"date", `""`, "NotADate"},
		{"date", `20231005`, "WrongType"},
		{"projectId", `""`, ""},
		{"projectId", `{"id":"x"}`, "WrongType"},
		{"externalKey", `""`, "TooShort"},
		{"externalKey", `"` + strings.Repeat("\U0001F600", 255) + `"`, ""},
		{"externalKey", `"` + strings.Repeat("\U0001F600", 256) + `"`, "TooLong"},
		{"externalKey", `"` + strings.Repeat(`\ud83d\ude00`, 255) + `"`, ""},
		{"externalKey", `"` + strings.Repeat(`\ud83d\ude00`, 256) + `"`, "TooLong"},
		{"description", `"` + strings.Repeat("é", 1024) + `"`, ""},
		{"description", `"` + strings.Repeat("é", 1025) + `"`, "TooLong"},
		{"description", `""`, ""},
		{"description", `"a` + "\u2028" + `\n\u007f"`, ""},
		{"description", `"\u0000"`, "NullCharacter"},
		{"description", `"\ud800"`, "LoneSurrogate"},
		{"description", `"\udc00\ud800"`, "LoneSurrogate"},
		{"description", `"\ud800\u0041"`, "LoneSurrogate"},
		{"description", "\"\xff\"", "InvalidUTF8"},
		{"description", "\"\xed\xa0\x80\"", "InvalidUTF8"},
		{"description", "\"\xc0\x80\"", "InvalidUTF8"},
	} {
		fields := map[string]string{"projectId": `"p"`, "date": `"2023-10-05"`, "durationSeconds": "1"}
		fields[c.name] = c.value
		var members []string
		for name, value := range fields {
			members = append(members, `"`+name+`":`+value)
		}
		var want []string
		if c.want != "" {
			want = []string{"/" + c.name + " " + c.want}
		}
		wants[stint.TimeEntry](t, wire.Create, "{"+strings.Join(members, ",")+"}", want...)
	}
}

func TestDecodeOtherKinds(t *testing.T) {
	for body, want := range map[string]string{
		`{"flag":false,"day":"2024-02-29","ratio":1.49,"temp":-40,"mode":"FAST","tags":["a","abc"]}`: "",
		`{"flag":0}`:         "/flag WrongType",
		`{"flag":"true"}`:    "/flag WrongType",
		`{"ratio":1.5}`:      "/ratio TooLarge",
		`{"ratio":-5e-1}`:    "/ratio TooSmall",
		`{"ratio":-0.49999}`: "",
		`{"ratio":"1"}`:      "/ratio WrongType",
		`{"ratio":1e-7000}`:  "/ratio OutOfRange",
		`{"ratio":0.11111111111111111111111111111111111}`: "/ratio TooPrecise",
		`{"temp":-41}`:                           "/temp TooSmall",
		`{"temp":41}`:                            "/temp TooLarge",
		`{"temp":4.0e1}`:                         "",
		`{"mode":"fast"}`:                        "/mode NotAllowed",
		`{"tags":["a",1]}`:                       "/tags/1 WrongType",
		`{"tags":["a","b","long"]}`:              "/tags/2 TooLong",
		`{"tags":[null]}`:                        "/tags/0 WrongType",
		`{"tags":"a"}`:                           "/tags WrongType",
		`{"tags":null,"ptr":null,"plain":null}`:  "",
		`{"ptr":[]}`:                             "/ptr WrongType",
		`{"ptr":{"x":1}}`:                        "/ptr/x UnknownField",
		`{"many":[{"name":"a"},{"name":"b"}]}`:   "",
		`{"many":[{"name":""},{"name":""}, 1]}`:  "/many TooManyItems",
		`{"count":9007199254740992}`:             "/count TooLarge",
		`{"plain":{"name":"toolong","note":[]}}`: "/plain/name TooLong",
		`{"hidden":"a"}`:                         "/hidden UnknownField",
		`{"inner":{"name":"a"}}`:                 "/inner UnknownField",
	} {
		var into outer
		got := strings.Join(decode(t, wire.Patch, body, &into), ", ")
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func TestDecodeFormats(t *testing.T) {
	email := func(address string) string { return `{"contactId":"c","address":"` + address + `"}` }
	wants[stint.Email](t, wire.Create, email("a.b+c@example.co"))
	wants[stint.Email](t, wire.Create, email("a..b@example.com"), "/address NotAnEmail")
	wants[stint.Email](t, wire.Create, email("a@b"), "/address NotAnEmail")
	wants[stint.Email](t, wire.Create, email(""), "/address TooShort")
	wants[stint.Email](t, wire.Create, email(strings.Repeat("a", 189)+"@example.com"), "/address TooLong")
	contract := func(rest string) string {
		return `{"clientId":"c","name":"n","amountMinor":0,"currencyCode":"EUR"` + rest + `}`
	}
	wants[stint.Contract](t, wire.Create, contract(`,"validFrom":"2023-10-05T14:48Z"`))
	wants[stint.Contract](t, wire.Create, contract(`,"validFrom":"2023-10-05T14:48:00+00:00"`), "/validFrom NotAnInstant")
	wants[stint.Contract](t, wire.Create, contract(`,"validFrom":1696517280000`), "/validFrom WrongType")
	for code, want := range map[string]string{"EU": "NotACurrency", "EURO": "NotACurrency", "eur": "NotACurrency",
		"QQQ": "NotACurrency", "": "NotACurrency"} {
		wants[stint.Contract](t, wire.Patch, `{"currencyCode":"`+code+`"}`, "/currencyCode "+want)
	}
	wants[stint.Contract](t, wire.Patch, `{"currencyCode":"DEM"}`)
}

func TestDecodeItems(t *testing.T) {
	wants[batch](t, wire.Create, `{"invoiceId":"i","billables":[]}`, "/billables TooFewItems")
	item := `{"description":"","quantity":1e0,"amountMinor":0,"currencyCode":"JPY"}`
	wants[batch](t, wire.Create, `{"invoiceId":"i","billables":[`+item+`]}`)
	wants[batch](t, wire.Create, `{"invoiceId":"i","billables":[`+item+strings.Repeat(","+item, 3)+`]}`, "/billables TooManyItems")
	wants[batch](t, wire.Create, `{"invoiceId":"i","billables":{}}`, "/billables WrongType")
	wants[order](t, wire.Create, `{"ids":["a","b"]}`)
	wants[order](t, wire.Create, `{"ids":[]}`)
	wants[order](t, wire.Create, `{"ids":["a","",1,"123456789"]}`, "/ids/1 TooShort", "/ids/2 WrongType", "/ids/3 TooLong")
}

// TestDecodeMassAssignment sends every field of an answer that a request has
// not (S10): none may get through.
func TestDecodeMassAssignment(t *testing.T) {
	for _, name := range []string{"id", "tenant", "tenantId", "createdAt", "updatedAt", "status", "numberAssigned",
		"version", "Version", "AmountSent", "amountSent", "contract", "currencycode", "CurrencyCode", "currency_code"} {
		for _, op := range []wire.Op{wire.Create, wire.Replace, wire.Patch} {
			body := `{"contractId":"c","currencyCode":"EUR","` + name + `":"x"}`
			want := []string{"/" + name + " UnknownField"}
			if op != wire.Create {
				want = append([]string{"/contractId UnknownField"}, want...)
			}
			wants[stint.Invoice](t, op, body, want...)
		}
	}
}

func TestDecodeMessages(t *testing.T) {
	shape := wire.Of[stint.TimeEntry]()
	for body, want := range map[string]string{
		`{"Projectid":"secret"}`:         `Send "projectId" instead`,
		`{"project":"secret"}`:           `Send "projectId" instead`,
		`{"duration_seconds":"secret"}`:  `Send "durationSeconds" instead`,
		`{"createdAt":"secret"}`:         `The server sets this; leave it out.`,
		`{"what":"secret"}`:              `The fields are projectId, billableId, date,`,
		`{"durationSeconds":"secret"}`:   `This is a string; send an integer from 1 to 9007199254740991.`,
		`{"date":"secret"}`:              `send a calendar day as YYYY-MM-DD`,
		`{"projectId":null}`:             `send the id of a project as a string.`,
		`{"externalKey":["secret"]}`:     `send a string of 1 to 255 characters.`,
		`{"date":"2023-10-05" "secret"}`: `This is not valid JSON: an unexpected character at byte 21.`,
		`{"date":`:                       `This is not valid JSON: it ends too early, at byte 8.`,
	} {
		var into stint.TimeEntry
		problems := shape.Decode([]byte(body), wire.Create, &into, "")
		found := false
		for _, p := range problems {
			found = found || strings.Contains(p.Message, want)
			if strings.Contains(p.Message, "secret") {
				t.Errorf("%s: the value is in the message: %s", body, p.Message)
			}
		}
		if !found {
			t.Errorf("%s: no message with %q in %+v", body, want, problems)
		}
	}
}

func TestDecodeRaw(t *testing.T) {
	var into rawBatch
	body := `{"items":[ {"a":1,"a":"\ud800"} , null, 7,"\u0000"],"extra":[1]}`
	if problems := decode(t, wire.Create, body, &into); problems != nil {
		t.Fatal(problems)
	}
	want := rawBatch{Items: []wire.Raw{wire.Raw(`{"a":1,"a":"\ud800"}`), wire.Raw("null"), wire.Raw("7"), wire.Raw(`"\u0000"`)},
		Extra: wire.Raw("[1]")}
	if diff := cmp.Diff(want, into); diff != "" {
		t.Error(diff)
	}
	var entry stint.TimeEntry
	problems := wire.Of[stint.TimeEntry]().Decode(into.Items[0], wire.Patch, &entry, "/items/0")
	if len(problems) != 3 || problems[0].Pointer != "/items/0/a" {
		t.Errorf("got %+v", problems)
	}
	problems = wire.Of[stint.TimeEntry]().Decode(into.Items[2], wire.Patch, &entry, "/items/2")
	if len(problems) != 1 || problems[0].Pointer != "/items/2" || problems[0].Code != "WrongType" {
		t.Errorf("got %+v", problems)
	}
	wants[rawBatch](t, wire.Create, `{"items":[{]}`, " InvalidJSON")
	deep := strings.Repeat("[", 70)
	wants[rawBatch](t, wire.Create, `{"items":[1,{"k":`+deep, "/items/1/k"+strings.Repeat("/0", 61)+" TooDeep")
}
