package api

import "net/http"

// mountDocs serves the readable documentation. It is no operation of the API:
// the document does not list it.
func (s *Server) mountDocs(page http.Handler) {
	op := &operation{access: public, handle: func(q *request) error {
		w := &statusWriter{ResponseWriter: q.w, status: http.StatusOK}
		page.ServeHTTP(w, q.r)
		q.status = w.status
		return nil
	}}
	for _, pattern := range []string{"GET /docs", "GET /docs/"} {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) })
	}
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status and sends it.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
