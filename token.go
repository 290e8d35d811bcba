package stint

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// TokenPrefix begins every secret, so that scanners recognise a leaked one.
const TokenPrefix = "stint_pat_"

// Token lets a program act as its user. The secret itself is not here: it is
// shown once, when the token is made, and only its SHA-256 is kept.
type Token struct {
	ID         string   `json:"id" example:"tok_0mh5w3k1a8m2c4d6f8h0k2m4"`
	Name       string   `json:"name" write:"create" need:"create" minLength:"1" maxLength:"255" example:"Jira sync" doc:"What the token is for."`
	User       string   `json:"user" doc:"The user it acts as."`
	CreatedAt  Instant  `json:"createdAt"`
	ExpiresAt  *Instant `json:"expiresAt" write:"create" doc:"From this instant on the token is refused; without it, it does not expire."`
	LastUsedAt *Instant `json:"lastUsedAt" doc:"Last use, to the minute."`
	Scopes     Scopes   `json:"scopes" write:"create" maxItems:"64" doc:"What it may be used for, such as time-entries:write: a resource as it stands in paths, or *, with :read, or :write, which includes to read. Empty, or left out, is no limit."`
	Tenants    []string `json:"tenants" write:"create" maxItems:"64" doc:"The tenants it may be used in. Empty, or left out, is no limit."`
	Hint       string   `json:"hint" example:"x7Qa" doc:"The last four characters of the secret."`
}

// NewToken is the answer to the creation of a token: the only place that holds its secret.
type NewToken struct {
	Token
	Secret string `json:"secret" example:"stint_pat_…" doc:"What to send as Authorization: Bearer. Shown only now."`
}

// HashSecret is what is stored of a token's secret. The secret has 256 random
// bits, so a plain digest is enough: there is nothing to guess.
func HashSecret(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// Validate checks what crosses the limits of the fields.
func (t *Token) Validate() (problems []Problem) {
	for i, scope := range t.Scopes {
		if !ValidScope(scope) {
			problems = append(problems, Problem{Pointer: "/scopes/" + strconv.Itoa(i), Code: "NotAllowed",
				Message: "A scope is a resource and a verb, such as time-entries:write or *:read. Resources: " + strings.Join(ScopeResources, ", ") + "."})
		}
	}
	for i, id := range t.Tenants {
		if !ValidID(PrefixTenant, id) {
			problems = append(problems, Problem{Pointer: "/tenants/" + strconv.Itoa(i), Code: "NotAnID", Message: "This is no id of a tenant; it begins with " + PrefixTenant + "_."})
		}
	}
	return problems
}
