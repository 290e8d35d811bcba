package api_test

import "strings"

// Values that are no JSON at all, wherever they stand.
var notValues = []string{"NaN", "Infinity", "-Infinity", "+1", "01", "-01", ".5", "-.5", "1.", "1.e1", "1e", "1e+", "0x10", "0b1", "0o7", "1_000",
	"--1", "-", "- 1", "1 2", "１", "1n", "1f", "True", "TRUE", "tru", "nul", "None", "undefined", "'a'", "`a`", "a", `"a`, `a"`, `"a""b"`, `"a" "b"`,
	"\"a\nb\"", "\"a\tb\"", "\"\x00\"", "\"\x1f\"", `"\q"`, `"\u12"`, `"\u12g4"`, `"\x41"`, `"\U0001F600"`, `"\'"`, `"\0"`, `"\"`, "{", "[", "}", "]", "[1", "[1,]",
	"[,1]", "{,}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{'a':1}`, "/**/", "\xff", "<!--", "\u00a0", "\\u0031", "*", "&", "new Date()", "function(){}"}

// Strings that are JSON, but no text.
var notText = []string{`"a\u0000"`, `"\u0000"`, `"\ud800"`, `"\udfff"`, `"\ud800\ud800"`, `"\ude00\ud83d"`, `"\ud83dx\ude00"`, `"\ud83d\u0041"`, `"a\uD8"`,
	"\"\xff\"", "\"\x80\"", "\"\xc0\xaf\"", "\"\xc0\x80\"", "\"\xe0\x80\xaf\"", "\"\xf0\x80\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xed\xb0\x80\"",
	"\"\xed\xa0\xbd\xed\xb8\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "\"\xf0\x9f\x98\"", "\"caf\xe9\"", "\"\xfe\xff\"", "\"\xf8\x88\x80\x80\x80\""}

var (
	notDates = []string{"", "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-01-00", "2023-04-31", "23-01-01", "2023-1-1", "2023/01/01", "20230101",
		"2023-01-01T00:00:00Z", " 2023-01-01", "2023-01-01 ", "2023-01-01\\n", "+2023-01-01", "-2023-01-01", "２０２３-01-01", "today", "12023-01-01"}
	notInstants = []string{"", "2023-10-05", "2023-10-05T14:48:00", "2023-10-05T14:48:00+00:00", "2023-02-29T00:00:00Z", "2023-10-05T24:00:00Z", "2023-10-05T14:60:00Z",
		"2023-10-05 14:48:00Z", "2023-10-05T14:48:00z ", "now", "1696517280", "9999999-01-01T00:00:00Z", "2023-10-05T14:48:00.Z"}
	notEmails = []string{"", "a", "a@", "@b.co", "a@b", "a b@c.co", "a@b..co", "a..b@c.co", ".a@b.co", "a@b.c", "a@b.co\\n", " a@b.co", "a@-b.co", "ä@b.co", "a@ä.co", "<a@b.co>",
		"a@b.co,c@d.co", "a@b.co\\r\\nBcc: c@d.co", strings.Repeat("a", 200) + "@b.co"}
	notCurrencies = []string{"", "EU", "EURO", "eur", "Eur", "€", "QQQ", "E R", " EUR", "EUR ", "ＥＵＲ", "XX"}
	notIntegers   = []string{"1.5", "0.1", "1e-1", "-1", "-0.5", "-1e3", "9007199254740992", "9007199254740993", "9007199254740991.4", "9007199254740991.0000000001",
		"9007199254740992.0", "9.007199254740992e15", "-9007199254740992", "18446744073709551616", "9223372036854775807", "9223372036854775808", "1e400", "1e999999999", "1e-400",
		"-1e400", "123456789012345678901234567890"}
	notDecimals = []string{"-1", "-0.0001", "-1e3", "1e7000", "1e999999999", "1e-999999999", "12345678901234567890123456789012345", "0.12345678901234567890123456789012345", "-1e400"}
)

// badValues are what a field must refuse.
func badValues(f field) []string {
	out := append([]string{}, notValues...)
	if f.path[len(f.path)-1] != "0" { // in a list these would be fewer or more values
		out = append(out, "", "1,2")
	}
	if f.required || !nullable(f.schema) {
		out = append(out, "null")
	}
	kind := kindOf(f.schema)
	for k, values := range map[string][]string{"string": {`"a"`}, "integer": {"1"}, "number": {"1.5"}, "boolean": {"true", "false"}, "array": {"[]", `["a"]`, "[null]", "[[]]", "[1]", "[{}]"},
		"object": {"{}", `{"a":1}`}} {
		if k != kind && !(k == "integer" && kind == "number") && !(k == "number" && kind == "integer") && f.schema != nil {
			out = append(out, values...)
		}
	}
	quote := func(values []string) {
		for _, v := range values {
			out = append(out, `"`+v+`"`)
		}
	}
	switch kind {
	case "string":
		out = append(out, notText...)
		quote(stringFaults(f))
	case "integer":
		out = append(out, notIntegers...)
		if f.schema["exclusiveMinimum"] != nil {
			out = append(out, "0", "-0", "0.0", "0e5")
		}
	case "number":
		out = append(out, notDecimals...)
	case "array":
		out = append(out, "[null]", "[[]]", "[1]", "[true]", `[{"nope":1}]`, `[{"id":"x"}]`)
		if f.schema["minItems"] != nil {
			out = append(out, "[]")
		}
		if n, ok := f.schema["maxItems"].(float64); ok {
			out = append(out, "["+strings.TrimSuffix(strings.Repeat("{},", int(n)+1), ",")+"]")
		}
	case "object":
		out = append(out, badObjects...)
	}
	return out
}

// badObjects are what a free-form object must refuse.
var badObjects = func() (out []string) {
	for _, v := range append(append([]string{}, notText...), notValues...) {
		out = append(out, `{"a":`+v+`}`, `{"a":{"b":[1,`+v+`]}}`)
		if strings.HasPrefix(v, `"`) && strings.HasSuffix(v, `"`) && !strings.Contains(v[1:len(v)-1], `"`) {
			out = append(out, `{`+v+`:1}`)
		}
	}
	return append(out, `{"a":1,"a":1}`, `{"a":1,"\u0061":2}`, `{"x":{"a":1,"b":2,"a":null}}`, `[{"a":1}]`,
		`{"a":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+`}`, strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000))
}()

func stringFaults(f field) (out []string) {
	switch f.schema["format"] {
	case "date":
		return notDates
	case "date-time":
		return notInstants
	case "email":
		return notEmails
	}
	if f.path[len(f.path)-1] == "currencyCode" {
		return notCurrencies
	}
	if enum, ok := f.schema["enum"].([]any); ok {
		return []string{"", "nope", strings.ToUpper(enum[0].(string)), enum[0].(string) + " "}
	}
	if n, ok := f.schema["minLength"].(float64); ok && n > 0 {
		out = append(out, "")
	}
	if n, ok := f.schema["maxLength"].(float64); ok {
		out = append(out, strings.Repeat("a", int(n)+1), strings.Repeat("\U0001F600", int(n)+1), strings.Repeat(`\ud83d\ude00`, int(n)+1),
			strings.Repeat("e\u0301", int(n)/2+1), strings.Repeat("a", 500_000))
	}
	return out
}
