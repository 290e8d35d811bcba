package fault

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stint/internal/admin"
	"stint/internal/api"
	"stint/internal/app"
	"stint/internal/render/pdf"
	"stint/internal/store"
	"stint/internal/testdb"
)

// After a server with all kinds of clients has ended, nothing of it runs on.
// The test is not parallel: it counts what runs.
func TestNothingRunsOn(t *testing.T) {
	testdb.Each(t, func(t *testing.T, engine string) {
		address := testdb.Address(t, engine)
		before := goleak.IgnoreCurrent()
		runAndEnd(t, address)
		if err := goleak.Find(before); err != nil {
			t.Error(err)
		}
	})
}

func runAndEnd(t *testing.T, address string) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(ctx, db, app.Options{PDF: pdf.Invoice})
	if err != nil {
		t.Fatal(err)
	}
	made, err := admin.New(db, a).FirstStart(ctx)
	if err != nil {
		t.Fatal(err)
	}
	tending, stop := context.WithCancel(ctx)
	var tend sync.WaitGroup
	tend.Go(func() { a.Tend(tending, func(err error) { t.Error(err) }) })
	s := httptest.NewServer(api.New(a, api.Options{Log: slog.New(slog.DiscardHandler)}))
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	c := &caller{url: s.URL, token: made.Token, tenant: made.Tenant, http: &http.Client{Timeout: requestLimit, Transport: transport}}
	fill(t, c, made.Project, 3000)

	n := testdb.Scale(50, 500, 2000)
	together(16, func(i int) {
		for k := range n / 16 {
			entry := toJSON(map[string]any{"projectId": made.Project, "date": "2023-10-05", "durationSeconds": 60, "externalKey": fmt.Sprintf("%d-%d", i, k)})
			switch (i + k) % 4 {
			case 0:
				c.must(t, 201, "POST", "time-entries", entry, "Idempotency-Key", fmt.Sprintf("%d-%d", i, k))
			case 1:
				cancelled(t, c, "POST", "time-entries", entry, time.Duration(k%20)*100*time.Microsecond)
			case 2:
				cancelled(t, c, "GET", "time-entries?expand=project.contract.client", "", time.Duration(k%20)*time.Millisecond)
			case 3:
				aborted(t, c)
			}
		}
	})

	transport.CloseIdleConnections()
	s.CloseClientConnections()
	s.Close()
	stop()
	tend.Wait()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// fill logs n time entries with a long description each.
func fill(t *testing.T, c *caller, project string, n int) {
	t.Helper()
	text := strings.Repeat("x", 900)
	for done := 0; done < n; done += 500 {
		var items []any
		for range 500 {
			items = append(items, map[string]any{"projectId": project, "date": "2023-10-05", "durationSeconds": 60, "description": text})
		}
		c.must(t, 200, "POST", "time-entries/batch", toJSON(map[string]any{"items": items, "atomic": true}))
	}
}

// cancelled gives a request up after a while.
func cancelled(t *testing.T, c *caller, method, path, body string, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), after)
	defer cancel()
	res := open(ctx, t, c, method, path, body)
	if res != nil {
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
}

// aborted closes a list's connection in the middle of it.
func aborted(t *testing.T, c *caller) {
	t.Helper()
	res := open(context.Background(), t, c, "GET", "time-entries", "")
	if res != nil {
		_, _ = io.CopyN(io.Discard, res.Body, 10_000)
		_ = res.Body.Close()
	}
}

// open sends a request and gives the answer unread; nil without one.
func open(ctx context.Context, t *testing.T, c *caller, method, path, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, c.url+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return nil
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("tenant-id", c.tenant)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil
	}
	return res
}
