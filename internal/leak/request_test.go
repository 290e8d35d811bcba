package leak_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"testing"

	"stint/internal/apitest"
)

// request is one request of an operation, in its parts.
type request struct {
	op    *operation
	path  map[string]string
	query url.Values
	// header is sent besides the token and the tenant; an empty value takes one of these away.
	header map[string]string
	body   map[string]any
	own    string // an id that a list can be asked for
}

func (r *request) target() string {
	path := r.op.path
	for name, v := range r.path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(v))
	}
	if len(r.query) > 0 {
		path += "?" + r.query.Encode()
	}
	return path
}

func (r *request) send(tb testing.TB, c *apitest.Client) *apitest.Answer {
	tb.Helper()
	var opts []apitest.Option
	for name, v := range r.header {
		opts = append(opts, apitest.Header(name, v))
	}
	var body any
	if r.body != nil {
		body = r.body
	}
	return c.For(tb).Do(r.op.method, r.target(), body, opts...)
}

// follow makes the request that a link asks for.
func (r *request) follow(link *url.URL) {
	r.query = link.Query()
	steps, want := strings.Split(link.Path, "/"), strings.Split(r.op.path, "/")
	for i, s := range want {
		if strings.HasPrefix(s, "{") && i < len(steps) {
			r.path[strings.Trim(s, "{}")] = steps[i]
		}
	}
}

// text is all that is sent, to find in it what is looked for.
func (r *request) text() string {
	b, err := json.Marshal(r.body)
	if err != nil {
		panic(err)
	}
	s := r.target() + "\n" + string(b)
	for _, v := range r.header {
		s += "\n" + v
	}
	return s
}

// mapped is the request with every text in it replaced.
func (r *request) mapped(f func(string) string) *request {
	out := &request{op: r.op, own: r.own, path: maps.Clone(r.path), query: url.Values{}, header: maps.Clone(r.header)}
	for k, v := range out.path {
		out.path[k] = f(v)
	}
	for k, v := range r.query {
		out.query.Set(k, f(v[0]))
	}
	for k, v := range out.header {
		out.header[k] = f(v)
	}
	if r.body != nil {
		out.body = mapText(r.body, f).(map[string]any)
	}
	return out
}

func mapText(v any, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = mapText(v[i], f)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k := range v {
			out[k] = mapText(v[k], f)
		}
		return out
	}
	return v
}

// put writes a text at a path of names and "0" in a body.
func put(v any, steps []string, text string) {
	switch v := v.(type) {
	case map[string]any:
		if len(steps) == 1 {
			v[steps[0]] = text
			return
		}
		put(v[steps[0]], steps[1:], text)
	case []any:
		if len(steps) == 1 {
			v[0] = text
			return
		}
		put(v[0], steps[1:], text)
	}
}
