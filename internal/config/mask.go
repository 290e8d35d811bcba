package config

import (
	"io"
	"net/url"
	"regexp"
	"strings"
)

// masked stands where a secret stood.
const masked = "xxxxx"

// IsPostgres tells an address of PostgreSQL from a file's path.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

var (
	secretParameter = regexp.MustCompile(`(?i)([?&](?:password|sslpassword|passfile)=)[^&#]*`)
	userInfo        = regexp.MustCompile(`^(postgres(?:ql)?://[^:/?#@]*:)(.*)(@[^@]*)$`)
)

// Mask hides the password in a database's address, also in one that is not a valid URL.
func Mask(address string) string {
	if !IsPostgres(address) {
		return address
	}
	address = secretParameter.ReplaceAllString(address, "${1}"+masked)
	return userInfo.ReplaceAllString(address, "${1}"+masked+"${3}")
}

// shortest is the length from which on a password is looked for by itself: a
// shorter one would be found inside other words.
const shortest = 6

// Masker hides the secrets of an address in whatever is written through it, a
// line or record at a time.
func Masker(w io.Writer, address string) io.Writer {
	var pairs []string
	hide := func(secret, with string) {
		pairs = append(pairs, secret, with)
		if q := inJSON(secret); q != secret {
			pairs = append(pairs, q, with)
		}
	}
	if m := Mask(address); m != address {
		hide(address, m)
	}
	for _, p := range passwords(address) {
		hide(":"+p+"@", ":"+masked+"@")
		if len(p) >= shortest && strings.Count(address, p) <= 1 {
			hide(p, masked)
		}
	}
	if pairs == nil {
		return w
	}
	return &maskWriter{w, strings.NewReplacer(pairs...)}
}

// inJSON is a text as it stands inside a JSON string of the log.
func inJSON(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
}

// passwords are those in an address, as written and as meant.
func passwords(address string) (out []string) {
	if !IsPostgres(address) {
		return nil
	}
	add := func(raw string, meant func(string) (string, error)) {
		if raw == "" {
			return
		}
		out = append(out, raw)
		if p, err := meant(raw); err == nil && p != raw {
			out = append(out, p)
		}
	}
	if m := userInfo.FindStringSubmatch(address); m != nil {
		add(m[2], url.PathUnescape)
	}
	for _, m := range secretParameter.FindAllString(address, -1) {
		_, v, _ := strings.Cut(m, "=")
		add(v, url.QueryUnescape)
	}
	return out
}

type maskWriter struct {
	w io.Writer
	r *strings.Replacer
}

func (m *maskWriter) Write(p []byte) (int, error) {
	if _, err := m.r.WriteString(m.w, string(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
