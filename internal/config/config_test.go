package config

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func load(t *testing.T, args []string, env map[string]string) (*Config, error) {
	t.Helper()
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	s := Bind(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return s.Load(func(k string) string { return env[k] })
}

func TestFlagsOverEnvironmentOverDefaults(t *testing.T) {
	c, err := load(t, []string{"--addr", ":9000", "--cors-origin", "https://a.example", "--cors-origin=https://b.example/", "--demo"},
		map[string]string{"STINT_ADDR": ":7000", "STINT_STOP_TIMEOUT": "5s", "STINT_BASE_URL": "https://stint.example/"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != ":9000" || c.StopTimeout != 5*time.Second || c.Database != "./data/stint.db" || !c.Demo ||
		strings.Join(c.Origins, " ") != "https://a.example https://b.example" || c.URL(c.Addr) != "https://stint.example" {
		t.Errorf("%+v", c)
	}
	sources := map[string]string{}
	for _, l := range c.Lines() {
		sources[l.Name] = l.Source
	}
	if sources["addr"] != "--addr" || sources["stop-timeout"] != "STINT_STOP_TIMEOUT" || sources["database"] != "default" {
		t.Errorf("%v", sources)
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	_, err := load(t, []string{"--addr", "here", "--log-level=loud", "--connections=-1", "--demo-until=2026-02-30"},
		map[string]string{"STINT_STOP_TIMEOUT": "soon", "STINT_DATABASE": "mysql://localhost/stint", "STINT_DEMO": "perhaps"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{"--addr", "--log-level", "--connections", "--demo-until", "STINT_STOP_TIMEOUT", "STINT_DATABASE", "STINT_DEMO"} {
		if !strings.Contains(err.Error(), name+": ") {
			t.Errorf("nothing about %s in: %v", name, err)
		}
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		flag, value string
		ok          bool
	}{
		{"database", "stint.db", true}, {"database", "/var/lib/stint/stint.db", true}, {"database", "postgres://u:p@h/d", true},
		{"database", "postgres://u:p%zz@h/d", false}, {"database", "data/", false}, {"database", "file:stint.db", false}, {"database", "host=localhost dbname=stint", false},
		{"addr", ":8080", true}, {"addr", "[::1]:8080", true}, {"addr", "127.0.0.1:0", true}, {"addr", "8080", false}, {"addr", "localhost:http", false}, {"addr", ":65536", false},
		{"base-url", "https://stint.example/books", true}, {"base-url", "stint.example", false}, {"base-url", "ftp://stint.example", false}, {"base-url", "https://stint.example/?a=b", false},
		{"cors-origin", "https://a.example,https://b.example:8443", true}, {"cors-origin", "*", false}, {"cors-origin", "https://a.example/path", false},
		{"connections", "1000", true}, {"connections", "1001", false}, {"statement-timeout", "1500ms", true}, {"statement-timeout", "0s", false}, {"statement-timeout", "30", false},
		{"stop-delay", "0s", true}, {"stop-timeout", "25h", false}, {"log-format", "TEXT", true}, {"log-format", "xml", false}, {"log-level", "debug", true},
		{"demo", "false", true}, {"demo-seed", "18446744073709551615", true}, {"demo-seed", "-1", false}, {"demo-until", "2026-07-01", true},
	} {
		_, err := load(t, []string{"--" + c.flag + "=" + c.value}, nil)
		if (err == nil) != c.ok {
			t.Errorf("--%s=%s: %v", c.flag, c.value, err)
		}
	}
}

func TestURL(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:8080": "http://127.0.0.1:8080", ":8080": "http://localhost:8080",
		"0.0.0.0:80": "http://localhost:80", "[::]:80": "http://localhost:80", "[::1]:80": "http://[::1]:80", "stint.lan:80": "http://stint.lan:80"} {
		if got := (&Config{}).URL(addr); got != want {
			t.Errorf("%s: %s, not %s", addr, got, want)
		}
	}
}
