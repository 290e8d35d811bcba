package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"stint"
	"stint/internal/api"
	"stint/internal/testdb"
)

// book is what a server logged.
type book struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *book) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// logged turns the world to a second server on the same database, which logs
// into a book. close ends it, so that nothing more is logged.
func (w *world) logged(t *testing.T, handler func(io.Writer, *slog.HandlerOptions) slog.Handler) (l *book, end func()) {
	t.Helper()
	l = &book{}
	log := slog.New(handler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ts := httptest.NewServer(api.New(w.App, api.Options{Version: "test", BaseURL: "http://stint.example", Log: log}))
	t.Cleanup(ts.Close)
	w.URL = ts.URL
	return l, ts.Close
}

func asJSON(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) }
func asText(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) }

// forged are texts that a log could take for records of its own.
var forged = append([]string{"a\nb", "\r\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\r\n", "\",\"user\":\"usr_root\",\"x\":\"", "}\n{\"msg\":\"request\"}", "x level=ERROR msg=forged\ntime=now", "\x1b[2J\x1b[31mgone\x1b[0m", "\u0085\u2028\u2029",
	"\x7f\x08\x08\x08", "${jndi:ldap://127.0.0.1/a}", "%s%n%v%!d(MISSING)", "\u202e\u2066", "a\x00b", "\xff\xfe\xed\xa0\x80"}, naughty...)

// Whatever is in names, paths and headers, the log has one record for each
// request, which tells the request, the caller and the tenant, and no secret.
func TestHostileLogging(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		log, end := w.logged(t, asJSON)
		secrets, seen := w.provokeLog(t)
		end()
		text := log.b.String()
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != len(seen) {
			t.Errorf("%d requests made %d records", len(seen), len(lines))
		}
		logs := map[string]bool{}
		for _, line := range lines {
			if !jsontext.Value(line).IsValid() {
				t.Errorf("not one JSON object: %.300q", line)
				continue
			}
			var rec struct{ Msg, Level, Request, Method, Path, Tenant, User, Token string }
			if err := json.Unmarshal([]byte(line), &rec); err != nil {
				t.Fatal(err)
			}
			want, ok := seen[rec.Request]
			if !ok || logs[rec.Request] || rec.Msg != "request" || rec.Method != want.method && !strings.HasPrefix(want.method, strings.TrimSuffix(rec.Method, "...")) {
				t.Errorf("a record of no request, or a second one: %.300q", line)
			}
			if logs[rec.Request] = true; want.authenticated && (rec.User != w.User || rec.Token == "" || rec.Tenant != want.tenant) {
				t.Errorf("the record does not tell who it was: %.300q", line)
			}
			if rec.Level == "ERROR" {
				t.Errorf("an error of ours: %.300q", line)
			}
		}
		for i := range len(text) {
			if c := text[i]; c < ' ' && c != '\n' || c > '~' {
				t.Fatalf("not plain text in the log: %q", text[max(0, i-80):i+20])
			}
		}
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("the log has the secret %.20s…", s)
			}
		}
	})
}

// The same in lines of text.
func TestHostileLoggingAsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testdb.Engines()[0])
	log, end := w.logged(t, asText)
	secrets, seen := w.provokeLog(t)
	end()
	text := log.b.String()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != len(seen) {
		t.Errorf("%d requests made %d lines", len(seen), len(lines))
	}
	for _, line := range lines {
		if !lineOfOurs.MatchString(line) {
			t.Errorf("not a line of ours: %.300q", line)
		}
	}
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("the log has the secret %.20s…", s)
		}
	}
}

var lineOfOurs = regexp.MustCompile(`^time=\S+ level=INFO msg=request request=req_\w+ method=\S+ path=[[:graph:]]+ status=\d+ us=\d+( tenant=("")?\w* user=\w+ token=\w+)?$`)

// provoked is a request that was made for the log.
type provoked struct {
	method, tenant string
	authenticated  bool
}

