package api_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"stint/internal/apitest"
)

// manyEntries logs 1000, 1001 and 499 entries on three days, beside the one of the books.
func manyEntries(b *books) {
	b.t.Helper()
	for day, n := range map[string]int{"2023-11-01": 1000, "2023-11-02": 1001, "2023-11-03": 499} {
		for n > 0 {
			var items []string
			for range min(n, 1000) {
				items = append(items, b.item(raw{"date": quote(day)}))
			}
			n -= len(items)
			for _, r := range resultsOf(b.t, b.batch(`"atomic":true,`, items...)) {
				if r.status != 201 {
					b.t.Fatalf("an item became %d %s", r.status, r.code)
				}
			}
		}
	}
}

// Row "lists": without limit the answer is the whole list, valid and complete,
// however many statements it takes to read.
func TestWholeLists(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		manyEntries(b)
		a := b.Must(200, "GET", "time-entries", nil)
		if a.Header.Get("Content-Length") != "" {
			s.t.Error("a list of more than 1000 rows has a length: it was not streamed")
		}
		rows := rowsOf(s.t, a)
		ids := idsOf(s.t, a)
		if len(rows) != 2501 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 2501 {
			s.t.Fatalf("the list has %d rows, %d ids; want 2501", len(rows), len(slices.Compact(slices.Sorted(slices.Values(ids)))))
		}
		latestFirst := func(a, b object) int { return cmp.Compare(b.str("date")+b.str("id"), a.str("date")+a.str("id")) }
		if !slices.IsSortedFunc(rows, latestFirst) {
			s.t.Error("the list is not in the order of days, the newest first")
		}
		sameIDs(s.t, "pages of 1000", walk(s.t, b.Client, "time-entries", 1000, nil), ids)
		for query, want := range map[string]int{"dateFrom=2023-11-01&dateTo=2023-11-01": 1000, "dateFrom=2023-11-02&dateTo=2023-11-02": 1001, "dateFrom=2023-11-02": 1500, "dateTo=2023-10-31": 1} {
			if got := b.Must(200, "GET", "time-entries?"+query, nil).Len("data"); got != want {
				s.t.Errorf("%s: %d rows, want %d", query, got, want)
			}
		}
		backwards := slices.Clone(ids)
		slices.Sort(backwards)
		sameIDs(s.t, "sorted by createdAt", idsOf(s.t, b.Must(200, "GET", "time-entries?sort=createdAt", nil)), backwards)
		expanded := rowsOf(s.t, b.Must(200, "GET", "time-entries?expand=project.contract,billable", nil))
		if len(expanded) != len(rows) {
			s.t.Fatalf("with expand the list has %d rows, want %d", len(expanded), len(rows))
		}
		for i := 0; i < len(rows); i += 500 {
			holds(s.t, b.Client, rows[i], expanded[i], "project.contract")
			holds(s.t, b.Client, rows[i], expanded[i], "billable")
		}
	})
}

// slowly begins to read a list of tens of megabytes, too many for the buffers
// between server and reader, and gives the rest of it.
func slowly(s *suite) io.ReadCloser {
	s.t.Helper()
	b := s.books()
	manyEntries(b)
	b.Must(200, "PATCH", "contracts/"+b.contract, raw{"description": quote(strings.Repeat("x", 20_000))})
	small := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return conn, conn.(*net.TCPConn).SetReadBuffer(1 << 18)
	}}
	s.t.Cleanup(small.CloseIdleConnections)
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.URL+"/api/v1/time-entries?expand=project.contract", http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.Token)
	req.Header.Set("Tenant-Id", b.Tenant)
	res, err := small.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = res.Body.Close() })
	if _, err := io.CopyN(io.Discard, res.Body, 1<<16); err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("the list begins with %d: %v", res.StatusCode, err)
	}
	return res.Body
}

// Row "lists": while a slow reader takes a list in, nothing of the database is
// held: with a single connection others are still answered.
func TestSlowReadersHoldNothing(t *testing.T) {
	onEachWith(t, apitest.Options{Connections: 1}, func(s *suite) {
		rest := slowly(s)
		ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
		defer cancel()
		soon := func(r *http.Request) { *r = *r.WithContext(ctx) }
		s.Must(201, "POST", "clients", `{"name":"x"}`, soon)
		s.Must(200, "GET", "clients", nil, soon)
		if err := rest.Close(); err != nil {
			s.t.Error(err)
		}
	})
}

// Row "lists": an error after the first byte cuts the connection, so that half
// a list is never taken for a whole one.
func TestCutListsAreNotValid(t *testing.T) {
	onEach(t, func(s *suite) {
		rest := slowly(s)
		if err := s.DB.Close(); err != nil {
			s.t.Fatal(err)
		}
		tail, err := io.ReadAll(rest)
		if err == nil {
			s.t.Errorf("the list ends after %d bytes more as if it were whole: …%s", len(tail), tail[max(0, len(tail)-100):])
		}
		if json.Valid(append([]byte(`{"data":[`), tail...)) || strings.HasSuffix(string(tail), "]}") {
			s.t.Error("half a list ends like a whole one")
		}
	})
}

// Lists of other resources are streamed as well.
func TestWholeListOfClients(t *testing.T) {
	onEach(t, func(s *suite) {
		c := s.user()
		atOnce(4, func(i int) {
			for n := range 260 {
				c.Create("clients", raw{"name": quote(fmt.Sprint(i, " ", n)), "order": fmt.Sprint(n)})
			}
		})
		a := c.Must(200, "GET", "clients?sort=name:desc", nil)
		rows := rowsOf(s.t, a)
		if len(rows) != 1040 || a.Header.Get("Content-Length") != "" {
			s.t.Fatalf("%d rows, length %q; want 1040, streamed", len(rows), a.Header.Get("Content-Length"))
		}
		if !slices.IsSortedFunc(rows, func(a, b object) int { return cmp.Compare(b.str("name"), a.str("name")) }) {
			s.t.Error("the list is not sorted across its parts")
		}
		sameIDs(s.t, "the pages", walk(s.t, c, "clients?sort=name:desc", 300, nil), idsOf(s.t, a))
	})
}
