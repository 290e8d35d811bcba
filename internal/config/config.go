// Package config is how Stint is set up: one struct, filled from flags, then
// the environment, then defaults. Load reports every problem at once, and what
// it prints has its secrets masked.
package config

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"stint"
)

// Config is every setting of every command.
type Config struct {
	// Database is a file's path, or postgres://….
	Database string
	// Addr is where the server listens, host:port.
	Addr string
	// BaseURL is what absolute links begin with, without a slash at its end;
	// empty stands for the address.
	BaseURL string
	// Origins may call from a browser (CORS).
	Origins []string
	// Connections bounds the pool; 0 lets the store choose.
	Connections      int
	StatementTimeout time.Duration
	// StopDelay is how long requests are still taken while readiness is down.
	StopDelay time.Duration
	// StopTimeout bounds the whole stop, the delay included.
	StopTimeout time.Duration
	LogFormat   string
	LogLevel    string
	Demo        bool
	DemoSeed    uint64
	// DemoUntil is empty for today.
	DemoUntil stint.Date

	shown []Line
}

// Line is a setting as it is printed.
type Line struct {
	// Name is the flag's, Value is masked, Source is the flag, the variable, or "default".
	Name, Value, Source string
}

// Lines are the loaded settings in the order of the help, with secrets masked.
func (c *Config) Lines() []Line { return c.shown }

// URL is what absolute links begin with when the server listens on addr.
func (c *Config) URL(addr string) string {
	if c.BaseURL != "" {
		return c.BaseURL
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Variable is the environment variable of a flag: STINT_BASE_URL for base-url.
func Variable(flag string) string {
	return "STINT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Source is the flags of one command, not read yet.
type Source struct {
	flags map[string]*text
}

// Bind adds the flags of the settings named to a command; without names, of all.
func Bind(fs *pflag.FlagSet, names ...string) *Source {
	fs.SortFlags = false
	s := &Source{flags: map[string]*text{}}
	for _, def := range settings {
		if len(names) > 0 && !slices.Contains(names, def.name) {
			continue
		}
		t := &text{kind: def.kind, list: def.list, fallback: def.fallback}
		f := fs.VarPF(t, def.name, "", def.usage+" ($"+Variable(def.name)+")")
		if def.kind == "" {
			f.NoOptDefVal = "true"
		}
		s.flags[def.name] = t
	}
	return s
}

// Load reads the settings that were bound. The error names all that is wrong.
func (s *Source) Load(getenv func(string) string) (*Config, error) {
	c := &Config{}
	var problems []error
	for _, def := range settings {
		t := s.flags[def.name]
		if t == nil {
			t = &text{fallback: def.fallback}
			_ = def.read(c, t.fallback) // so that a command finds the default of what it has no flag for
			continue
		}
		value, source := t.fallback, "default"
		if v := getenv(Variable(def.name)); v != "" {
			value, source = v, Variable(def.name)
		}
		if t.set {
			value, source = t.value, "--"+def.name
		}
		if err := def.read(c, value); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", source, err))
			continue
		}
		c.shown = append(c.shown, Line{def.name, def.show(c, value), source})
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return c, nil
}

// text keeps what a flag was given. It accepts everything, so that all
// problems are found together, and not only the first flag's.
type text struct {
	value, fallback, kind string
	list, set             bool
}

// String is the default, for the help.
func (t *text) String() string { return t.fallback }

// Type is the word for the value in the help.
func (t *text) Type() string { return t.kind }

// Set keeps a value; a list's after the earlier ones.
func (t *text) Set(v string) error {
	if t.list && t.set {
		v = t.value + "," + v
	}
	t.value, t.set = v, true
	return nil
}

// IsBoolFlag lets the flag stand without a value.
func (t *text) IsBoolFlag() bool { return t.kind == "" }
