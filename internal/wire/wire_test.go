package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stint"
	"stint/internal/wire"
)

// batch is a body with records in it, as POST /billables has.
type batch struct {
	Invoice   string           `json:"invoice" as:"invoiceId" ref:"invoice" write:"create" need:"create"`
	Billables []stint.Billable `json:"billables" write:"create" need:"create" minItems:"1" maxItems:"3"`
}

// order is the body of a reorder.
type order struct {
	IDs []string `json:"ids" ref:"client" write:"create" need:"create" minLength:"1" maxLength:"8" maxItems:"4"`
}

// rawBatch is a body whose items have a result each.
type rawBatch struct {
	Items []wire.Raw `json:"items" write:"create" need:"create" maxItems:"100"`
	Extra wire.Raw   `json:"extra" write:"create"`
}

type inner struct {
	Name  string  `json:"name" write:"create,replace,patch" need:"create,replace" maxLength:"5"`
	Note  *string `json:"note" write:"create,replace,patch"`
	Count int     `json:"count" write:"create,replace,patch"`
}

// outer has every kind of field that the nouns do not have yet.
type outer struct {
	inner
	Plain  inner          `json:"plain" write:"create,replace,patch"`
	Ptr    *inner         `json:"ptr" write:"create,replace,patch"`
	Many   []inner        `json:"many" write:"create,replace,patch" maxItems:"2"`
	Flag   *bool          `json:"flag" write:"create,replace,patch"`
	Day    *stint.Date    `json:"day" write:"create,replace,patch"`
	Ratio  *stint.Decimal `json:"ratio" write:"create,replace,patch" exclusiveMinimum:"-0.5" exclusiveMaximum:"1.5"`
	Temp   stint.Int53    `json:"temp" write:"create,replace,patch" minimum:"-40" maximum:"40"`
	Mode   string         `json:"mode" write:"create,replace,patch" enum:"FAST,SLOW"`
	Tags   []string       `json:"tags" write:"create,replace,patch" maxLength:"3"`
	Hidden string         `json:"-"`
}

// decode gives the problems of a body, as "pointer Code".
func decode[T any](t *testing.T, op wire.Op, body string, into *T) []string {
	t.Helper()
	var got []string
	for _, p := range wire.Of[T]().Decode([]byte(body), op, into, "") {
		if p.Message == "" || p.Parameter != "" {
			t.Errorf("problem without message: %+v", p)
		}
		got = append(got, p.Pointer+" "+p.Code)
	}
	return got
}

// wants checks the problems of a body.
func wants[T any](t *testing.T, op wire.Op, body string, want ...string) {
	t.Helper()
	var into T
	if diff := cmp.Diff(want, decode(t, op, body, &into)); diff != "" {
		t.Errorf("%s %.200s (-want +got):\n%s", op, body, diff)
	}
}
