package api_test

import (
	"strconv"
	"strings"
)

// kind is what a field takes: its limits, as the reference states them, values
// at their edges, and values just beyond.
type kind struct {
	limits limits
	good   []taken
	bad    []fault
}

// taken is a value that is accepted, and how it comes back, both as JSON.
type taken struct{ sent, back string }

// fault is a value that is refused, and the code of the problem.
type fault struct {
	sent, code string
	// below is where within the value, as the end of a pointer.
	below string
}

// limits are the keywords of JSON Schema that the reference uses; empty is not there.
type limits struct {
	types, format, minLength, maxLength, minimum, above, maximum string
	// pattern says that there is one.
	pattern bool
}

const maxInt53 = "9007199254740991"

// as is a value that comes back as it was sent.
func as(sent string) taken { return taken{sent, sent} }

func wrongTypes(values ...string) (out []fault) {
	for _, v := range values {
		out = append(out, fault{sent: v, code: "WrongType"})
	}
	return out
}

// text is a string of least to most characters; most 0 is any number.
func text(least, most int) kind {
	k := kind{limits: limits{types: "string"}}
	if least > 0 {
		k.limits.minLength = strconv.Itoa(least)
		k.bad = append(k.bad, fault{sent: `""`, code: "TooShort"})
	} else {
		k.good = append(k.good, as(`""`))
	}
	longest := 20_000
	if most > 0 {
		longest = most
		k.limits.maxLength = strconv.Itoa(most)
		// Characters are counted, not bytes.
		for _, char := range []string{"a", "é", "𝄞"} {
			k.bad = append(k.bad, fault{sent: quote(strings.Repeat(char, most+1)), code: "TooLong"})
		}
	}
	for _, s := range []string{"a", strings.Repeat("a", longest), strings.Repeat("é", longest), strings.Repeat("𝄞", longest), " \t\n", `"\/` + "\u2028", "e\u0301 👩‍👩‍👧"} {
		k.good = append(k.good, as(quote(s)))
	}
	k.good = append(k.good, taken{`"\u00e9\ud834\udd1e"`, `"é𝄞"`}, as(`"'); DROP TABLE clients; --"`))
	k.bad = append(k.bad, fault{sent: `"a\u0000b"`, code: "NullCharacter"}, fault{sent: `"\ud834"`, code: "LoneSurrogate"}, fault{sent: "\"\xff\"", code: "InvalidUTF8"})
	k.bad = append(k.bad, wrongTypes("1", "true", "[]", "{}", `["a"]`)...)
	return k
}

// whole is an integer from 0 (or, above, from 1) to 2^53-1.
func whole(above bool) kind {
	k := kind{limits: limits{types: "integer", minimum: "0", maximum: maxInt53}}
	if above {
		k.limits.minimum, k.limits.above = "", "0"
		k.bad = append(k.bad, fault{sent: "0", code: "TooSmall"}, fault{sent: "0.0", code: "TooSmall"})
	} else {
		k.good = append(k.good, as("0"), taken{"-0", "0"}, taken{"0e5", "0"})
	}
	k.good = append(k.good, as("1"), as(maxInt53), taken{"3600.0", "3600"}, taken{"3.6e3", "3600"}, taken{"36E+2", "3600"})
	for sent, code := range map[string]string{"-1": "TooSmall", "9007199254740992": "TooLarge", "9007199254740993": "TooLarge", "1e400": "TooLarge",
		"18446744073709551617": "TooLarge", "3600.5": "NotInteger", "9007199254740991.4": "NotInteger", "0.1": "NotInteger"} {
		k.bad = append(k.bad, fault{sent: sent, code: code})
	}
	k.bad = append(k.bad, wrongTypes(`"3600"`, `""`, "true", "[]", "{}")...)
	return k
}

// decimal is a number of at least 0 with up to 34 significant digits, kept exactly.
func decimal() kind {
	digits := "1234567890123456789012345678901234"
	k := kind{limits: limits{types: "number", minimum: "0"}}
	k.good = []taken{as("0"), as("1"), as("0.1"), {"1.50", "1.5"}, {"1e2", "100"}, {"-0.0", "0"},
		as("0.1000000000000000000000000000000001"), as(digits), as("12345678901234567.89012345678901234"),
		as("9007199254740993"), {digits + "000", digits + "000"}}
	for sent, code := range map[string]string{"-1": "TooSmall", "-0.0000000001": "TooSmall", digits + "5": "TooPrecise", "0." + digits + "5": "TooPrecise", "1e7000": "OutOfRange"} {
		k.bad = append(k.bad, fault{sent: sent, code: code})
	}
	k.bad = append(k.bad, wrongTypes(`"1"`, "true", "[]", "{}")...)
	return k
}

// boolean is true or false and nothing that looks like it.
func boolean() kind {
	return kind{limits: limits{types: "boolean"}, good: []taken{as("true"), as("false")}, bad: wrongTypes(`"true"`, "1", "0", `""`, "[]", "{}")}
}

