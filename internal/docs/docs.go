// Package docs makes the readable documentation of the API: one page of plain
// HTML and one style sheet, rendered once from the OpenAPI document. The page
// runs no script and loads nothing from elsewhere.
//
// It knows OpenAPI and HTML. It knows nothing of the rest of the program: what
// it is given is the document, as JSON.
package docs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"
	"time"
)

//go:embed page.html guide.html style.css
var files embed.FS

// The page may load its own style sheet and nothing else, run nothing, and be
// framed by nobody.
const contentSecurityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New renders an OpenAPI document and serves the page at /docs, its style
// sheet under it. It panics when the document is not one it can render: the
// document is made by the same program, so any start of it finds the mistake.
func New(document []byte) http.Handler {
	page, err := render(document)
	if err != nil {
		panic("docs: " + err.Error())
	}
	style, err := files.ReadFile("style.css")
	if err != nil {
		panic("docs: " + err.Error())
	}
	m := http.NewServeMux()
	m.Handle("GET /docs", newFile("text/html; charset=utf-8", page))
	m.Handle("GET /docs/style.css", newFile("text/css; charset=utf-8", style))
	// Links on the page are relative, so that it also works behind a proxy that adds a path.
	m.HandleFunc("GET /docs/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "../docs")
		w.WriteHeader(http.StatusPermanentRedirect)
	})
	return m
}

// render writes the page.
func render(document []byte) ([]byte, error) {
	d, err := parse(document)
	if err != nil {
		return nil, err
	}
	t, err := template.New("page.html").Funcs(template.FuncMap{"prose": prose, "lower": strings.ToLower, "steps": steps}).ParseFS(files, "page.html", "guide.html")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, newPage(d))
	return b.Bytes(), err
}

// file is an answer that never changes while the program runs.
type file struct {
	kind, etag    string
	plain, zipped []byte
}

func newFile(kind string, content []byte) *file {
	sum := sha256.Sum256(content)
	f := &file{kind: kind, etag: hex.EncodeToString(sum[:12]), plain: content}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(content) // a buffer takes everything
	_ = z.Close()
	f.zipped = b.Bytes()
	return f
}

// ServeHTTP answers the file, compressed where the client takes that, or 304.
func (f *file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	// Kept by the browser, and asked for again each time: a new version shows at once.
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept-Encoding")
	body, etag := f.plain, f.etag
	if takesGzip(r) {
		body, etag = f.zipped, f.etag+"-gzip"
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.Trim(strings.TrimPrefix(strings.ReplaceAll(quality, " ", ""), "q="), "0.") != "" || quality == ""
		}
	}
	return false
}
