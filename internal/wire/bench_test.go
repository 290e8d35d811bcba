package wire_test

import (
	"testing"

	"stint"
	"stint/internal/wire"
)

const exampleBody = `{"projectId":"prj_8f4d4gk1p9h2x0s7v3n5c1a9","date":"2023-10-05","durationSeconds":3600,
 "billableId":"bil_eym9hcqlh1m7v3d36blf0vfx","description":"Implemented authentication flow.",
 "referenceSource":"JIRA","referenceId":"PROJ-123"}`

func BenchmarkDecode(b *testing.B) {
	shape, body := wire.Of[stint.TimeEntry](), []byte(exampleBody)
	b.ReportAllocs()
	for b.Loop() {
		var entry stint.TimeEntry
		if problems := shape.Decode(body, wire.Create, &entry, ""); problems != nil {
			b.Fatal(problems)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	shape := wire.Of[stint.TimeEntry]()
	var entry stint.TimeEntry
	shape.Decode([]byte(exampleBody), wire.Create, &entry, "")
	entry.ID, entry.User = "tsh_8f4d4gk1p9h2x0s7v3n5c1a9", "usr_dt6vljbe6dy0rspxbenflryz"
	entry.CreatedAt, entry.UpdatedAt = 1696517280000, 1696517280000
	dst := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		dst = shape.Append(dst[:0], &entry, nil)
	}
}

// BenchmarkDecodeMetadata is the way of a value that is only looked through.
func BenchmarkDecodeMetadata(b *testing.B) {
	shape := wire.Of[stint.Billable]()
	body := []byte(`{"description":"Work","quantity":1.5,"amountMinor":12500,"currencyCode":"EUR","metadata":` +
		`{"ticket":"PROJ-123","tags":["a","b"],"nested":{"x":1,"y":null,"z":true}}}`)
	b.ReportAllocs()
	for b.Loop() {
		var billable stint.Billable
		if problems := shape.Decode(body, wire.Create, &billable, ""); problems != nil {
			b.Fatal(problems)
		}
	}
}