// currency is a code of ISO 4217, active or historic.
func currency(good ...string) kind {
	k := kind{limits: limits{types: "string", minLength: "3", maxLength: "3"}, bad: wrongTypes("978", "true", "[]", "{}")}
	for _, code := range good {
		k.good = append(k.good, as(quote(code)))
	}
	for _, code := range []string{"", "EU", "EURO", "eur", "Eur", "ZZZ", "E R", "€€€"} {
		k.bad = append(k.bad, fault{sent: quote(code), code: "NotACurrency"})
	}
	return k
}

// mailbox is an email address by the reference's pattern.
func mailbox() kind {
	k := kind{limits: limits{types: "string", format: "email", minLength: "1", maxLength: "200", pattern: true}, bad: wrongTypes("1", "true", "[]", "{}")}
	longest := strings.Repeat("a", 200-len("@example.org"))
	for _, s := range []string{"a@b.cd", "Anna.O'Hara+x_y-z@mail.example.org", longest + "@example.org", "1@1-.xy"} {
		k.good = append(k.good, as(quote(s)))
	}
	for _, s := range []string{"a", "a@b", ".a@b.cd", "a..b@b.cd", "a.@b.cd", "a b@b.cd", "a@b.c", "a@-b.cd", "ä@b.cd", "a@b.cd ", "<a@b.cd>", "a@b.c1"} {
		k.bad = append(k.bad, fault{sent: quote(s), code: "NotAnEmail"})
	}
	k.bad = append(k.bad, fault{sent: `""`, code: "TooShort"}, fault{sent: quote("a" + longest + "@example.org"), code: "TooLong"})
	return k
}

// calendarDay is a real day.
func calendarDay() kind {
	k := kind{limits: limits{types: "string", format: "date", pattern: true}, bad: wrongTypes("20231005", "true", "[]", "{}")}
	for _, s := range []string{"2023-10-05", "2000-02-29", "2024-02-29", "0000-01-01", "9999-12-31"} {
		k.good = append(k.good, as(quote(s)))
	}
	for _, s := range []string{"", "2023-02-29", "1900-02-29", "2023-02-30", "2023-04-31", "2023-13-01", "2023-00-01", "2023-01-00", "2023-1-5", "05.10.2023",
		"2023-10-05T00:00:00Z", "23-10-05", "2023-10-05 ", "２０２３-10-05"} {
		k.bad = append(k.bad, fault{sent: quote(s), code: "NotADate"})
	}
	return k
}

// instant is a time in UTC, answered with exactly three decimals.
func instant() kind {
	k := kind{limits: limits{types: "string", format: "date-time", pattern: true}, bad: wrongTypes("1696517280", "true", "[]", "{}")}
	k.good = []taken{as(`"2023-10-05T14:48:00.000Z"`), {`"2023-10-05T14:48Z"`, `"2023-10-05T14:48:00.000Z"`}, {`"2023-10-05T14:48:59Z"`, `"2023-10-05T14:48:59.000Z"`},
		{`"2023-10-05T14:48:00.1Z"`, `"2023-10-05T14:48:00.100Z"`}, {`"2000-02-29T23:59:59.999999999Z"`, `"2000-02-29T23:59:59.999Z"`},
		as(`"1969-12-31T23:59:59.999Z"`), as(`"0000-01-01T00:00:00.000Z"`), as(`"9999-12-31T23:59:59.999Z"`)}
	for _, s := range []string{"", "2023-10-05", "2023-02-29T00:00:00Z", "1900-02-29T00:00Z", "2023-10-05T14:48:00", "2023-10-05T14:48:00+00:00", "2023-10-05T14:48:00z",
		"2023-10-05t14:48:00Z", "2023-10-05 14:48:00Z", "2023-10-05T24:00:00Z", "2023-10-05T14:60:00Z", "2023-10-05T14:48:60Z", "2023-10-05T14:48:00.Z", "2023-10-05T14Z"} {
		k.bad = append(k.bad, fault{sent: quote(s), code: "NotAnInstant"})
	}
	return k
}

// freeForm is a JSON object of any content.
func freeForm() kind {
	k := kind{limits: limits{types: "object"}, bad: wrongTypes(`"{}"`, "1", "true", "[]")}
	k.good = []taken{as("{}"), as(`{"a":1}`), as(`{"b":{"c":[1,2.50,null,"x"]},"a":true,"A":""}`), as(`{"":" ","é":"𝄞"}`)}
	k.bad = append(k.bad, fault{`{"a":1,"a":2}`, "DuplicateKey", "/a"}, fault{`{"x":{"a~/":1,"a~/":2}}`, "DuplicateKey", "/x/a~0~1"},
		fault{`{"a":"\u0000"}`, "NullCharacter", "/a"}, fault{`{"a":["\ud834"]}`, "LoneSurrogate", "/a/0"})
	return k
}

// reference is the id of another resource; whether there is one is not a matter of its form.
func reference() kind {
	return kind{limits: limits{types: "string"}, bad: append(wrongTypes("1", "true", "[]", "{}"), fault{sent: `"a\u0000"`, code: "NullCharacter"})}
}
