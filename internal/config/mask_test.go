package config

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for address, want := range map[string]string{
		"./data/stint.db":                       "./data/stint.db",
		"postgres://stint@db/stint":             "postgres://stint@db/stint",
		"postgres://stint:secret@db:5432/stint": "postgres://stint:xxxxx@db:5432/stint",
		"postgresql://stint:a:b/c?d@db/stint":   "postgresql://stint:xxxxx@db/stint",
		"postgres://stint:a@b@db/stint":         "postgres://stint:xxxxx@db/stint",
		"postgres://stint:%zz@db/stint":         "postgres://stint:xxxxx@db/stint",
		"postgres://db/stint?user=a&password=b": "postgres://db/stint?user=a&password=xxxxx",
		"postgres://db/stint?sslpassword=b&x=y": "postgres://db/stint?sslpassword=xxxxx&x=y",
	} {
		if got := Mask(address); got != want {
			t.Errorf("%s: %s, not %s", address, got, want)
		}
	}
}

// TestMasker writes what a program might say of its database, plainly and into both kinds of log.
func TestMasker(t *testing.T) {
	for _, password := range []string{"s3cret-word", "p%22q%5Cword", "a%26b%3Cc%3Edef", "geheimes-W%C3%B6rt", "x"} {
		address := "postgres://stint:" + password + "@db/stint"
		meant := passwords(address)[len(passwords(address))-1]
		var b strings.Builder
		w := Masker(&b, address)
		fmt.Fprintf(w, "cannot reach %s\n", address)
		fmt.Fprintf(w, "stint:%s@db\n", meant)
		for _, h := range []slog.Handler{slog.NewJSONHandler(w, nil), slog.NewTextHandler(w, nil)} {
			slog.New(h).Info("starting", "database", address, "meant", "stint:"+meant+"@db")
		}
		if len(meant) >= shortest {
			fmt.Fprintf(w, "the password %s is wrong\n", meant)
		}
		for _, secret := range []string{":" + password + "@", ":" + meant + "@"} {
			if strings.Contains(b.String(), secret) {
				t.Errorf("%s is in:\n%s", secret, b.String())
			}
		}
		if len(meant) >= shortest && strings.Contains(b.String(), meant) {
			t.Errorf("%s is in:\n%s", meant, b.String())
		}
		if n := strings.Count(b.String(), masked); n < 6 {
			t.Errorf("only %d places masked in:\n%s", n, b.String())
		}
	}
}

func TestMaskerLeavesOtherWordsAlone(t *testing.T) {
	var b strings.Builder
	fmt.Fprint(Masker(&b, "postgres://stintuser:stintuser@db/stintuser"), "hello stintuser")
	fmt.Fprint(Masker(&b, "./data/stint.db"), ", hello ./data/stint.db")
	if b.String() != "hello stintuser, hello ./data/stint.db" {
		t.Error(b.String())
	}
}
