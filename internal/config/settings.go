package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stint"
)

// setting is one flag with its variable.
type setting struct {
	name string
	// kind is the word for the value in the help; empty is a switch.
	kind     string
	list     bool
	fallback string
	usage    string
	// read checks a value and keeps it.
	read func(*Config, string) error
	// display, when not nil, is how the value is printed.
	display func(*Config) string
}

func (s *setting) show(c *Config, value string) string {
	if s.display != nil {
		return s.display(c)
	}
	return value
}

// settings are all settings, in the order of the help.
var settings = []*setting{
	{name: "database", kind: "path or url", fallback: "./data/stint.db", usage: "the database: a file for the embedded one, or postgres://user:password@host/name",
		read: readDatabase, display: func(c *Config) string { return Mask(c.Database) }},
	{name: "addr", kind: "host:port", fallback: "127.0.0.1:8080", usage: "where to listen", read: readAddr},
	{name: "base-url", kind: "url", usage: "what absolute links begin with; without it, http:// and the address",
		read: readBaseURL, display: func(c *Config) string { return c.URL(c.Addr) }},
	{name: "cors-origin", kind: "origin", list: true, usage: "a web page's origin that may call from a browser; repeat it, or separate by commas",
		read: readOrigins, display: func(c *Config) string { return strings.Join(c.Origins, ",") }},
	{name: "connections", kind: "number", fallback: "0", usage: "most connections to the database; 0 chooses",
		read: number(func(c *Config) *int { return &c.Connections }, 1000)},
	{name: "statement-timeout", kind: "duration", fallback: "30s", usage: "ends a statement that runs longer",
		read: duration(func(c *Config) *time.Duration { return &c.StatementTimeout }, time.Millisecond)},
	{name: "stop-delay", kind: "duration", fallback: "1s", usage: "how long to go on taking requests when stopping, with readiness down",
		read: duration(func(c *Config) *time.Duration { return &c.StopDelay }, 0)},
	{name: "stop-timeout", kind: "duration", fallback: "20s", usage: "how long running requests may take to finish when stopping, the delay included",
		read: duration(func(c *Config) *time.Duration { return &c.StopTimeout }, time.Millisecond)},
	{name: "log-format", kind: "json|text", fallback: "json", usage: "how logs are written to stderr",
		read: oneOf(func(c *Config) *string { return &c.LogFormat }, "json", "text")},
	{name: "log-level", kind: "debug|info|warn|error", fallback: "info", usage: "from which level on",
		read: oneOf(func(c *Config) *string { return &c.LogLevel }, "debug", "info", "warn", "error")},
	{name: "demo", fallback: "false", usage: "fill a second tenant with two years of made-up work, once", read: readDemo},
	{name: "demo-seed", kind: "number", fallback: "1", usage: "the same seed and day give the same demo", read: readDemoSeed},
	{name: "demo-until", kind: "day", usage: "the day before which the demo ends; today without it", read: readDemoUntil},
}

func readDatabase(c *Config, v string) error {
	c.Database = v
	if IsPostgres(v) {
		if _, err := url.Parse(v); err != nil {
			return errors.New("not a valid URL; write postgres://user:password@host:5432/name, with special characters in the password as %XX")
		}
		return nil
	}
	switch scheme, _, hasScheme := strings.Cut(v, ":"); {
	case v == "":
		return errors.New("empty; give a file's path, or postgres://…")
	case strings.ContainsRune(v, 0):
		return errors.New("a path cannot hold a zero byte")
	case hasScheme && (scheme == "file" || strings.Contains(v, "://")):
		return fmt.Errorf("databases of the kind %q are not known; give a file's path alone, or postgres://…", scheme)
	case strings.Contains(v, "host=") || strings.Contains(v, "dbname="):
		return errors.New("write PostgreSQL's address as a URL: postgres://user:password@host:5432/name")
	case strings.HasSuffix(v, "/"):
		return fmt.Errorf("%q is a folder; add a file's name, such as stint.db", v)
	}
	return nil
}

func readAddr(c *Config, v string) error {
	_, port, err := net.SplitHostPort(v)
	n, perr := strconv.ParseUint(port, 10, 16)
	if err != nil || perr != nil {
		return fmt.Errorf("%q is not host:port; write it like 127.0.0.1:8080, or :8080 for all addresses", v)
	}
	_ = n
	c.Addr = v
	return nil
}

func readBaseURL(c *Config, v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("not an absolute URL; write it like https://stint.example.org")
	}
	c.BaseURL = strings.TrimRight(v, "/")
	return nil
}

func readOrigins(c *Config, v string) error {
	for o := range strings.SplitSeq(v, ",") {
		o = strings.TrimRight(strings.TrimSpace(o), "/")
		if o == "" {
			continue
		}
		u, err := url.Parse(o)
		if err != nil || u.Scheme == "" || u.Host == "" || o != u.Scheme+"://"+u.Host {
			return fmt.Errorf("%q is not an origin; write each like https://app.example.org, without a path", o)
		}
		c.Origins = append(c.Origins, o)
	}
	return nil
}

func readDemo(c *Config, v string) (err error) {
	if c.Demo, err = strconv.ParseBool(v); err != nil {
		return fmt.Errorf("%q is neither true nor false", v)
	}
	return nil
}

func readDemoSeed(c *Config, v string) (err error) {
	if c.DemoSeed, err = strconv.ParseUint(v, 10, 64); err != nil {
		return fmt.Errorf("%q is not a whole number from 0 on", v)
	}
	return nil
}

func readDemoUntil(c *Config, v string) (err error) {
	if v == "" {
		return nil
	}
	if c.DemoUntil, err = stint.ParseDate(v); err != nil {
		return fmt.Errorf("%q is not a day; write it like 2026-07-01", v)
	}
	return nil
}

func number(field func(*Config) *int, most int) func(*Config, string) error {
	return func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > most {
			return fmt.Errorf("%q is not a whole number from 0 to %d", v, most)
		}
		*field(c) = n
		return nil
	}
}

func duration(field func(*Config) *time.Duration, least time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < least || d > 24*time.Hour {
			return fmt.Errorf("%q is not a time up to 24h; write it like 20s or 1m30s", v)
		}
		*field(c) = d
		return nil
	}
}

func oneOf(field func(*Config) *string, words ...string) func(*Config, string) error {
	return func(c *Config, v string) error {
		for _, w := range words {
			if strings.EqualFold(v, w) {
				*field(c) = w
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", v, strings.Join(words, ", "))
	}
}
