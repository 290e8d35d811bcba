package docs

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// page is what the template shows.
type page struct {
	Title, Version, License, About, Server string
	Groups                                 []*group
	Statuses, Headers                      []told
	Schemas                                []object
}

// group is the operations of a tag.
type group struct {
	Name, Doc, Anchor string
	Calls             []*call
}

// call is one operation.
type call struct {
	ID, Method, Path, Summary, Doc string
	Public                         bool
	Params                         []param
	Body                           []row
	Answers                        []answer
	Errors                         []string
	Curl                           string

	d    *document
	path map[string]string // example values of the path's parameters
}

type param struct {
	row
	In string
}

// answer is one that is no error.
type answer struct {
	Status, Doc, Media string
	Headers            []string
	Fields             []row
	// Main is the schema that `data` holds.
	Main    *object
	Example string
}

// object is a schema with a name.
type object struct {
	Name, Doc string
	Fields    []row
}

// told is a name and what it means.
type told struct{ Name, Doc string }

func newPage(d *document) *page {
	about, _, _ := strings.Cut(d.Info.Description, "\n")
	p := &page{Title: d.Info.Title, Version: d.Info.Version, License: d.Info.License.Name, About: about, Server: strings.TrimRight(d.Servers[0].URL, "/")}
	groups := map[string]*group{}
	for _, t := range d.Tags {
		g := &group{Name: t.Name, Doc: t.Description, Anchor: "tag-" + strings.ReplaceAll(strings.ToLower(t.Name), " ", "-")}
		groups[t.Name] = g
		p.Groups = append(p.Groups, g)
	}
	for _, path := range slices.SortedFunc(maps.Keys(d.Paths), byPlace) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if raw := d.Paths[path][method]; raw != nil {
				c, tag := d.call(path, method, p.Server)
				groups[tag].Calls = append(groups[tag].Calls, c)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Responses)) {
		if code, ok := strings.CutPrefix(name, "Error"); ok {
			p.Statuses = append(p.Statuses, told{code, d.Components.Responses[name].Description})
			d.note(d.Components.Responses[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.said)) {
		p.Headers = append(p.Headers, told{name, d.said[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		p.Schemas = append(p.Schemas, *d.object(name))
	}
	return p
}

// byPlace puts a list before its members, and those before what else is under it.
func byPlace(a, b string) int {
	return strings.Compare(strings.ReplaceAll(a, "{", "!"), strings.ReplaceAll(b, "{", "!"))
}

func (d *document) object(name string) *object {
	s := d.Components.Schemas[name]
	return &object{Name: name, Doc: s.Description, Fields: d.rows(s, "")}
}

// call reads one operation, and its tag.
func (d *document) call(path, method, server string) (c *call, tag string) {
	var op operation
	var params []*parameter
	must(decode(d.Paths[path][method], &op))
	if raw := d.Paths[path]["parameters"]; raw != nil {
		must(decode(raw, &params))
	}
	c = &call{ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Summary: op.Summary, Doc: op.Description,
		Public: op.Security != nil && len(*op.Security) == 0, d: d, path: map[string]string{}}
	for _, p := range append(params, op.Parameters...) {
		p = d.parameter(p)
		c.Params = append(c.Params, param{row{Name: p.Name, Required: p.Required, Type: d.typeOf(p.Name, p.Schema), Limits: limits(p.Schema), Doc: p.Description}, p.In})
		if p.In == "path" {
			c.path[p.Name] = d.text(p.Name, p.Schema)
		}
	}
	var body *schema
	if op.RequestBody != nil {
		body = op.RequestBody.Content["application/json"].Schema
		c.Body = d.rows(body, "")
	}
	for _, code := range slices.Sorted(maps.Keys(op.Responses)) {
		r := d.response(op.Responses[code])
		if code >= "400" {
			c.Errors = append(c.Errors, code)
			continue
		}
		c.Answers = append(c.Answers, d.answer(code, r, c))
	}
	c.Curl = c.curl(server, body)
	return c, op.Tags[0]
}

func (d *document) answer(code string, r *response, c *call) answer {
	a := answer{Status: code, Doc: r.Description}
	a.Headers = d.note(r)
	for _, kind := range slices.Sorted(maps.Keys(r.Content)) {
		a.Media = kind
		s := r.Content[kind].Schema
		if kind == "application/json" {
			a.Fields = d.rows(s, "")
			a.Main = d.main(s)
			if text := jsonText(d.value(s, "", c), ""); text != "{}" && !c.shows(text) {
				a.Example = text
			}
			if s.Ref != "" {
				a.Fields, a.Main = nil, d.object(last(s.Ref))
			}
		}
	}
	return a
}

// note remembers what is said of an answer's headers, and gives their names.
func (d *document) note(r *response) []string {
	names := slices.Sorted(maps.Keys(r.Headers))
	for _, name := range names {
		d.said[name] = d.header(r.Headers[name]).Description
	}
	return names
}

// shows tells whether an answer before has the same example.
func (c *call) shows(example string) bool {
	return slices.ContainsFunc(c.Answers, func(a answer) bool { return a.Example == example })
}

// main is the schema of what an answer is about: that of `data`, or of its items.
func (d *document) main(s *schema) *object {
	data := s.Properties["data"]
	if data == nil {
		return nil
	}
	if data.Items != nil {
		data = data.Items
	}
	if data.Ref == "" {
		return nil
	}
	return d.object(last(data.Ref))
}

// must holds for what cannot fail once the document was parsed as a whole.
func must(err error) {
	if err != nil {
		panic("docs: " + err.Error())
	}
}

var pathParam = regexp.MustCompile(`\{([A-Za-z]+)\}`)

// Pieces are the path, its parameters marked.
func (c *call) Pieces() (out []part) {
	rest := c.Path
	for _, at := range pathParam.FindAllStringIndex(c.Path, -1) {
		start := len(c.Path) - len(rest)
		out = append(out, part{Text: c.Path[start:at[0]]}, part{Ref: c.Path[at[0]:at[1]]})
		rest = c.Path[at[1]:]
	}
	return append(out, part{Text: rest})
}
