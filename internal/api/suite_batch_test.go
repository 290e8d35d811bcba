package api_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// result is what became of one item of a batch.
type result struct {
	status int
	code   string // of the error
	data   object
}

func resultsOf(t *testing.T, a *apitest.Answer) (out []result) {
	t.Helper()
	if a.Status != 200 {
		t.Fatalf("the batch answered %d: %.500s", a.Status, a.Body)
	}
	for i, row := range rowsOf(t, a) {
		r := result{code: a.Str(fmt.Sprintf("data.%d.error.error", i))}
		if _, err := fmt.Sscan(string(row.values["status"]), &r.status); err != nil {
			t.Fatal(err)
		}
		if (row.values["data"] == nil) == (row.values["error"] == nil) || (r.status < 300) != (row.values["data"] != nil) {
			t.Errorf("item %d has %v", i, row.names)
		}
		if row.values["data"] != nil {
			r.data = objectOf(t, row.values["data"])
		}
		out = append(out, r)
	}
	return out
}

// sayBatch tells the statuses and codes of the items in one line.
func sayBatch(results []result) string {
	var parts []string
	for _, r := range results {
		parts = append(parts, strings.TrimSpace(fmt.Sprint(r.status, " ", r.code)))
	}
	return strings.Join(parts, ", ")
}

func (b *books) batch(options string, items ...string) *apitest.Answer {
	b.t.Helper()
	// Without atomic an item that is refused does not refuse the batch.
	return b.Do("POST", "time-entries/batch", `{`+options+`"items":[`+strings.Join(items, ",")+`]}`, apitest.InPart())
}

// item is a time entry for a batch; more is set on top.
func (b *books) item(more raw) string {
	body := raw{"projectId": quote(b.project), "date": `"2023-10-05"`, "durationSeconds": "60"}
	maps.Copy(body, more)
	return body.String()
}

// Ours, batch: each item has a result of its own, in the order of the items.
func TestBatch(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		other := secondClient(b)
		_, finalBillable, _ := b.finalized("B-1")
		before := b.Must(200, "GET", "time-entries", nil).Len("data")
		b.Create("time-entries", b.item(raw{"externalKey": `"taken"`}))
		got := resultsOf(s.t, b.batch("",
			b.item(nil), b.item(raw{"durationSeconds": "0"}), b.item(raw{"projectId": `"x"`}), b.item(raw{"externalKey": `"taken"`}), "null", `"x"`,
			b.item(raw{"externalKey": `"k"`, "description": `"first"`}), b.item(raw{"externalKey": `"k"`}), b.item(raw{"billableId": quote(b.billable)}),
			b.item(raw{"billableId": quote(finalBillable)}), b.item(raw{"billableId": quote(b.billable), "projectId": quote(other.project)}), b.item(raw{"foo": "1"}), b.item(nil)))
		want := "201, 400 ValidationFailed, 422 UnknownReference, 409 ExternalKeyTaken, 400 ValidationFailed, 400 ValidationFailed, " +
			"201, 409 ExternalKeyTaken, 201, 409 InvoiceFinalized, 422 OtherContract, 400 ValidationFailed, 201"
		if sayBatch(got) != want {
			s.t.Errorf("the items became\n%s, want\n%s", sayBatch(got), want)
		}
		if after := b.Must(200, "GET", "time-entries", nil).Len("data"); after != before+5 {
			s.t.Errorf("there are %d entries, want %d", after, before+5)
		}
		for _, r := range got {
			if r.status == 201 {
				one := dataOf(s.t, b.Must(200, "GET", "time-entries/"+r.data.str("id"), nil))
				if one.str("user") != b.User || one.str("createdAt") != r.data.str("createdAt") {
					s.t.Errorf("the entry is %v, the batch had answered %v", one.values, r.data.values)
				}
			}
		}
	})
}

// Ours, batch: atomic, one refused item refuses all, and the answer names each.
func TestAtomicBatch(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		list := b.Must(200, "GET", "time-entries", nil)
		const atomic = `"atomic":true,`
		invalid(s.t, b.batch(atomic, b.item(nil), b.item(raw{"durationSeconds": "0"}), b.item(raw{"date": `"x"`, "foo": "1"})),
			map[string]string{"/items/1/durationSeconds": "TooSmall", "/items/2/date": "NotADate", "/items/2/foo": "UnknownField"})
		refusal(s.t, b.batch(atomic, b.item(nil), b.item(raw{"projectId": `"x"`}), b.item(nil), b.item(raw{"billableId": `"x"`})), 422, "UnknownReference",
			map[string]string{"/items/1/projectId": "UnknownReference", "/items/3/billableId": "UnknownReference"})
		refusal(s.t, b.batch(atomic, b.item(raw{"externalKey": `"k"`}), b.item(raw{"externalKey": `"k"`})), 409, "ExternalKeyTaken", map[string]string{"/items/1": "ExternalKeyTaken"})
		same(s.t, list, b.Must(200, "GET", "time-entries", nil))
		if got := sayBatch(resultsOf(s.t, b.batch(atomic, b.item(nil), b.item(raw{"externalKey": `"k"`})))); got != "201, 201" {
			s.t.Errorf("the items became %s", got)
		}
	})
}

