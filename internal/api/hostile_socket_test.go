package api_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"stint/internal/testdb"
)

// spoken is a request as bytes. In text, HEAD stands for the headers of an
// honest caller, and BODY for a body that would make a client.
type spoken struct {
	name, text string
	want       []int // the statuses of all the answers
	halfClosed bool  // the caller stops sending, and listens
}

const (
	spokenBody = `{"name":"smuggled"}`
	spokenNext = "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\n\r\n"
)

var spokenRequests = []spoken{
	// Lengths that lie.
	{"a length too short", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 5\r\n\r\nBODY\r\n\r\n", []int{400, 400}, false},
	{"a length too long", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 50\r\n\r\nBODY", []int{400}, true},
	{"a length of nothing", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 19\r\n\r\n", []int{400}, true},
	{"no length", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nConnection: close\r\n\r\n", []int{400}, false},
	{"no length, and a body", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\nBODY\r\n\r\n", []int{400, 400}, false},
	{"a negative length", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: -1\r\n\r\nBODY", []int{400}, false},
	{"a signed length", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: +19\r\n\r\nBODY", []int{400}, false},
	{"a hexadecimal length", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 0x13\r\n\r\nBODY", []int{400}, false},
	{"a length with an underscore", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 1_9\r\n\r\nBODY", []int{400}, false},
	{"a list of lengths", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 19, 19\r\n\r\nBODY", []int{400}, false},
	{"an immense length", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 99999999999999999999\r\n\r\nBODY", []int{400}, false},
	{"the longest length", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 9223372036854775807\r\n\r\nBODY", []int{413}, false},
	{"one byte more than 1 MiB", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 1048577\r\n\r\nBODY", []int{413}, false},
	{"two lengths", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 19\r\nContent-Length: 5\r\n\r\nBODY", []int{400}, false},
	// A body in chunks ends its connection: what a proxy might take for another request is never answered.
	{"length and chunks", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + spokenNext, []int{400}, false},
	{"chunks and length", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\nContent-Length: 300\r\n\r\n5\r\n{\"a\":\r\n0\r\n\r\n" + spokenNext, []int{400}, false},
	{"chunks of a request without body", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + spokenNext, []int{200}, false},
	{"a chunk that is too long", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nBODY\r\n0\r\n\r\n", []int{400}, true},
	{"a negative chunk", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\n\r\n-13\r\nBODY\r\n0\r\n\r\n", []int{400}, true},
	{"a chunk that is no number", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nBODY\r\n0\r\n\r\n", []int{400}, true},
	{"a chunk longer than it says", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nBODY\r\n0\r\n\r\n", []int{400}, true},
	{"no last chunk", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\n\r\n13\r\nBODY\r\n", []int{400}, true},
	{"a chunk of 1 KiB of extensions", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\n\r\n5;" + strings.Repeat("x", 1000) + "\r\n{\"a\":\r\n0\r\n\r\n" + spokenNext, []int{400}, true},
	{"trailers that speak for another", "GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n0\r\nAuthorization: Bearer TOKEN\r\n\r\n", []int{401}, false},
	// net/http answers 501 to an encoding it does not know, as RFC 9112 6.1 asks.
	{"an unknown encoding", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: xchunked\r\nContent-Length: 19\r\n\r\nBODY", []int{501}, false},
	{"two encodings", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: gzip, chunked\r\n\r\nBODY", []int{501}, false},
	{"two encoding headers", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\nBODY", []int{501}, false},
	{"an encoding with a control character", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nTransfer-Encoding: \x0bchunked\r\nContent-Length: 19\r\n\r\nBODY", []int{400}, false},
	// Headers.
	{"a space before a colon", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nContent-Length : 19\r\n\r\nBODY", []int{400}, false},
	{"a space in a header's name", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nX Y: 1\r\n\r\n", []int{400}, false},
	{"NUL in a header", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nX: a\x00b\r\n\r\n", []int{400}, false},
	{"a carriage return in a header", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nX: a\rY: b\r\n\r\n", []int{400}, false},
	{"no colon", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nX\r\n\r\n", []int{400}, false},
	{"no host", "GET /api/v1/users/me HTTP/1.1\r\nConnection: close\r\n\r\n", []int{400}, false},
	{"two hosts", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nHost: y\r\n\r\n", []int{400}, false},
	{"a host that is none", "GET /api/v1/users/me HTTP/1.1\r\nHost: a b<c>\r\nConnection: close\r\n\r\n", []int{400}, false},
	{"2 MiB of headers", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nX: " + strings.Repeat("a", 2<<20) + "\r\n\r\n", []int{431}, false},
	{"an expectation that cannot be met", "POST /api/v1/clients HTTP/1.1\r\nHEAD\r\nExpect: the-unexpected\r\nContent-Length: 19\r\n\r\n", []int{417}, false},
	{"a folded header", "GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer\r\n TOKEN\r\n\r\n", []int{200}, false},
	// Request lines.
	{"bare line feeds", "GET /api/v1/users/me HTTP/1.1\nHost: x\nConnection: close\nAuthorization: Bearer TOKEN\n\n", []int{200}, false},
	{"HTTP/1.0", "GET /api/v1/users/me HTTP/1.0\r\nAuthorization: Bearer TOKEN\r\n\r\n" + spokenNext, []int{200}, false},
	{"HTTP/1.0 without length", "POST /api/v1/clients HTTP/1.0\r\nAuthorization: Bearer TOKEN\r\ntenant-id: TENANT\r\n\r\nBODY", []int{400}, false},
	{"HTTP/0.9", "GET /api/v1/users/me\r\n\r\n", []int{400}, false},
	{"a version of the future", "GET /api/v1/users/me HTTP/3.0\r\nHEAD\r\n\r\n", []int{505}, false},
	{"HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{404}, false},
	{"a version in small letters", "GET /api/v1/users/me http/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"a version with a blank", "GET /api/v1/users/me HTTP/1.1 \r\nHEAD\r\n\r\n", []int{400}, false},
	{"three words too many", "GET /api/v1/users/me and more HTTP/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"an unknown method", "BREW /api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\n", []int{405}, false},
	{"a method in small letters", "get /api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\n", []int{405}, false},
	{"TRACE", "TRACE /api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\n", []int{405}, false},
	{"CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHEAD\r\n\r\n", []int{404}, false},
	{"a method of 1,000 letters", strings.Repeat("M", 1000) + " /api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\n", []int{405}, false},
	{"a method that is none", "GE(T /api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"no method", " /api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"a path that does not begin", "GET api/v1/clients HTTP/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"a wrong escape", "GET /api/v1/clients/%zz HTTP/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"half an escape", "GET /api/v1/clients/%4 HTTP/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"NUL in a path", "GET /api/v1/clients/\x00 HTTP/1.1\r\nHEAD\r\n\r\n", []int{400}, false},
	{"raw bytes in a path", "GET /api/v1/clients/\xff\xfe HTTP/1.1\r\nHEAD\r\n\r\n", []int{404}, false},
	{"a fragment", "GET /api/v1/users/me#x HTTP/1.1\r\nHEAD\r\n\r\n", []int{404}, false},
	{"a star", "GET * HTTP/1.1\r\nHEAD\r\n\r\n", []int{404}, false},
	{"another server's address", "GET http://example.com/api/v1/users/me HTTP/1.1\r\nHEAD\r\n\r\n", []int{200}, false},
	{"another scheme", "GET ftp://example.com/api/v1/nowhere HTTP/1.1\r\nHEAD\r\n\r\n", []int{404}, false},
	{"an override of the method", "GET /api/v1/users/me HTTP/1.1\r\nHEAD\r\nX-HTTP-Method-Override: DELETE\r\n\r\n", []int{200}, false},
	{"an upgrade", "GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nConnection: Upgrade, close\r\nUpgrade: h2c, websocket\r\n\r\n", []int{200}, false},
	{"a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 500) + "\r\n\r\n", []int{400}, false},
	{"noise", "\x00\xff\xfe\x01\r\n\r\n", []int{400}, false},
}

// What is said to the socket itself: each request is answered once, none
// writes, and none brings the server down.
func TestHostileSockets(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		before := w.everyRow(t)
		head := "Host: x\r\nAuthorization: Bearer " + w.Token + "\r\ntenant-id: " + w.Tenant + "\r\nContent-Type: application/json"
		fill := strings.NewReplacer("HEAD", head, "BODY", spokenBody, "TOKEN", w.Token, "TENANT", w.Tenant)
		for _, s := range spokenRequests {
			text := fill.Replace(s.text)
			if !strings.Contains(text, "Connection:") && len(s.want) == 1 && s.want[0] < 500 && s.want[0] != 400 && !strings.Contains(s.text, "chunked") {
				text = strings.Replace(text, head, head+"\r\nConnection: close", 1)
			}
			statuses, err := w.speak(t, text, s.halfClosed)
			if err != nil {
				t.Errorf("%s: %v after %v", s.name, err, statuses)
			}
			if fmt.Sprint(statuses) != fmt.Sprint(s.want) {
				t.Errorf("%s: answered %v, want %v", s.name, statuses, s.want)
			}
		}
		w.unchanged(t, "what was said to the socket", before)
		if g := w.send(t, "GET", "/api/v1/users/me", nil); g.status != 200 {
			t.Errorf("after all that, an honest request is answered %d", g.status)
		}
	})
}

// speak writes to the socket and reads answers until the server closes it.
func (w *world) speak(t *testing.T, text string, halfClose bool) (statuses []int, err error) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	// The server may close before it has heard all of it.
	if _, err := io.WriteString(conn, text); err == nil && halfClose {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	r := bufio.NewReader(conn)
	for range 10 {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return statuses, err
			}
			return statuses, nil // closed, or reset when something was left unread
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return append(statuses, res.StatusCode), err
		}
		statuses = append(statuses, res.StatusCode)
	}
	return statuses, errors.New("it goes on and on")
}
