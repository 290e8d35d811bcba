//go:build linux

package main

import (
	"fmt"
	"strings"

	"stint/internal/app"
)

// What the load writes in each new entry.
const (
	entryText      = "Implemented authentication flow."
	entrySource    = "JIRA"
	entryReference = "PROJ-123"
	batchItems     = 100
)

// work is one kind of request.
type work struct {
	name, title string
	status      int
}

var works = []work{
	{"get", "GET one", 200},
	{"list", "list 50", 200},
	{"expand", "list 50, longest expand", 200},
	{"post", "POST time entry", 201},
	{"batch", "batch of 100", 200},
}

// longestExpand is every value that time entries take.
var longestExpand = strings.Join(app.TimeEntries.Expand, ",")

func request(method, path, body string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s /api/v1/%s HTTP/1.1\r\nHost: stint\r\nAuthorization: Bearer %s\r\ntenant-id: %s\r\n", method, path, secret, tenantID)
	if body != "" {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}

func entry(project string) string {
	return fmt.Sprintf(`{"projectId":%q,"date":%q,"durationSeconds":3600,"description":%q,"referenceSource":%q,"referenceId":%q}`,
		project, loadDay, entryText, entrySource, entryReference)
}

// requests makes the requests of a kind: of all ids, or for all projects.
func requests(what string, ids, projects []string) (out [][]byte) {
	switch what {
	case "post":
		for _, p := range projects {
			out = append(out, request("POST", "time-entries", entry(p)))
		}
	case "get":
		for _, id := range ids {
			out = append(out, request("GET", "time-entries/"+id, ""))
		}
	case "list":
		out = append(out, request("GET", fmt.Sprintf("time-entries?limit=%d", listed), ""))
	case "expand":
		out = append(out, request("GET", fmt.Sprintf("time-entries?limit=%d&expand=%s", listed, longestExpand), ""))
	case "batch":
		items := make([]string, batchItems)
		for i := range items {
			items[i] = entry(projects[i%len(projects)])
		}
		out = append(out, request("POST", "time-entries/batch", `{"items":[`+strings.Join(items, ",")+`]}`))
	}
	return out
}
