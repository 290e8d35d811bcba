package api_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"stint/internal/testdb"
)

// In the manner of nst/JSONTestSuite: what must be refused, alone and within
// a billable's metadata, and what must come back exactly as it was sent.
func TestHostileJSONSuite(t *testing.T) {
	t.Parallel()
	if len(refusedJSON)+len(takenJSON) < 150 {
		t.Fatalf("%d cases refused, %d taken", len(refusedJSON), len(takenJSON))
	}
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		path := "/api/v1/billables/" + w.ids["billableId"]
		with := func(text string) []byte {
			return []byte(`{"description":"Work","quantity":1,"amountMinor":1,"currencyCode":"EUR","order":0,"metadata":` + text + `}`)
		}
		before := w.everyRow(t)
		for name, text := range refusedJSON {
			refused(t, name+" alone", w.send(t, "PATCH", path, []byte(text)))
			refused(t, name+" as metadata", w.send(t, "PUT", path, with(text)))
			refused(t, name+" within metadata", w.send(t, "PUT", path, with(`{"v":`+text+`}`)))
			refused(t, name+" deep within metadata", w.send(t, "PATCH", path, []byte(`{"metadata":{"a":[{"b":[`+text+`,1]}]}}`)))
		}
		w.unchanged(t, "refused JSON", before)
		for name, text := range takenJSON {
			sent := `{"v":` + text + `,"w":[` + text + `]}`
			if g := w.send(t, "PUT", path, with(sent)); g.status != 200 {
				t.Errorf("%s: answered %d: %.300s", name, g.status, g.body)
				continue
			}
			g := w.send(t, "GET", path, nil)
			var answer struct {
				Data struct {
					Metadata json.RawMessage `json:"metadata"`
				} `json:"data"`
			}
			if err := json.Unmarshal(g.body, &answer); err != nil {
				t.Errorf("%s: %v: %.300s", name, err, g.body)
				continue
			}
			if string(answer.Data.Metadata) != sent {
				t.Errorf("%s: sent %.200q, came back %.200q", name, sent, answer.Data.Metadata)
			}
			if !reflect.DeepEqual(meaning(t, []byte(sent)), meaning(t, answer.Data.Metadata)) {
				t.Errorf("%s: came back with another meaning: %.200q", name, answer.Data.Metadata)
			}
		}
	})
}

// meaning is what a JSON text says, with numbers as they are written.
func meaning(t *testing.T, text []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Integers that are written as other numbers are taken as what they are.
func TestHostileIntegerSpellings(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		path := "/api/v1/clients/" + w.ids["clientId"]
		for sent, want := range map[string]string{"0": "0", "-0": "0", "0.0": "0", "-0.0": "0", "0e99": "0", "1": "1", "1.0": "1", "1.000000000000000000000000000000000000": "1", "1e2": "100",
			"1E+2": "100", "100e-2": "1", "0.1e1": "1", "1200e-2": "12", "9007199254740991": "9007199254740991", "9007199254740991.0": "9007199254740991",
			"9.007199254740991e15": "9007199254740991", "9007199254740991000e-3": "9007199254740991", "4503599627370497": "4503599627370497"} {
			g := w.send(t, "PATCH", path, []byte(`{"order":`+sent+`}`))
			read := w.send(t, "GET", path, nil)
			for _, a := range []got{g, read} {
				if m := regexp.MustCompile(`"order":([^,}]*)`).FindSubmatch(a.body); a.status != 200 || m == nil || string(m[1]) != want {
					t.Errorf("order %s: answered %d: %.300s, want %s", sent, a.status, a.body, want)
				}
			}
		}
		for _, sent := range []string{"9007199254740992", "9007199254740993", "9007199254740991.5", "9007199254740992.0", "-1", "1e16", "NaN", "1e400"} {
			refused(t, "order "+sent, w.send(t, "PATCH", path, []byte(`{"order":`+sent+`}`)))
		}
	})
}

// Quantities keep every digit, however they are written.
func TestHostileDecimalsKeepTheirValue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		path := "/api/v1/billables/" + w.ids["billableId"]
		for _, sent := range []string{"0", "-0", "0.1", "1e-10", "1E2", "0.30000000000000004", "123456789012345678.9012345678901234", "9999999999999999999999999999999999e-33", "3.0000000000000000000000000000000000"} {
			if g := w.send(t, "PATCH", path, []byte(`{"quantity":`+sent+`,"amountMinor":0}`)); g.status != 200 {
				t.Errorf("quantity %s: answered %d: %.300s", sent, g.status, g.body)
				continue
			}
			g := w.send(t, "GET", path, nil)
			m := regexp.MustCompile(`"quantity":([^,}]*)`).FindSubmatch(g.body)
			if len(m) < 2 || !sameNumber(t, sent, string(m[1])) {
				t.Errorf("quantity %s came back in %.300s", sent, g.body)
			}
		}
	})
}
