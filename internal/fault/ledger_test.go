package fault

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// ledger is what the writers were told was written: a line in a file, outside
// the database's folder, after each 2xx.
type ledger struct {
	mu sync.Mutex
	f  *os.File
}

// acked is a line: the state in which an acknowledged write left a record.
type acked struct {
	Key string `json:"key,omitempty"`
	ID  string `json:"id"`
	// Hash is that of the record as it was answered; empty when it was deleted.
	Hash string `json:"hash,omitempty"`
	ETag string `json:"etag,omitempty"`
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "ledger"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &ledger{f: f}
}

func hash(record json.RawMessage) string {
	sum := sha256.Sum256(record)
	return hex.EncodeToString(sum[:])
}

func (l *ledger) append(lines ...acked) error {
	var b strings.Builder
	for _, a := range lines {
		b.WriteString(toJSON(a) + "\n")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.f.WriteString(b.String())
	return err
}

// read gives the last state of each record, and how many writes were acknowledged.
func (l *ledger) read(t *testing.T) (map[string]acked, int) {
	t.Helper()
	f, err := os.Open(l.f.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	out, n := map[string]acked{}, 0
	lines := bufio.NewScanner(f)
	for ; lines.Scan(); n++ {
		var a acked
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		out[a.ID] = a
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out, n
}

// compare holds the ledger against what the server and the database itself
// have. Records in doubt are those that a request without an answer was about.
// With nil for them there must be exactly what was acknowledged.
func (l *ledger) compare(t *testing.T, c *caller, address string, doubt map[string]bool) (writes int) {
	t.Helper()
	conn := look(t, address, c.tenant)
	defer func() { _ = conn.Close() }()
	etags := map[string]string{}
	for _, v := range texts(t, conn, `SELECT id || ' "' || version || '"' FROM time_entries WHERE tenant_id = $1`, c.tenant) {
		id, etag, _ := strings.Cut(v, " ")
		etags[id] = etag
	}
	there := map[string]string{}
	for _, rec := range c.must(t, 200, "GET", "time-entries", "").list() {
		there[id(rec)] = hash(rec)
	}
	told, writes := l.read(t)
	lost, wrong := 0, 0
	for id, a := range told {
		switch {
		case doubt[id]:
		case a.Hash == "" && there[id] == "" && etags[id] == "":
		case there[id] == "" && etags[id] == "":
			lost++
		case a.Hash != there[id], a.ETag != "" && a.ETag != etags[id]:
			wrong++
		}
	}
	if lost+wrong > 0 {
		t.Errorf("of %d acknowledged writes %d are lost and %d are not as acknowledged", writes, lost, wrong)
	}
	if doubt == nil {
		for id := range there {
			if told[id].ID == "" {
				t.Errorf("there is a time entry %s that nobody was told of", id)
			}
		}
	}
	return writes
}
