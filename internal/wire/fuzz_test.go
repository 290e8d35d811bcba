package wire_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"stint"
	"stint/internal/wire"
)

// FuzzDecode holds the scanner against two other readers of JSON.
func FuzzDecode(f *testing.F) {
	for _, body := range notJSON {
		f.Add([]byte(body))
	}
	for _, body := range []string{exampleBody, `{"description":"\ud83d\ude00\ud800","x":[1,{"a":1,"a":2}]}`,
		`{"description":"a","quantity":1e3,"amountMinor":1.0,"currencyCode":"EUR","metadata":{"a":{"b":[null,true]}},"order":null}`,
		`{"invoiceId":"i","billables":[{"description":"a","quantity":1,"amountMinor":1,"currencyCode":"EUR"}]}`,
		`{"name":"a","plain":{"name":"b"},"ptr":{"name":"c"},"many":[{"name":"d"}],"flag":true,"day":"2024-02-29","ratio":1,"temp":1,"mode":"FAST","tags":["a"]}`,
		`{"items":[1,{"a":[]}],"extra":null}`, `{"address":"a@b.cd","contactId":"c"}`, `{"validFrom":"2023-10-05T14:48:00Z"}`,
		strings.Repeat(`{"metadata":`, 70), `{"metadata":` + strings.Repeat(`[`, 63) + strings.Repeat(`]`, 63) + `}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, op := range []wire.Op{wire.Create, wire.Replace, wire.Patch} {
			check[stint.TimeEntry](t, op, body)
			check[stint.Billable](t, op, body)
			check[stint.Contract](t, op, body)
			check[batch](t, op, body)
			check[outer](t, op, body)
			check[rawBatch](t, op, body)
		}
	})
}

func check[T any](t *testing.T, op wire.Op, body []byte) {
	var rec, again T
	shape, before := wire.Of[T](), bytes.Clone(body)
	problems := shape.Decode(body, op, &rec, "")
	if !bytes.Equal(before, body) {
		t.Fatal("the body was changed")
	}
	if diff := cmp.Diff(problems, shape.Decode(body, op, &again, "")); diff != "" {
		t.Fatalf("not the same twice: %s", diff)
	}
	if len(problems) > 101 {
		t.Fatalf("%d problems", len(problems))
	}
	_, loose := any(rec).(rawBatch) // what is in a Raw is checked later
	valid := jsontext.Value(body).IsValid()
	syntax := jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for _, p := range problems {
		switch p.Code {
		case "InvalidJSON":
			if syntax {
				t.Fatalf("%q is JSON, but: %+v", body, p)
			}
		case "InvalidUTF8", "LoneSurrogate", "DuplicateKey":
			if valid {
				t.Fatalf("%q is valid, but: %+v", body, p)
			}
		}
	}
	if problems != nil {
		return
	}
	if !json.Valid(body) || !syntax || !valid && !loose {
		t.Fatalf("%q was taken", body)
	}
	answer := shape.Append(nil, &rec, nil)
	if !loose && !jsontext.Value(answer).IsValid() {
		t.Fatalf("not JSON: %s", answer)
	}
}
