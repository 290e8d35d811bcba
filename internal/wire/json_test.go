package wire_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"stint"
	"stint/internal/wire"
)

// notJSON are bodies that are no JSON text, in the manner of JSONTestSuite.
var notJSON = []string{
	``, ` `, "\n\t", `{`, `}`, `{}}`, `{} {}`, `{}[]`, `{}x`, `{}//c`, `{/**/}`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`,
	`{"a":1 "b":2}`, `{"a":1,,"b":2}`, `{'a':1}`, `{a:1}`, `{1:1}`, `{"a":1`, `{"a`, `{"a"`, `{"a":`, `{"a":"`, `{"a":"\`,
	`{"a":"\u`, `{"a":"\u00`, `{"a":"\u00zz"}`, `{"a":"\x00"}`, `{"a":"\'"}`, `{"a":"\U0001F600"}`,
	"{\"a\":\"\x00\"}", "{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"\x1f\":1}", "{\"a\":1}\x00", "\x00{}", "{\x00}",
	`{"a":NaN}`, `{"a":Infinity}`, `{"a":-Infinity}`, `{"a":-}`, `{"a":+1}`, `{"a":01}`, `{"a":-01}`, `{"a":00}`,
	`{"a":1.}`, `{"a":.5}`, `{"a":-.5}`, `{"a":1e}`, `{"a":1e+}`, `{"a":1E-}`, `{"a":1.e1}`, `{"a":0x1}`, `{"a":1_000}`,
	`{"a":1a}`, `{"a":1.2.3}`, `{"a":１}`, `{"a":tru}`, `{"a":truE}`, `{"a":True}`, `{"a":nul}`, `{"a":nulll}`, `{"a":falsey}`,
	`{"a":undefined}`, `{"a":[}`, `{"a":]}`, `{"a":[1,]}`, `{"a":[,1]}`, `{"a":[1 2]}`, `{"a":[1}`, `{"a":{"b":1]}`, `{"a":[1`,
	"\xef\xbb\xbf{}", "\xff\xfe{\x00}\x00", "{\x00}\x00", "\x00{\x00}", "\xfe\xff\x00{\x00}", "{\u00a0}", "{}\u2028", "{\v}", "{\f}",
	`nul`, `tru`, `-`, `"`, `[`, `]`, `[1`, `,`, `:`, `[[[[[`, `{"a":{"a":{"a":`, `{"date":"2023-10-05`, `{"durationSeconds":1e}`,
	`{"durationSeconds":01}`, `{"date":x}`, `{"description":nul}`,
}

func TestNotJSON(t *testing.T) {
	for _, body := range notJSON {
		if json.Valid([]byte(body)) {
			t.Errorf("%q is JSON after all", body)
		}
		for _, op := range []wire.Op{wire.Create, wire.Replace, wire.Patch} {
			var into stint.TimeEntry
			problems := wire.Of[stint.TimeEntry]().Decode([]byte(body), op, &into, "")
			if len(problems) == 0 || problems[len(problems)-1].Code != "InvalidJSON" || problems[len(problems)-1].Pointer != "" {
				t.Errorf("%q: got %+v", body, problems)
			}
		}
		var into outer
		if problems := decode(t, wire.Patch, body, &into); problems == nil {
			t.Errorf("%q was taken", body)
		}
	}
}

func TestNotAnObject(t *testing.T) {
	for _, body := range []string{`[]`, ` [{}]`, `"a"`, `1`, `-0.5e-3`, `true`, `false`, `null`, `"\ud800"`} {
		wants[stint.TimeEntry](t, wire.Patch, body, " WrongType")
	}
}

func TestJSONTaken(t *testing.T) {
	for _, body := range []string{`{}`, " {\r\n\t} ", `{"description" : "\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"}`,
		`{"descr\u0069ption":"a"}`, "{\"description\":\"\x7f\u2028\ufeff\U0010ffff\ufffd\"}", `{"durationSeconds":1E+0}`} {
		wants[stint.TimeEntry](t, wire.Patch, body)
	}
	for _, metadata := range []string{`{}`, `{"":0}`, `{"a":[[],{},[[null,true,false]]],"A":-0.0e-10}`, `{"a":{"a":{"a":1}}}`} {
		wants[stint.Billable](t, wire.Patch, `{"metadata":`+metadata+`}`)
	}
}

func TestNamesAreExact(t *testing.T) {
	wants[stint.TimeEntry](t, wire.Patch, `{"Date":1,"DATE":1,"date ":1,"":1,"da\u0000te":1,"\ud800":1,"`+"\xff"+`":1}`,
		"/Date UnknownField", "/DATE UnknownField", "/date  UnknownField", "/ UnknownField",
		"/da\x00te NullCharacter", "/\ufffd LoneSurrogate", "/\ufffd InvalidUTF8")
	wants[stint.TimeEntry](t, wire.Patch, `{"description":"a","descr\u0069ption":"b","x":{"k":1,"k":{"z":1,"z":2}}}`,
		"/description DuplicateKey", "/x UnknownField", "/x/k DuplicateKey", "/x/k/z DuplicateKey")
}

// TestManyNames has more names in an object than are looked at one by one.
func TestManyNames(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, `"k%d":{"k%d":1},`, i, i)
	}
	wants[stint.Billable](t, wire.Patch, `{"metadata":{`+b.String()+`"k":1}}`)
	for _, again := range []int{0, 14, 15, 16, 17, 299} {
		name := fmt.Sprintf("k%d", again)
		wants[stint.Billable](t, wire.Patch, `{"metadata":{`+b.String()+`"`+name+`":1}}`, "/metadata/"+name+" DuplicateKey")
	}
}

func TestDepth(t *testing.T) {
	nest := func(levels int) string { // as metadata, itself on the second level
		return `{"metadata":{"a":` + strings.Repeat(`[`, levels-2) + strings.Repeat(`]`, levels-2) + `}}`
	}
	wants[stint.Billable](t, wire.Patch, nest(wire.MaxDepth))
	wants[stint.Billable](t, wire.Patch, nest(wire.MaxDepth+1), "/metadata/a"+strings.Repeat("/0", 62)+" TooDeep")
	wants[stint.Billable](t, wire.Patch, strings.Repeat("[", 65), strings.Repeat("/0", 64)+" TooDeep")
}

// TestHugeBodies (S12): what is refused is refused fast and in little memory.
func TestHugeBodies(t *testing.T) {
	names := make([]string, 60_000)
	for i := range names {
		names[i] = fmt.Sprintf(`"%x":1`, i)
	}
	long := strings.Repeat("a", 500_000)
	for _, c := range []struct {
		name, body string
		code       string
		allocated  uint64
	}{
		{"deep arrays", strings.Repeat("[", 100_000), "TooDeep", 64 << 10},
		{"deep objects", strings.Repeat(`{"metadata":`, 100_000), "TooDeep", 64 << 10},
		{"deep metadata", `{"metadata":` + strings.Repeat(`{"a":`, 100_000), "TooDeep", 64 << 10},
		{"many unknown names", `{` + strings.Join(names, ",") + `}`, "TooManyProblems", 2 << 20},
		{"many names of metadata", `{"metadata":{` + strings.Join(names, ",") + `}}`, "", 32 << 20},
		{"long name over many problems", `{"metadata":{"` + long + `":[` + strings.Repeat(`"\u0000",`, 50_000) + `1]}}`, "TooManyProblems", 2 << 20},
		{"long names in each other", strings.Repeat(`{"`+long[:10_000]+`":`, 60) + `1`, "InvalidJSON", 64 << 10},
		{"long number", `{"quantity":` + strings.Repeat("9", 1_000_000) + `}`, "TooPrecise", 2 << 20},
		{"long exponent", `{"amountMinor":1e` + strings.Repeat("9", 1_000_000) + `}`, "TooLarge", 2 << 20},
		{"long string", `{"currencyCode":"` + strings.Repeat(long, 2) + `"}`, "NotACurrency", 2 << 20},
		{"white space", strings.Repeat(" ", 1_000_000) + `{}`, "", 64 << 10},
	} {
		body := []byte(c.body)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		var into stint.Billable
		problems := wire.Of[stint.Billable]().Decode(body, wire.Patch, &into, "")
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		code := ""
		if len(problems) > 0 {
			code = problems[len(problems)-1].Code
		}
		if code != c.code {
			t.Errorf("%s: got %q, want %q", c.name, code, c.code)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > c.allocated {
			t.Errorf("%s: allocated %d bytes", c.name, allocated)
		}
		if took > 2*time.Second { // 10 ms alone; this is for -race, and finds what is quadratic
			t.Errorf("%s: took %s", c.name, took)
		}
		for _, p := range problems {
			if len(p.Pointer) > 64*150 {
				t.Errorf("%s: a pointer of %d bytes", c.name, len(p.Pointer))
			}
		}
	}
}

func TestTooManyProblems(t *testing.T) {
	var body strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&body, `"x%d":1,`, i)
	}
	var into stint.TimeEntry
	got := decode(t, wire.Create, `{`+body.String()+`"y":1}`, &into)
	if len(got) != 1001 || got[999] != "/x999 UnknownField" || got[1000] != " TooManyProblems" {
		t.Errorf("%d problems, %v", len(got), got[max(0, len(got)-2):])
	}
	got = decode(t, wire.Create, `{`+body.String()[:len(body.String())/2], &into)
	if got[len(got)-1] != " TooManyProblems" {
		t.Error(got[len(got)-1])
	}
}

// TestOracle: jsontext and the scanner draw the line at the same place.
func TestOracle(t *testing.T) {
	for _, value := range []string{`"\ud800"`, `"\ud83d\ude00"`, `"\ude00\ud83d"`, `"\uD800\uD800\uDC00"`, "\"\xf4\x90\x80\x80\"",
		"\"\xf0\x9f\x98\"", `{"a":1,"\u0061":2}`, `{"a":1,"A":2}`, "\"\xe2\x80\xa8\"", `-0`, `1E400`, `"\uDBFF\uDFFF"`} {
		body := `{"metadata":{"v":` + value + `}}`
		var into stint.Billable
		problems := decode(t, wire.Patch, body, &into)
		if valid := jsontext.Value(body).IsValid(); valid != (problems == nil) {
			t.Errorf("%s: jsontext says %v, we say %v", body, valid, problems)
		}
	}
}
