package fault

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stint/internal/apitest"
	"stint/internal/testdb"
)

// work is a client with a contract and a project, to write below.
type work struct{ client, contract, project string }

func newWork(s *apitest.Client) (w work) {
	w.client = s.Create("clients", `{"name":"ACME"}`)
	w.contract = s.Create("contracts", map[string]any{"clientId": w.client, "name": "2023", "amountMinor": 12000, "currencyCode": "EUR"})
	w.project = s.Create("projects", map[string]any{"contractId": w.contract, "name": "API"})
	return w
}

func newInvoice(s *apitest.Client, contract, number string) string {
	return s.Create("invoices", map[string]any{"contractId": contract, "invoiceNumber": number, "currencyCode": "EUR"})
}

func line(amount int) map[string]any {
	return map[string]any{"description": "Work", "quantity": 1.5, "amountMinor": amount, "currencyCode": "EUR"}
}

// tally counts answers by status and error, such as "409 InvoiceFinalized".
func tally(answers []*apitest.Answer) map[string]int {
	out := map[string]int{}
	for _, a := range answers {
		key := fmt.Sprint(a.Status)
		if a.Status >= 400 {
			key += " " + a.Str("error")
		}
		out[key]++
	}
	return out
}

// atOnce sends n requests at one moment.
func atOnce(n int, send func(i int) *apitest.Answer) []*apitest.Answer {
	out := make([]*apitest.Answer, n)
	together(n, func(i int) { out[i] = send(i) })
	return out
}

// want fails the test unless the answers are these and no others.
func want(t *testing.T, answers []*apitest.Answer, expected map[string]int) {
	t.Helper()
	if got := tally(answers); fmt.Sprint(got) != fmt.Sprint(expected) {
		t.Errorf("the answers were %v, want %v", got, expected)
	}
}

// onServer runs a test on each engine, on a server in the process, and looks
// at the whole tenant after it.
func onServer(t *testing.T, test func(t *testing.T, s *apitest.Server)) {
	t.Helper()
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		t.Parallel()
		s := apitest.Start(t, engine)
		test(t, s)
		check(t, s.Address, s.Tenant)
	})
}

// Of many finalizations at once one wins, and the invoice changes once.
func TestOneFinalizationWins(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		w := newWork(s.Client)
		for round := range testdb.Scale(1, 10, 50) {
			invoice := newInvoice(s.Client, w.contract, fmt.Sprint(round))
			s.Must(201, "POST", "billables", map[string]any{"invoiceId": invoice, "billables": []any{line(999), line(333)}})
			want(t, atOnce(50, func(int) *apitest.Answer { return s.Do("POST", "invoices/"+invoice+"/finalize", nil) }),
				map[string]int{"200": 1, "409 InvoiceFinalized": 49})
			a := s.Must(200, "GET", "invoices/"+invoice, nil)
			if a.Str("data.status") != "FINALIZED" || a.Header.Get("ETag") != `"3"` {
				t.Errorf("after creation, its lines and one finalization the invoice is %s with ETag %s, want FINALIZED, \"3\"", a.Str("data.status"), a.Header.Get("ETag"))
			}
		}
	})
}

// Finalizing and voiding, or deleting, at once: the answers fit one order of them.
func TestFinalizeAgainstVoidAndDelete(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		w := newWork(s.Client)
		for round := range testdb.Scale(3, 20, 100) {
			invoice := newInvoice(s.Client, w.contract, fmt.Sprint(round))
			a := atOnce(3, func(i int) *apitest.Answer {
				switch i {
				case 0:
					return s.Do("POST", "invoices/"+invoice+"/finalize", nil)
				case 1:
					return s.Do("POST", "invoices/"+invoice+"/void", nil)
				}
				return s.Do("DELETE", "invoices/"+invoice, nil)
			})
			end := s.Do("GET", "invoices/"+invoice, nil)
			finalized, voided, deleted := a[0].Status == 200, a[1].Status == 200, a[2].Status == 204
			switch {
			case deleted && !finalized && !voided && end.Status == 404:
			case finalized && !voided && !deleted && end.Str("data.status") == "FINALIZED":
			case finalized && voided && !deleted && end.Str("data.status") == "VOID":
			default:
				t.Errorf("no order of finalize, void and delete answers %v and leaves %d %s", tally(a), end.Status, end.Body)
			}
		}
	})
}

// What is finalized stays as it was: neither time entries nor lines slip in
// while an invoice is being finalized.
func TestFinalizeAgainstChanges(t *testing.T) {
	onServer(t, func(t *testing.T, s *apitest.Server) {
		w := newWork(s.Client)
		for round := range testdb.Scale(2, 10, 50) {
			finalizeAgainstChanges(t, s, w, round)
		}
	})
}

