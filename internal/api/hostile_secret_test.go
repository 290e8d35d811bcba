package api_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"stint"
	"stint/internal/store"
	"stint/internal/testdb"
)

// After tokens were made, used, refused, asked for again and revoked, their
// secrets are nowhere: not in the database, its files, the log or any error.
func TestHostileSecretsAreKeptNowhere(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, engine string) {
		w := newWorld(t, engine)
		log, end := w.logged(t, asJSON)
		secrets := []string{w.Token}
		var bodies bytes.Buffer
		said := func(g got) got {
			fmt.Fprintf(&bodies, "%s\n%v\n", g.body, g.header)
			return g
		}
		for i := range 5 {
			body, key := fmt.Appendf(nil, `{"name":"token %d"}`, i), set("Idempotency-Key", fmt.Sprint("key ", i))
			made := w.send(t, "POST", "/api/v1/tokens", body, key)
			secret := secretIn(t, made)
			secrets = append(secrets, secret)
			as := set("Authorization", "Bearer "+secret)
			id := w.same(t, "createToken", 201, made, nil)
			again := said(w.send(t, "POST", "/api/v1/tokens", body, key))
			if again.status != 409 || !bytes.Contains(again.body, []byte("SecretNotRepeatable")) {
				t.Errorf("the replay was answered %d: %.300s", again.status, again.body)
			}
			for _, g := range []got{
				said(w.send(t, "GET", "/api/v1/tokens", nil, as)), said(w.send(t, "GET", "/api/v1/tokens/"+id, nil, as)), said(w.send(t, "GET", "/api/v1/users/me", nil, as)),
				said(w.send(t, "POST", "/api/v1/clients", []byte(`{"name":"by token"}`), as, set("Idempotency-Key", fmt.Sprint("client ", i)))),
			} {
				if g.status > 299 {
					t.Errorf("a new token is answered %d: %.300s", g.status, g.body)
				}
			}
			said(w.send(t, "GET", "/api/v1/clients", nil, set("Authorization", "Bearer "+secret+"x")))
			said(w.send(t, "GET", "/api/v1/clients", nil, set("Authorization", "Basic "+secret)))
			said(w.send(t, "POST", "/api/v1/tokens", []byte(`{"name":"x","secret":"`+secret+`"}`), as))
			said(w.send(t, "POST", "/api/v1/tokens", []byte(`{"name":"`+strings.Repeat(secret, 10)+`"}`), as))
			said(w.send(t, "GET", "/api/v1/tokens/"+secret, nil, as))
			said(w.send(t, "GET", "/api/v1/clients?sort="+secret, nil, as))
			if i%2 == 0 {
				said(w.send(t, "DELETE", "/api/v1/tokens/"+id, nil, as))
				if g := said(w.send(t, "GET", "/api/v1/clients", nil, as)); g.status != 401 {
					t.Errorf("a revoked token is answered %d", g.status)
				}
			}
		}
		rows := w.everyRow(t)
		var kept strings.Builder
		for table, lines := range rows {
			kept.WriteString(table + strings.Join(lines, "\n"))
		}
		files := map[string]string{"rows": kept.String()}
		if !store.IsPostgres(w.Address) {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				b, err := os.ReadFile(w.Address + suffix)
				if err != nil {
					t.Fatal(err)
				}
				files["file"+suffix] = string(b)
			}
		}
		end()
		files["log"], files["answers"] = log.b.String(), bodies.String()
		// The search finds what is there.
		if !strings.Contains(files["rows"], hashOf(secrets[2])) {
			t.Error("the hash of a token is not found in the rows")
		}
		if seen := files["file"] + files["file-wal"]; engine == testdb.SQLite && !strings.Contains(seen, hashOf(secrets[2])) {
			t.Error("the hash of a token is not found in the file")
		}
		for where, text := range files {
			for _, s := range secrets {
				for _, form := range formsOf(s) {
					if strings.Contains(text, form) {
						t.Errorf("the secret of a token is in the %s", where)
					}
				}
			}
			if strings.HasPrefix(where, "file") {
				continue
			}
			if hashes := slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(text, hashOf(s)) }); hashes && where != "rows" {
				t.Errorf("the hash of a token is in the %s", where)
			}
		}
	})
}

// formsOf are ways to write a secret down.
func formsOf(secret string) []string {
	own := strings.TrimPrefix(secret, stint.TokenPrefix)
	backwards := []byte(own)
	slices.Reverse(backwards)
	return []string{own, own[:30], own[13:], string(backwards), fmt.Sprintf("%x", own), base64.StdEncoding.EncodeToString([]byte(secret))[:60], base64.RawURLEncoding.EncodeToString([]byte(own))[:50]}
}
