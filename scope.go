package stint

import (
	"maps"
	"slices"
	"strings"
)

// ScopeResources are the resources that a token can be limited to, as they
// stand in paths: those of the areas, and the caller's own.
var ScopeResources = slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(areaOf)), "tokens", "users")))

// Scopes are what a token may be used for: `clients:read`, `time-entries:write`,
// `*:read`. To write includes to read. None is no limit.
type Scopes []string

// Allow tells whether a resource may be read or, with write, changed.
func (s Scopes) Allow(resource string, write bool) bool {
	if len(s) == 0 {
		return true
	}
	for _, scope := range s {
		name, verb, _ := strings.Cut(scope, ":")
		if (name == "*" || name == resource) && (verb == "write" || !write) {
			return true
		}
	}
	return false
}

// Within tells whether everything s allows is allowed by other too.
func (s Scopes) Within(other Scopes) bool {
	if len(s) == 0 {
		return len(other) == 0
	}
	for _, scope := range s {
		name, verb, _ := strings.Cut(scope, ":")
		names := []string{name}
		if name == "*" {
			names = ScopeResources
		}
		for _, n := range names {
			if !other.Allow(n, verb == "write") {
				return false
			}
		}
	}
	return true
}

// ValidScope tells whether there is such a scope.
func ValidScope(scope string) bool {
	name, verb, found := strings.Cut(scope, ":")
	return found && (verb == "read" || verb == "write") && (name == "*" || slices.Contains(ScopeResources, name))
}