func finalizeAgainstChanges(t *testing.T, s *apitest.Server, w work, round int) {
	t.Helper()
	invoice := newInvoice(s.Client, w.contract, fmt.Sprint(round))
	billable := s.Must(201, "POST", "billables", map[string]any{"invoiceId": invoice, "billables": []any{line(12345)}}).Str("data.0.id")
	entry := func(billed any) string {
		return s.Create("time-entries", map[string]any{"projectId": w.project, "date": "2023-10-05", "durationSeconds": 60, "billableId": billed})
	}
	billed, free, toDelete := entry(billable), entry(nil), entry(billable)
	changes := []func(i int) *apitest.Answer{
		func(i int) *apitest.Answer {
			return s.Do("PATCH", "time-entries/"+billed, map[string]any{"durationSeconds": 61 + i})
		},
		func(i int) *apitest.Answer {
			var to any // attached by the even ones, detached by the odd ones
			if i%2 == 0 {
				to = billable
			}
			return s.Do("PATCH", "time-entries/"+free, map[string]any{"billableId": to, "durationSeconds": 61 + i})
		},
		func(int) *apitest.Answer {
			return s.Do("POST", "billables", map[string]any{"invoiceId": invoice, "billables": []any{line(7), line(3)}})
		},
		func(i int) *apitest.Answer {
			return s.Do("PATCH", "billables/"+billable, map[string]any{"quantity": i + 1})
		},
		func(i int) *apitest.Answer {
			if i != 2 {
				return s.Do("GET", "time-entries/"+toDelete, nil)
			}
			return s.Do("DELETE", "time-entries/"+toDelete, nil)
		},
	}
	const tries = 8
	var final atomic.Bool
	var finalize *apitest.Answer
	together(len(changes)+1, func(n int) {
		if n == len(changes) {
			s.Must(200, "GET", "invoices/"+invoice, nil) // so that some changes come before
			finalize = s.Do("POST", "invoices/"+invoice+"/finalize", nil)
			final.Store(true)
			return
		}
		for i := range tries {
			before := final.Load()
			a := changes[n](i)
			switch a.Status {
			case 200, 201, 204:
				if before && n != 4 && !(n == 1 && i%2 == 1) {
					t.Errorf("change %d was taken after the invoice was final: %s", n, a.Body)
				}
			case 404:
				if n != 4 {
					t.Errorf("change %d answered 404", n)
				}
			case 409:
			default:
				t.Errorf("change %d answered %d: %s", n, a.Status, a.Body)
			}
		}
	})
	if finalize.Status != 200 {
		t.Fatalf("finalize answered %d: %s", finalize.Status, finalize.Body)
	}
	end := s.Must(200, "GET", "invoices/"+invoice, nil)
	if !bytes.Equal(end.Body, finalize.Body) || end.Header.Get("ETag") != finalize.Header.Get("ETag") {
		t.Errorf("the finalized invoice changed:\n%s\n%s", finalize.Body, end.Body)
	}
	check(t, s.Address, s.Tenant)
}

// A change of billed time that has begun is done before its invoice is
// finalized: what the finalization answers holds. SQLite has one writer;
// on PostgreSQL the change is held in its middle, and the finalization has to wait for it.
func TestFinalizeWaitsForChangesThatHaveBegun(t *testing.T) {
	t.Parallel()
	if !testdb.Has(testdb.PostgreSQL) {
		return
	}
	s := apitest.Start(t, testdb.PostgreSQL)
	w := newWork(s.Client)
	for i, change := range []string{`{"durationSeconds":61}`, `{"billableId":null}`, `{"billableId":"%s"}`, ""} {
		invoice := newInvoice(s.Client, w.contract, fmt.Sprint(i))
		billable := s.Must(201, "POST", "billables", map[string]any{"invoiceId": invoice, "billables": []any{line(100)}}).Str("data.0.id")
		body := map[string]any{"projectId": w.project, "date": "2023-10-05", "durationSeconds": 60, "billableId": billable}
		if strings.Contains(change, "%s") {
			change = fmt.Sprintf(change, billable)
			delete(body, "billableId")
		}
		entry := s.Create("time-entries", body)
		release := hold(t, s.Address, s.Tenant, entry)
		var changed, finalized *apitest.Answer
		var both sync.WaitGroup
		both.Go(func() {
			if change == "" {
				changed = s.Do("DELETE", "time-entries/"+entry, nil)
				return
			}
			changed = s.Do("PATCH", "time-entries/"+entry, change)
		})
		waiting(t, s.Address, s.Tenant, 1)
		done := make(chan struct{})
		both.Go(func() { finalized = s.Do("POST", "invoices/"+invoice+"/finalize", nil); close(done) })
		select {
		case <-done:
			t.Errorf("while %q was in the middle the finalization answered %d", change, finalized.Status)
		case <-time.After(300 * time.Millisecond):
		}
		release()
		both.Wait()
		if changed.Status > 204 || finalized.Status != 200 {
			t.Errorf("%q answered %d, the finalization after it %d: %s %s", change, changed.Status, finalized.Status, changed.Body, finalized.Body)
		}
	}
	check(t, s.Address, s.Tenant)
}

// hold locks a time entry in the database, so that whoever changes it waits for release.
func hold(t *testing.T, address, tenant, entry string) (release func()) {
	t.Helper()
	conn := look(t, address, tenant)
	tx, err := conn.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), `SELECT 1 FROM time_entries WHERE tenant_id = $1 AND id = $2 FOR UPDATE`, tenant, entry)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback(); _ = conn.Close() }
}

// waiting waits until so many transactions of the database wait for a lock.
func waiting(t *testing.T, address, tenant string, n int) {
	t.Helper()
	conn := look(t, address, tenant)
	defer func() { _ = conn.Close() }()
	const query = `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	if !eventually(5*time.Second, func() bool { return texts(t, conn, query)[0] == fmt.Sprint(n) }) {
		t.Fatalf("no %d transactions wait for a lock", n)
	}
}