// Ours, batch: upsert replaces the entry that has an item's key.
func TestUpsertBatch(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		other := secondClient(b)
		_, billable, _ := b.finalized("B-1")
		const upsert = `"mode":"upsert",`
		full := raw{"externalKey": `"a"`, "description": `"d"`, "referenceId": `"r"`}
		first := resultsOf(s.t, b.batch(upsert, b.item(full), b.item(raw{"externalKey": `"b"`}), b.item(nil)))
		if sayBatch(first) != "201, 201, 201" {
			s.t.Fatalf("the items became %s", sayBatch(first))
		}
		second := resultsOf(s.t, b.batch(upsert, b.item(raw{"externalKey": `"a"`, "durationSeconds": "7"}), b.item(raw{"externalKey": `"b"`}), b.item(raw{"externalKey": `"c"`}),
			b.item(raw{"externalKey": `"a"`}), b.item(raw{"externalKey": `"b"`, "durationSeconds": "0"}), b.item(nil)))
		if got, want := sayBatch(second), "200, 200, 201, 409 ExternalKeyTaken, 400 ValidationFailed, 201"; got != want {
			s.t.Errorf("the items became %s, want %s", got, want)
		}
		a := second[0].data
		if a.str("id") != first[0].data.str("id") || a.str("durationSeconds") != "7" || a.values["description"] != nil || a.values["referenceId"] != nil {
			s.t.Errorf("the replaced entry is %v", a.values)
		}
		if unchanged := second[1].data; unchanged.str("updatedAt") != first[1].data.str("updatedAt") {
			s.t.Errorf("an item that changes nothing touched its entry: %v", unchanged.values)
		}
		third := resultsOf(s.t, b.batch(upsert, b.item(raw{"externalKey": `"a"`, "projectId": quote(other.project)}), b.item(raw{"externalKey": `"b"`, "billableId": quote(billable)})))
		if got, want := sayBatch(third), "400 ValidationFailed, 409 InvoiceFinalized"; got != want {
			s.t.Errorf("the items became %s, want %s", got, want)
		}
		locked := b.newInvoice("B-2")
		lockedBillable := b.newBillable(locked, "1", "1")
		b.Must(200, "PATCH", "time-entries/"+first[1].data.str("id"), raw{"billableId": quote(lockedBillable)})
		b.Must(200, "POST", "invoices/"+locked+"/finalize", nil)
		last := resultsOf(s.t, b.batch(upsert, b.item(raw{"externalKey": `"b"`, "billableId": quote(lockedBillable)}), b.item(raw{"externalKey": `"b2"`}), b.item(raw{"externalKey": `"c"`})))
		if got, want := sayBatch(last), "200, 201, 200"; got != want {
			s.t.Errorf("the items became %s, want %s", got, want)
		}
		if got, want := sayBatch(resultsOf(s.t, b.batch(upsert, b.item(raw{"externalKey": `"b"`, "durationSeconds": "9"})))), "409 TimeEntryBilled"; got != want {
			s.t.Errorf("a locked entry became %s, want %s", got, want)
		}
		refusal(s.t, b.batch(upsert+`"atomic":true,`, b.item(raw{"externalKey": `"c"`, "durationSeconds": "8"}), b.item(raw{"externalKey": `"b"`, "durationSeconds": "9"})), 409, "TimeEntryBilled", map[string]string{"/items/1": "TimeEntryBilled"})
		if got := dataOf(s.t, b.Must(200, "GET", "time-entries/by-key/c", nil)).str("durationSeconds"); got != "60" {
			s.t.Errorf("a refused batch changed an entry: %s", got)
		}
	})
}

// Ours, batch: 1 to 1,000 items; what the batch itself may hold.
func TestBatchBodies(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		b.Must(204, "DELETE", "time-entries/"+b.entry, nil)
		many := strings.Split(strings.Repeat(b.item(nil)+"\n", 1001), "\n")[:1001]
		invalid(s.t, b.batch(""), map[string]string{"/items": "TooFewItems"})
		invalid(s.t, b.batch("", many...), map[string]string{"/items": "TooManyItems"})
		invalid(s.t, b.batch(`"mode":"replace","atomic":"yes","foo":1,`, b.item(nil)), map[string]string{"/mode": "NotAllowed", "/atomic": "WrongType", "/foo": "UnknownField"})
		invalid(s.t, b.Do("POST", "time-entries/batch", "{}"), map[string]string{"/items": "Required"})
		invalid(s.t, b.Do("POST", "time-entries/batch", `{"items":{}}`), map[string]string{"/items": "WrongType"})
		if got := b.Must(200, "GET", "time-entries", nil).Len("data"); got != 0 {
			s.t.Errorf("refused batches made %d entries", got)
		}
		for i, r := range resultsOf(s.t, b.batch(`"mode":"create","atomic":null,`, many[:1000]...)) {
			if r.status != 201 {
				s.t.Fatalf("item %d became %d %s", i, r.status, r.code)
			}
		}
		if got := b.Must(200, "GET", "time-entries", nil).Len("data"); got != 1000 {
			s.t.Errorf("there are %d entries, want 1000", got)
		}
	})
}

// Ours, batch: of upserts of the same keys at once none fails and none doubles.
func TestUpsertsAtOnce(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		var items []string
		for i := range 20 {
			items = append(items, b.item(raw{"externalKey": quote(fmt.Sprint("k", i))}))
		}
		answers := make([]*apitest.Answer, 6)
		atOnce(len(answers), func(i int) { answers[i] = b.batch(`"mode":"upsert",`, items...) })
		made := 0
		for _, a := range answers {
			for _, r := range resultsOf(s.t, a) {
				switch r.status {
				case 201:
					made++
				case 200:
				default:
					s.t.Errorf("an item became %d %s", r.status, r.code)
				}
			}
		}
		if made != len(items) {
			s.t.Errorf("%d entries were made, want %d", made, len(items))
		}
	})
}
