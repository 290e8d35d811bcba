// Package apitest runs the API in the process, on a database of its own, and
// checks every request and answer against the OpenAPI document.
package apitest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stint"
	"stint/internal/api"
	"stint/internal/app"
	"stint/internal/render/pdf"
	"stint/internal/store"
	"stint/internal/testdb"
)

// Server is a running API with a user, a tenant and a token.
type Server struct {
	*Client
	API     *api.Server
	App     *app.App
	DB      *store.DB
	Address string
	http    *httptest.Server
	base    string
}

// Client calls the API as one user in one tenant.
type Client struct {
	t      testing.TB
	URL    string
	Token  string
	Tenant string
	User   string
	check  *checker
}

// Start runs the API on a new database of an engine.
func Start(tb testing.TB, engine string) *Server {
	tb.Helper()
	return StartAt(tb, testdb.Address(tb, engine))
}

// StartAt runs the API on a migrated database, with a new user in a new tenant.
func StartAt(tb testing.TB, address string) *Server {
	tb.Helper()
	return StartWith(tb, address, Options{})
}

// Options change what StartWith starts.
type Options struct {
	// Now is the clock of the database; nil is the system's.
	Now func() time.Time
	// Origins may call from a browser.
	Origins []string
	// BaseURL is what links begin with; empty is the server's own address.
	BaseURL string
	// Connections bounds the pool of the database; 0 chooses.
	Connections int
}

// StartWith is StartAt with options.
func StartWith(tb testing.TB, address string, o Options) *Server {
	tb.Helper()
	db := testdb.OpenAt(tb, address, store.Options{Now: o.Now, Connections: o.Connections})
	ts := httptest.NewUnstartedServer(nil)
	if o.BaseURL == "" {
		o.BaseURL = "http://" + ts.Listener.Addr().String()
	}
	a, err := app.New(context.Background(), db, app.Options{BaseURL: o.BaseURL, PDF: pdf.Invoice})
	if err != nil {
		tb.Fatal(err)
	}
	srv := api.New(a, api.Options{Version: "test", BaseURL: o.BaseURL, Origins: o.Origins,
		Log: slog.New(slog.NewTextHandler(logTo{tb}, &slog.HandlerOptions{Level: slog.LevelError}))})
	ts.Config.Handler = srv
	ts.Start()
	tb.Cleanup(ts.Close)
	s := &Server{API: srv, App: a, DB: db, Address: address, http: ts, base: o.BaseURL}
	s.Client = s.NewUser(tb)
	return s
}