// provokeLog makes requests with forged texts wherever there can be text. It
// gives the secrets that were sent or answered, and the requests by their ids.
func (w *world) provokeLog(t *testing.T) (secrets []string, seen map[string]provoked) {
	t.Helper()
	seen = map[string]provoked{}
	secrets = []string{w.Token, w.Token[len(stint.TokenPrefix):], hashOf(w.Token)}
	do := func(method, path string, body []byte, known bool, tenant string, edit ...func(*http.Request)) got {
		g := w.send(t, method, path, body, edit...)
		if id := g.header.Get("X-Request-Id"); id == "" || seen[id].method != "" {
			t.Errorf("%s %.100q has no request id of its own", method, path)
		} else {
			seen[id] = provoked{method: method, tenant: tenant, authenticated: known}
		}
		if g.status >= 500 {
			t.Errorf("%s %.100q answered %d: %.300s", method, path, g.status, g.body)
		}
		return g
	}
	for i, s := range forged {
		if i >= 40 && i%testdb.Scale(8, 1, 1) != 0 {
			continue
		}
		do("POST", "/api/v1/clients", plainJSON(t, map[string]any{"name": s}), true, w.Tenant)
		do("GET", "/api/v1/clients/"+escapeAll(s), nil, true, w.Tenant)
		do("GET", "/api/v1/clients/by-key/"+escapeAll(s), nil, true, w.Tenant)
		do("GET", "/"+escapeAll(s), nil, false, "")
		do("GET", "/api/v1/time-entries?referenceId="+escapeAll(s)+"&token="+w.Token, nil, true, w.Tenant)
		do("POST", "/api/v1/clients", []byte(`{"name":`+s), true, w.Tenant)
		header := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, s)
		for _, name := range []string{"User-Agent", "X-Request-Id", "X-Forwarded-For", "Referer", "Traceparent", "If-None-Match"} {
			do("GET", "/api/v1/users/me", nil, true, "", set(name, header))
		}
		do("GET", "/api/v1/clients", nil, strings.TrimSpace(header) != "", "", set("Tenant-Id", header+"x"))
		do("POST", "/api/v1/clients", []byte(`{}`), true, w.Tenant, set("Idempotency-Key", header))
		do("GET", "/api/v1/clients", nil, false, "", set("Authorization", "Bearer stint_pat_"+header))
	}
	for _, method := range []string{"BREW", "DELETE", "OPTIONS", "TRACE", "LEVEL_ERROR", strings.Repeat("A", 500)} {
		do(method, "/api/v1/clients", nil, false, "")
	}
	for i := range 5 {
		name := fmt.Appendf(nil, `{"name":"log %d"}`, i)
		g := do("POST", "/api/v1/tokens", name, true, "", set("Idempotency-Key", fmt.Sprint("token", i)))
		secret := secretIn(t, g)
		secrets = append(secrets, secret, secret[len(stint.TokenPrefix):], hashOf(secret))
		do("POST", "/api/v1/tokens", name, true, "", set("Idempotency-Key", fmt.Sprint("token", i)))
		do("GET", "/api/v1/clients", nil, true, w.Tenant, set("Authorization", "Bearer "+secret))
		do("GET", "/api/v1/clients", nil, false, "", set("Authorization", "Bearer "+secret+"x"))
		do("GET", "/api/v1/clients", nil, false, "", set("Authorization", "Basic "+secret))
		do("GET", "/api/v1/tokens/"+secret, nil, true, "")
		do("GET", "/"+secret+"/x", nil, false, "")
	}
	g := do("GET", "/api/v1/invoices/"+w.ids["invoiceId"]+"/pdf", nil, true, w.Tenant)
	var link struct{ Data struct{ URL string } }
	if err := json.Unmarshal(g.body, &link); err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(link.Data.URL, "?")
	do("GET", "/api/v1/invoices/"+w.ids["invoiceId"]+"/pdf/download?"+query, nil, false, "")
	_, signature, _ := strings.Cut(query, "signature=")
	return append(secrets, strings.Split(signature, "&")[0]), seen
}

// secretIn is the secret of a token that was made.
func secretIn(t *testing.T, g got) string {
	t.Helper()
	var a struct{ Data struct{ Secret string } }
	if err := json.Unmarshal(g.body, &a); err != nil || g.status != 201 || !strings.HasPrefix(a.Data.Secret, stint.TokenPrefix) || len(a.Data.Secret) < 50 {
		t.Fatalf("no token was made: %d: %v: %.300s", g.status, err, g.body)
	}
	return a.Data.Secret
}
