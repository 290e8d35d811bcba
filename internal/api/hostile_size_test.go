package api_test

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"stint/internal/testdb"
)

const mebibyte = 1 << 20

// endless is a body that never ends by itself; it counts what was taken of it.
type endless struct{ taken *atomic.Int64 }

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.taken.Add(int64(len(p)))
	return len(p), nil
}

// padded is a body of so many bytes.
func padded(body string, size int) []byte {
	return []byte(body[:len(body)-1] + strings.Repeat(" ", size-len(body)) + "}")
}

func TestHostileSizes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		chunked := func(r *http.Request) { r.ContentLength = -1 }
		for _, op := range w.writes() {
			body := string(plainJSON(t, w.sample(t, op)))
			before := w.everyRow(t)
			for name, g := range map[string]got{
				"1 MiB + 1, declared":  w.send(t, op.method, op.path, padded(body, mebibyte+1)),
				"1 MiB + 1, in chunks": w.send(t, op.method, op.path, padded(body, mebibyte+1), chunked),
				"3 MiB, in chunks":     w.send(t, op.method, op.path, padded(body, 3*mebibyte), chunked),
			} {
				refused(t, op.id+" "+name, g)
				if g.status != 413 {
					t.Errorf("%s %s: answered %d, not 413", op.id, name, g.status)
				}
			}
			w.unchanged(t, op.id, before)
			for name, edit := range map[string]func(*http.Request){"declared": func(*http.Request) {}, "in chunks": chunked} {
				body := string(plainJSON(t, w.sample(t, op)))
				if g := w.send(t, op.method, op.path, padded(body, mebibyte), edit); g.status < 200 || g.status > 299 {
					t.Errorf("%s: 1 MiB %s was answered %d: %.300s", op.id, name, g.status, g.body)
				}
			}
		}
		for _, action := range []string{"finalize", "void"} {
			g := w.send(t, "POST", "/api/v1/invoices/"+w.ids["invoiceId"]+"/"+action, bytes.Repeat([]byte(" "), mebibyte+1))
			if refused(t, action, g); g.status != 413 {
				t.Errorf("%s: answered %d, not 413", action, g.status)
			}
			refused(t, action, w.send(t, "POST", "/api/v1/invoices/"+w.ids["invoiceId"]+"/"+action, []byte(`{"status":"VOID"}`)))
		}
	})
}

// Refusing what is too large costs little: a declared length nothing, chunks the limit.
// Not beside other tests, which would be counted with it.
func TestHostileSizesCostLittle(t *testing.T) { // not beside others: it measures memory
	w := newWorld(t, testdb.Engines()[0])
	post := func(length int64) int64 {
		var taken atomic.Int64
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/api/v1/clients", io.NopCloser(endless{&taken}))
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = length
		req.Header.Set("Authorization", "Bearer "+w.Token)
		req.Header.Set("Tenant-Id", w.Tenant)
		res, err := w.http.Do(req)
		if err != nil {
			return taken.Load() // closed while it was sending: as good a refusal
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a body of %d bytes was answered %d", length, res.StatusCode)
		}
		return taken.Load()
	}
	for _, c := range []struct {
		name        string
		length      int64
		mostTaken   int64
		mostMemory  uint64
		repetitions int
	}{
		// The sockets between the two hold some MiB that nobody asked for.
		{"1 GiB, declared", 1 << 30, 16 * mebibyte, mebibyte / 2, testdb.Scale(50, 200, 200)},
		{"without end, in chunks", -1, 16 * mebibyte, 8 * mebibyte, testdb.Scale(20, 100, 100)},
	} {
		post(c.length) // the first one makes connections and pools
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range c.repetitions {
			if taken := post(c.length); taken > c.mostTaken {
				t.Errorf("%s: %d bytes were taken", c.name, taken)
			}
		}
		runtime.ReadMemStats(&after)
		each := (after.TotalAlloc - before.TotalAlloc) / uint64(c.repetitions)
		t.Logf("%s: %d bytes allocated for each", c.name, each)
		if each > c.mostMemory {
			t.Errorf("%s: %d bytes were allocated for each refusal", c.name, each)
		}
	}
	// Few bytes can ask for much in other ways.
	for name, body := range map[string]string{
		"100,000 ids in an order":         `{"ids":["` + strings.Repeat(`x","`, 100_000) + `x"]}`,
		"100,000 arrays":                  strings.Repeat("[", 100_000),
		"1 MiB of names":                  string(manyNames(`"name":"x"`, "x%06d")),
		"1 MiB of names in metadata":      `{"metadata":` + string(manyNames(`"name":"x"`, "x%06d"))[:mebibyte-100] + `}`,
		"1 MiB of one problem":            `{"name":[` + strings.Repeat("1,", mebibyte/2-100) + `1]}`,
		"1,000,000 digits":                `{"order":` + strings.Repeat("9", 1_000_000) + `}`,
		"an exponent of 1,000,000 digits": `{"order":1e` + strings.Repeat("9", 1_000_000) + `}`,
	} {
		path := "/api/v1/clients"
		if strings.Contains(name, "ids") {
			path += "/order"
		}
		if strings.Contains(name, "metadata") {
			path = "/api/v1/billables"
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		g := w.send(t, "POST", path, []byte(body))
		runtime.ReadMemStats(&after)
		refused(t, name, g)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64*mebibyte || len(g.body) > 256<<10 {
			t.Errorf("%s: %d bytes allocated, %d bytes answered", name, grown, len(g.body))
		} else {
			t.Logf("%s: %d KiB allocated, answered %d", name, grown>>10, g.status)
		}
	}
}