// NewUser makes another user with a tenant and a token of its own.
func (s *Server) NewUser(tb testing.TB) *Client {
	tb.Helper()
	tenant := s.DB.IDs.New(stint.PrefixTenant)
	err := s.DB.Do(context.Background(), store.Scope{Tenant: tenant}, func(tx *store.Tx) error {
		return tx.InsertTenant(&stint.Tenant{ID: tenant, Name: "Test Tenant", CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1})
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s.NewMember(tb, tenant)
}

// NewMember makes another user, with a token of its own, who is a member of a tenant.
func (s *Server) NewMember(tb testing.TB, tenant string) *Client {
	tb.Helper()
	return s.NewMemberAs(tb, tenant, stint.RoleOwner)
}

// NewMemberAs is NewMember with a role.
func (s *Server) NewMemberAs(tb testing.TB, tenant string, role stint.Role) *Client {
	tb.Helper()
	c := &Client{t: tb, URL: s.http.URL, check: newChecker(tb, s.API.Document(), s.base)}
	c.Tenant, c.User = tenant, s.DB.IDs.New(stint.PrefixUser)
	c.Token = stint.NewSecret(rand.Reader, stint.TokenPrefix)
	name, email := "Test User", c.User+"@example.com"
	err := s.DB.Global(context.Background(), func(g *store.GlobalTx) error {
		if err := g.InsertUser(&stint.User{ID: c.User, Name: &name, Email: &email}); err != nil {
			return err
		}
		if err := g.InsertMembership(stint.Membership{TenantID: c.Tenant, UserID: c.User, Role: role}); err != nil {
			return err
		}
		return g.InsertToken(&stint.Token{ID: g.NewID(stint.PrefixToken), User: c.User, Name: "test", Hint: "test", CreatedAt: g.Now()}, stint.HashSecret(c.Token))
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// For gives the client to a subtest.
func (c *Client) For(tb testing.TB) *Client {
	tb.Helper()
	d := *c
	d.t = tb
	return &d
}

// Answer is what a call got.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte

	decoded any // of Body, once it was asked for
}

// Option changes a request before it is sent.
type Option func(*http.Request)

// Header sets a header; an empty value removes it.
func Header(name, value string) Option {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

// InPart marks a request that is taken though the document refuses a part of
// it, such as one item of a batch: it is not held against the document.
func InPart() Option {
	return func(r *http.Request) { *r = *r.WithContext(context.WithValue(r.Context(), inPart{}, true)) }
}

type inPart struct{}

// RawQuery sends a query string as it is, even when it is not one.
func RawQuery(query string) Option {
	return func(r *http.Request) { r.URL.RawQuery = query }
}

// Do calls the API. body is nil, a string, []byte or fmt.Stringer sent as it is, or anything else sent as JSON.
func (c *Client) Do(method, path string, body any, opts ...Option) *Answer {
	c.t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	case []byte:
		raw = b
	case fmt.Stringer:
		raw = []byte(b.String())
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			c.t.Fatal(err)
		}
	}
	if !strings.HasPrefix(path, "/") {
		path = "/api/v1/" + path
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+path, bytes.NewReader(raw))
	if err != nil {
		c.t.Fatal(err)
	}
	if body == nil {
		req.Body, req.ContentLength = http.NoBody, 0
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	if c.Tenant != "" {
		req.Header.Set("tenant-id", c.Tenant)
	}
	for _, o := range opts {
		o(req)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := &Answer{t: c.t, Status: res.StatusCode, Header: res.Header, Body: out}
	c.check.check(c.t, req, raw, res, out)
	return a
}

// Must is Do with the status that has to come.
func (c *Client) Must(status int, method, path string, body any, opts ...Option) *Answer {
	c.t.Helper()
	a := c.Do(method, path, body, opts...)
	if a.Status != status {
		c.t.Fatalf("%s %s answered %d, want %d: %s", method, path, a.Status, status, clip(a.Body))
	}
	return a
}

// Create posts a body and gives the new id.
func (c *Client) Create(path string, body any, opts ...Option) string {
	c.t.Helper()
	return c.Must(http.StatusCreated, "POST", path, body, opts...).Str("data.id")
}

func clip(b []byte) string {
	if len(b) > 600 {
		return string(b[:600]) + "…"
	}
	return string(b)
}

// JSON is the decoded body.
func (a *Answer) JSON() any {
	a.t.Helper()
	if a.decoded == nil {
		d := json.NewDecoder(bytes.NewReader(a.Body))
		d.UseNumber()
		if err := d.Decode(&a.decoded); err != nil {
			a.t.Fatalf("the answer is not JSON: %v: %s", err, clip(a.Body))
		}
	}
	return a.decoded
}

// At walks the decoded body by a dotted path, numbers being places in arrays;
// nil when there is nothing.
func (a *Answer) At(path string) any {
	a.t.Helper()
	v := a.JSON()
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i := 0
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// Str is At as a string.
func (a *Answer) Str(path string) string {
	a.t.Helper()
	v := a.At(path)
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// Len is the length of the array at a path.
func (a *Answer) Len(path string) int {
	a.t.Helper()
	v, _ := a.At(path).([]any)
	return len(v)
}

// Errors are the codes of the problems by pointer or parameter.
func (a *Answer) Errors() map[string]string {
	a.t.Helper()
	out := map[string]string{}
	list, _ := a.At("errors").([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		where, _ := m["pointer"].(string)
		if p, ok := m["parameter"].(string); ok {
			where = p
		}
		out[where], _ = m["code"].(string)
	}
	return out
}

// logTo shows the server's errors in the test's output.
type logTo struct{ t testing.TB }

func (l logTo) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}
