package fault

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// caller sends requests as one user in one tenant. Unlike a test's usual
// client it takes failures for answers.
type caller struct {
	url, token, tenant string
	http               *http.Client
}

// requestLimit is when a request hangs: longer than any timeout of the server.
const requestLimit = 60 * time.Second

func newCaller(t *testing.T, url string, f first) *caller {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{url: url, token: f.token, tenant: f.tenant, http: &http.Client{Timeout: requestLimit, Transport: transport}}
}

// at is the caller at another server.
func (c *caller) at(url string) *caller {
	d := *c
	d.url = url
	return &d
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send sends one request; headers are names and values in turn. An error says
// that no whole answer came.
func (c *caller) send(method, path, body string, headers ...string) (*reply, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, c.url+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("tenant-id", c.tenant)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	// The transport would send a request with an Idempotency-Key again by
	// itself; these tests want to see every failure.
	req.GetBody = nil
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	return &reply{res.StatusCode, res.Header, b}, nil
}

// must is send with the status that has to come.
func (c *caller) must(t *testing.T, status int, method, path, body string, headers ...string) *reply {
	t.Helper()
	r, err := c.send(method, path, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	if r.status != status {
		t.Fatalf("%s %s answered %d, want %d: %s", method, path, r.status, status, r.short())
	}
	return r
}

func (r *reply) short() string { return string(r.body[:min(len(r.body), 500)]) }

// failure says how a request went that should have succeeded.
func (r *reply) failure(err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(r.status, " ", r.short())
}

// data is the answer's data, as it was sent.
func (r *reply) data() json.RawMessage {
	var v struct {
		Data json.RawMessage `json:"data"`
	}
	_ = json.Unmarshal(r.body, &v)
	return v.Data
}

// id is the id of a record as it was sent.
func id(record json.RawMessage) string {
	var v struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(record, &v)
	return v.ID
}

// problem is the code of a refusal.
func (r *reply) problem() string {
	var v struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(r.body, &v)
	return v.Error
}

// list splits the data of a list into its records.
func (r *reply) list() []json.RawMessage {
	var v struct {
		Data []json.RawMessage `json:"data"`
	}
	_ = json.Unmarshal(r.body, &v)
	return v.Data
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func parse(t *testing.T, b []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
}
