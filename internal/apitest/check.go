package apitest

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// checker holds requests and answers against the OpenAPI document.
type checker struct{ v validator.Validator }

var (
	checkers   sync.Map // by document
	checkMutex sync.Mutex
)

// lookahead is what Go's regular expressions do not have. Without it the
// pattern of an email address allows a little more; nothing is refused wrongly.
var lookahead = regexp.MustCompile(`\(\?![^)]*\)`)

// newChecker reads a document. Servers that differ in their address alone share one.
func newChecker(tb testing.TB, document []byte, address string) *checker {
	tb.Helper()
	document = bytes.ReplaceAll(document, []byte(address), []byte("http://127.0.0.1"))
	document = lookahead.ReplaceAll(document, nil)
	checkMutex.Lock()
	defer checkMutex.Unlock()
	if c, ok := checkers.Load(string(document)); ok {
		return c.(*checker)
	}
	doc, err := libopenapi.NewDocument(document)
	if err != nil {
		tb.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		tb.Fatal(errs)
	}
	c := &checker{v: v}
	checkers.Store(string(document), c)
	return c
}

// check fails the test when an answer is not what the document says, or when a
// request that the document refuses was taken.
func (c *checker) check(tb testing.TB, req *http.Request, body []byte, res *http.Response, answer []byte) {
	tb.Helper()
	if req.Method == http.MethodOptions || req.Method == http.MethodHead || res.StatusCode == http.StatusMethodNotAllowed {
		return
	}
	if res.StatusCode >= 500 && res.StatusCode != http.StatusServiceUnavailable {
		tb.Errorf("%s %s answered %d: %s", req.Method, req.URL.Path, res.StatusCode, clip(answer))
		return
	}
	req, resCopy := req.Clone(req.Context()), *res
	req.Body = io.NopCloser(bytes.NewReader(body))
	resCopy.Body = io.NopCloser(bytes.NewReader(answer))
	if ok, errs := c.v.ValidateHttpResponse(req, &resCopy); !ok {
		for _, e := range errs {
			if res.StatusCode == http.StatusNotFound && e.IsPathMissingError() {
				continue // that there is no such path is the answer
			}
			tb.Errorf("%s %s: the answer is not what the document says: %s %s %v: %s", req.Method, req.URL.Path, e.Message, e.Reason, e.SchemaValidationErrors, clip(answer))
		}
	}
	if res.StatusCode >= 300 || req.Context().Value(inPart{}) != nil {
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	if ok, errs := c.v.ValidateHttpRequest(req); !ok {
		for _, e := range errs {
			tb.Errorf("%s %s: the document refuses a request that was taken: %s %s: %s", req.Method, req.URL.Path, e.Message, e.Reason, clip(body))
		}
	}
}
