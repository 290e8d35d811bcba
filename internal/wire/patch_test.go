package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stint"
	"stint/internal/wire"
)

func TestReplaceClearsWhatIsLeftOut(t *testing.T) {
	got := stint.Address{ID: "adr", Contact: "con", Address1: "1", Address2: "2", Region: "r", Country: "c", City: "t",
		Zip: "z", CreatedAt: 5, Order: new(stint.Int53(7)), Version: 3}
	if p := decode(t, wire.Replace, `{"address1":"new","country":"c","city":"t","zip":"","region":null}`, &got); p != nil {
		t.Fatal(p)
	}
	want := stint.Address{ID: "adr", Contact: "con", Address1: "new", Country: "c", City: "t", CreatedAt: 5, Version: 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wants[stint.Address](t, wire.Replace, `{"contactId":"x","address1":null}`, "/contactId UnknownField", "/address1 Required",
		"/country Required", "/city Required", "/zip Required")
}

func TestPatchTouchesWhatIsSent(t *testing.T) {
	before := func() stint.Address {
		return stint.Address{ID: "adr", Address1: "1", Address2: "2", Region: "r", Country: "c", City: "t", Zip: "z",
			Order: new(stint.Int53(7))}
	}
	got := before()
	if p := decode(t, wire.Patch, `{}`, &got); p != nil || !cmp.Equal(before(), got) {
		t.Error(p, got)
	}
	if p := decode(t, wire.Patch, `{"address2":null,"order":null,"city":"new"}`, &got); p != nil {
		t.Fatal(p)
	}
	want := before()
	want.Address2, want.Order, want.City = "", nil, "new"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wants[stint.Address](t, wire.Patch, `{"zip":null,"contactId":null}`, "/zip Required", "/contactId UnknownField")
}

// TestContactOrder: needed in replace only, so a patch may clear it.
func TestContactOrder(t *testing.T) {
	wants[stint.Contact](t, wire.Create, `{"clientId":"c","name":"n","isDefault":false,"order":null}`)
	wants[stint.Contact](t, wire.Replace, `{"name":"n","isDefault":false,"order":null}`, "/order Required")
	wants[stint.Contact](t, wire.Replace, `{"name":"n","isDefault":false}`, "/order Required")
	wants[stint.Contact](t, wire.Patch, `{"isDefault":null}`, "/isDefault Required")
	got := stint.Contact{Order: new(stint.Int53(1)), IsDefault: true}
	if p := decode(t, wire.Patch, `{"order":null}`, &got); p != nil || got.Order != nil || !got.IsDefault {
		t.Error(p, got)
	}
	old := new(stint.Int53(1))
	got.Order = old
	if p := decode(t, wire.Patch, `{"order":2}`, &got); p != nil || *got.Order != 2 || *old != 1 {
		t.Error("a patch must not write through a shared pointer", p, *got.Order, *old)
	}
}

func TestProblemLeavesFieldEmpty(t *testing.T) {
	got := stint.Contract{Name: "n", AmountMinor: 5, ValidTo: new(stint.Instant(1)), Description: new("d")}
	decode(t, wire.Patch, `{"name":"","amountMinor":-1,"validTo":"x","description":1}`, &got)
	if diff := cmp.Diff(stint.Contract{}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPatchNested(t *testing.T) {
	old := &inner{Name: "a", Note: new("x"), Count: 3}
	got := outer{Plain: *old, Ptr: old, Many: []inner{{Name: "a", Count: 9}}, Tags: []string{"a"}}
	if p := decode(t, wire.Patch, `{"plain":{"note":null},"ptr":{"count":4},"many":[{"name":"b"}],"tags":null}`, &got); p != nil {
		t.Fatal(p)
	}
	want := outer{Plain: inner{Name: "a", Count: 3}, Ptr: &inner{Name: "a", Note: new("x"), Count: 4}, Many: []inner{{Name: "b"}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outer{})); diff != "" {
		t.Error(diff)
	}
	if old.Count != 3 {
		t.Error("a patch must not write through a shared pointer")
	}
	// What is new in a patch must be whole.
	wants[outer](t, wire.Patch, `{"ptr":{"count":4},"many":[{}],"name":null}`,
		"/ptr/name Required", "/many/0/name Required", "/name Required")
}

// TestPatchMetadata has the examples of RFC 7396, appendix A, that fit an object.
func TestPatchMetadata(t *testing.T) {
	for _, c := range []struct{ old, patch, want string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{``, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{``, `{}`, `{}`},
		{`{ "a" : { "x" : 1.50 } , "\u0062":2 }`, `{ "b" : 3, "a": {"y":[null]} }`, `{"a":{"x":1.50,"y":[null]},"\u0062":3}`},
		{`{"a":1}`, `null`, ``},
	} {
		got := stint.Billable{Metadata: stint.Metadata(c.old)}
		if c.old == "" {
			got.Metadata = nil
		}
		if p := decode(t, wire.Patch, `{"metadata": `+c.patch+` }`, &got); p != nil || string(got.Metadata) != c.want {
			t.Errorf("%s + %s: got %s %v, want %s", c.old, c.patch, got.Metadata, p, c.want)
		}
	}
}

func TestMetadataKeptAsSent(t *testing.T) {
	body := []byte(`{"metadata": {"b" : 1.50, "a":["\u00e9", {}]} }`)
	var got stint.Billable
	wire.Of[stint.Billable]().Decode(body, wire.Create, &got, "")
	clear(body) // must be a copy
	if want := `{"b" : 1.50, "a":["\u00e9", {}]}`; string(got.Metadata) != want {
		t.Errorf("got %s", got.Metadata)
	}
	wants[stint.Billable](t, wire.Patch, `{"metadata":[]}`, "/metadata WrongType")
	wants[stint.Billable](t, wire.Patch, `{"metadata":"{}"}`, "/metadata WrongType")
	wants[stint.Billable](t, wire.Patch, `{"metadata":{"":{"a\u0000":1},"x":[0,{"k":1,"\u006b":2}]}}`,
		"/metadata//a\x00 NullCharacter", "/metadata/x/1/k DuplicateKey")
}

func TestMember(t *testing.T) {
	body := []byte(` {"amountMinor": 0 , "\u0061":null,"b":{"x":[1, 2]}} `)
	for name, want := range map[string]string{"amountMinor": "0", "a": "null", "b": `{"x":[1, 2]}`, "x": "", "AmountMinor": ""} {
		if got := wire.Member(body, name); string(got) != want || (got == nil) != (want == "") {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
