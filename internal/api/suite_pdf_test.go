package api_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stint/internal/apitest"
)

// stranger sends a request without a token and a tenant.
func stranger(s *suite, method, path string) *apitest.Answer {
	s.t.Helper()
	return s.Do(method, path, nil, apitest.Header("Authorization", ""), apitest.Header("Tenant-Id", ""))
}

// linkOf asks for the link to the PDF of an invoice.
func linkOf(b *books, invoice string, opts ...apitest.Option) (object, *url.URL) {
	b.t.Helper()
	link := dataOf(b.t, b.Must(200, "GET", "invoices/"+invoice+"/pdf", nil, opts...))
	u, err := url.Parse(link.str("url"))
	if err != nil {
		b.t.Fatal(err)
	}
	return link, u
}

// Row "pdf": the link has a name and a lifetime of 15 minutes, works without a
// token, and answers the PDF of an invoice in any state.
func TestPDFLink(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		final, _, _ := b.finalized("2023/1 Ä")
		void, _, _ := b.finalized("2023-2")
		b.Must(200, "POST", "invoices/"+void+"/void", nil)
		for invoice, name := range map[string]string{b.invoice: "DRAFT-" + strings.TrimPrefix(b.invoice, "inv_") + ".pdf", final: "2023-1--.pdf", void: "2023-2.pdf", b.newInvoice("../.."): "", b.newInvoice("Ωμέγα"): ""} {
			link, u := linkOf(b, invoice)
			if want := []string{"id", "url", "fileName", "expiresIn", "expiresAt", "createdAt"}; !slices.Equal(link.names, want) || link.str("id") != invoice {
				s.t.Errorf("the link of %s is %v", invoice, link.values)
			}
			from, err1 := time.Parse(time.RFC3339, link.str("createdAt"))
			to, err2 := time.Parse(time.RFC3339, link.str("expiresAt"))
			if err1 != nil || err2 != nil || to.Sub(from) != 15*time.Minute || string(link.values["expiresIn"]) != "900" {
				s.t.Errorf("the link is good from %s to %s, %s seconds; want 15 minutes", link.str("createdAt"), link.str("expiresAt"), link.values["expiresIn"])
			}
			if strings.ContainsAny(link.str("fileName"), `/\" `) || !strings.HasSuffix(link.str("fileName"), ".pdf") || name != "" && link.str("fileName") != name {
				s.t.Errorf("the file name is %q, want %q", link.str("fileName"), name)
			}
			a := stranger(s, "GET", u.RequestURI())
			if a.Status != 200 || a.Header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(a.Body, []byte("%PDF-")) || !strings.Contains(a.Header.Get("Content-Disposition"), `filename="`+link.str("fileName")+`"`) {
				s.t.Errorf("the link answers %d, %v: %.100s", a.Status, a.Header, a.Body)
			}
			if head := stranger(s, "HEAD", u.RequestURI()); head.Status != 200 || head.Header.Get("Content-Length") != strconv.Itoa(len(a.Body)) {
				s.t.Errorf("HEAD of the link answers %d, %v", head.Status, head.Header)
			}
		}
	})
}

// Row "pdf": a link that was changed in any part, or that was never given, is refused.
func TestTamperedPDFLinks(t *testing.T) {
	onEach(t, func(s *suite) {
		b, other := s.books(), s.books()
		second := b.newInvoice("")
		_, u := linkOf(b, b.invoice)
		_, foreign := linkOf(other, other.invoice)
		path, query := u.Path, u.Query()
		with := func(name string, value ...string) string {
			q := u.Query()
			q[name] = value
			return path + "?" + q.Encode()
		}
		expires, err := strconv.ParseInt(query.Get("expires"), 10, 64)
		if err != nil {
			s.t.Fatal(err)
		}
		signature := query.Get("signature")
		flipped := "A" + signature[1:]
		if flipped == signature {
			flipped = "B" + signature[1:]
		}
		bad := []string{path, path + "?", with("expires", strconv.FormatInt(expires+1, 10)), with("expires", ""), with("expires", "x"), with("expires", "0"+query.Get("expires")+"0"),
			with("tenant", other.Tenant), with("tenant", ""), with("signature", flipped), with("signature", signature[1:]), with("signature", ""), with("signature", foreign.Query().Get("signature")),
			with("signature"), strings.Replace(path, b.invoice, second, 1) + "?" + u.RawQuery, strings.Replace(path, b.invoice, other.invoice, 1) + "?" + u.RawQuery, path + "?" + foreign.RawQuery}
		for _, link := range bad {
			refusal(s.t, stranger(s, "GET", link), 404, "NotFound", map[string]string{})
			refusal(s.t, b.Do("GET", link, nil), 404, "NotFound", map[string]string{})
		}
		if a := stranger(s, "GET", u.RequestURI()); a.Status != 200 {
			s.t.Errorf("the link itself answers %d", a.Status)
		}
		b.Must(204, "DELETE", "invoices/"+second, nil)
	})
}

// Row "pdf": the link works until it expires, and no longer than its invoice.
func TestPDFLinkExpires(t *testing.T) {
	onEach(t, func(s *suite) {
		b := s.books()
		empty := b.newInvoice("")
		_, gone := linkOf(b, empty)
		b.Must(204, "DELETE", "invoices/"+empty, nil)
		refusal(s.t, stranger(s, "GET", gone.RequestURI()), 404, "NotFound", map[string]string{})
		_, u := linkOf(b, b.invoice)
		s.clock.Advance(15*time.Minute - time.Second)
		if a := stranger(s, "GET", u.RequestURI()); a.Status != 200 {
			s.t.Errorf("a second before its end the link answers %d", a.Status)
		}
		s.clock.Advance(time.Second)
		refusal(s.t, stranger(s, "GET", u.RequestURI()), 404, "NotFound", map[string]string{})
		_, again := linkOf(b, b.invoice)
		if a := stranger(s, "GET", again.RequestURI()); a.Status != 200 {
			s.t.Errorf("a new link answers %d", a.Status)
		}
	})
}

// Row "pdf": absolute links are made from the configured base URL, never from
// what a request says of its host.
func TestPDFLinkHost(t *testing.T) {
	onEachWith(t, apitest.Options{BaseURL: "https://books.example.org"}, func(s *suite) {
		b := s.books()
		for _, opt := range []apitest.Option{func(*http.Request) {}, func(r *http.Request) { r.Host = "evil.example" }, apitest.Header("X-Forwarded-Host", "evil.example"), apitest.Header("Forwarded", "host=evil.example")} {
			if _, u := linkOf(b, b.invoice, opt); u.Scheme != "https" || u.Host != "books.example.org" {
				s.t.Errorf("the link goes to %s", u)
			}
		}
	})
}
