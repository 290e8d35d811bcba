//go:build linux

package main

import (
	"crypto/rand"
	"io"
	"net/http"
	"strconv"
	"time"

	"stint"
	"stint/internal/wire"
)

// limit is limit (a): a server of net/http and internal/wire that decodes,
// checks and answers what Stint does, with the same headers, from a few records
// it keeps in memory. It finds no caller, stores nothing and logs nothing.
type limit struct {
	books   *books
	entries []*stint.TimeEntry
	lines   map[string]*stint.Billable
	invs    map[string]*stint.Invoice
}

var (
	entryShape    = wire.Of[stint.TimeEntry]()
	billableShape = wire.Of[stint.Billable]()
	invoiceShape  = wire.Of[stint.Invoice]()
	projectShape  = wire.Of[stint.Project]()
	contractShape = wire.Of[stint.Contract]()
	clientShape   = wire.Of[stint.Client]()
	batchShape    = wire.Of[batchBody]()
)

type batchBody struct {
	Items []wire.Raw `json:"items" write:"create" need:"create"`
}

// listed is how many entries a list shows.
const listed = 50

func newLimit() http.Handler {
	const rows = 2000
	l := &limit{books: newBooks(rows), lines: map[string]*stint.Billable{}, invs: map[string]*stint.Invoice{}}
	for range rows {
		e, line, inv := l.books.next()
		l.entries = append(l.entries, e)
		if line != nil {
			l.lines[line.ID] = line
		}
		if inv != nil {
			l.invs[inv.ID] = inv
		}
	}
	l.entries = l.entries[rows-listed:]
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/health/ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /api/v1/time-entries", l.post)
	mux.HandleFunc("GET /api/v1/time-entries/{id}", l.get)
	mux.HandleFunc("GET /api/v1/time-entries", l.list)
	mux.HandleFunc("POST /api/v1/time-entries/batch", l.batch)
	return mux
}

func (l *limit) answer(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Cache-Control"] = []string{"no-store"}
	h["X-Request-Id"] = []string{l.books.ids.New(stint.PrefixRequest)}
	h["Content-Type"] = []string{"application/json; charset=utf-8"}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// created decodes an entry and completes it as if it had been stored.
func (l *limit) created(body []byte) (*stint.TimeEntry, bool) {
	e := &stint.TimeEntry{}
	if problems := entryShape.Decode(body, wire.Create, e, ""); len(problems) > 0 {
		return nil, false
	}
	now := stint.InstantOf(time.Now())
	e.ID, e.User, e.CreatedAt, e.UpdatedAt, e.Version = l.books.ids.New(stint.PrefixTimeEntry), userID, now, now, 1
	return e, true
}

func body(r *http.Request) []byte {
	b := make([]byte, r.ContentLength)
	_, _ = io.ReadFull(r.Body, b)
	return b
}

func (l *limit) post(w http.ResponseWriter, r *http.Request) {
	e, ok := l.created(body(r))
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header()["Location"] = []string{"/api/v1/time-entries/" + e.ID}
	w.Header()["Etag"] = []string{`"1"`}
	b := append(make([]byte, 0, 512), `{"data":`...)
	l.answer(w, http.StatusCreated, append(entryShape.Append(b, e, nil), '}'))
}

func (l *limit) get(w http.ResponseWriter, _ *http.Request) {
	w.Header()["Etag"] = []string{`"1"`}
	b := append(make([]byte, 0, 512), `{"data":`...)
	l.answer(w, http.StatusOK, append(entryShape.Append(b, l.entries[0], nil), '}'))
}

func (l *limit) list(w http.ResponseWriter, r *http.Request) {
	var exp wire.Expanded
	if r.URL.Query().Get("expand") != "" {
		exp = l.expanded()
	}
	b := append(make([]byte, 0, 32<<10), `{"data":[`...)
	for i, e := range l.entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = entryShape.Append(b, e, exp)
	}
	w.Header()["Link"] = []string{`</api/v1/time-entries?cursor=` + rand.Text() + rand.Text() + rand.Text() + `>; rel="next"`}
	l.answer(w, http.StatusOK, append(b, `],"page":{"next":"`+rand.Text()+rand.Text()+rand.Text()+`"}}`...))
}

// expanded writes each object once, as Stint does.
func (l *limit) expanded() wire.Expanded {
	clients, contracts, projects := map[string][]byte{}, map[string][]byte{}, map[string][]byte{}
	invoices, billables := map[string][]byte{}, map[string][]byte{}
	for _, c := range l.books.clients {
		clients[c.ID] = clientShape.Append(nil, c, nil)
	}
	for _, c := range l.books.contracts {
		contracts[c.ID] = contractShape.Append(nil, c, wire.Expanded{"client": clients})
	}
	for _, p := range l.books.projects {
		projects[p.ID] = projectShape.Append(nil, p, wire.Expanded{"contract": contracts})
	}
	for _, e := range l.entries {
		if billables[*e.Billable] != nil {
			continue
		}
		line := l.lines[*e.Billable]
		if invoices[line.Invoice] == nil {
			invoices[line.Invoice] = invoiceShape.Append(nil, l.invs[line.Invoice], wire.Expanded{"contract": contracts})
		}
		billables[line.ID] = billableShape.Append(nil, line, wire.Expanded{"invoice": invoices})
	}
	return wire.Expanded{"project": projects, "billable": billables}
}

func (l *limit) batch(w http.ResponseWriter, r *http.Request) {
	var sent batchBody
	if problems := batchShape.Decode(body(r), wire.Create, &sent, ""); len(problems) > 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b := append(make([]byte, 0, 400*len(sent.Items)), `{"data":[`...)
	for i, raw := range sent.Items {
		e, ok := l.created(raw)
		if !ok {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(entryShape.Append(append(b, `{"status":201,"data":`...), e, nil), '}')
	}
	l.answer(w, http.StatusOK, append(b, "]}"...))
}
