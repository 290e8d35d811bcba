package leak_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"stint/internal/apitest"
)

var (
	anyID  = regexp.MustCompile(`\b[a-z]{3,4}_[a-z0-9]{24}\b`)
	anyKey = regexp.MustCompile(`\b[KNI]-\d{6}\b`) // as a world counts its keys, numbers and idempotency keys
)

// What differs between two equal answers. The request id is the only one that
// an answer may hold which has nothing of a record in it.
var (
	requestID = regexp.MustCompile(`"instance":"req_[a-z0-9]{24}"`)
	changing  = []struct {
		find *regexp.Regexp
		with string
	}{
		{regexp.MustCompile(`DRAFT-[a-z0-9]{24}`), "DRAFT-…"},
		{regexp.MustCompile(`\b([a-z]{3,4})_[a-z0-9]{24}\b`), "${1}_…"},
		{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`), "…Z"},
		{regexp.MustCompile(`\b([KNI])-\d{6}\b`), "$1-…"},
		{regexp.MustCompile(`"hint":"[^"]*","secret":"[^"]*"`), `"hint":"…","secret":"…"`},
		{regexp.MustCompile(`"hint":"[^"]*"`), `"hint":"…"`},
		{regexp.MustCompile(`(expires|signature)=[A-Za-z0-9_-]+`), "$1=…"},
		{regexp.MustCompile(`cursor=[A-Za-z0-9_-]+|"next":"[^"]*"`), "cursor=…"},
	}
)

// face is what a caller sees of an answer: all of it but the request id and
// the date, and but for what was sent. Of an answer to a request that was
// taken, the new ids and instants count as equal too.
func face(a *apitest.Answer, sent string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", a.Status)
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		if name != "Date" && name != "X-Request-Id" {
			fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(a.Header[name], ", "))
		}
	}
	b.WriteString(requestID.ReplaceAllString(string(a.Body), `"instance":"…"`))
	s := b.String()
	if sent != "" {
		s = strings.ReplaceAll(s, sent, "‹sent›")
	}
	if a.Status < http.StatusBadRequest {
		for _, c := range changing {
			s = c.find.ReplaceAllString(s, c.with)
		}
	}
	return s
}

// betrays names what of another tenant is in an answer and was not in its request.
func betrays(r *request, a *apitest.Answer, ids map[string]bool, mark string) string {
	sent, got := r.text(), string(a.Body)
	for _, values := range a.Header {
		got += "\n" + strings.Join(values, "\n")
	}
	for _, id := range anyID.FindAllString(got, -1) {
		if ids[id] && !strings.Contains(sent, id) {
			return "the id " + id
		}
	}
	if strings.Contains(got, mark) && !strings.Contains(sent, mark) {
		return "a text of that tenant"
	}
	return ""
}
