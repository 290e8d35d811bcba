package app

import (
	"stint"
	"stint/internal/store"
)

// IssueToken makes a token of any user in the operator's own transaction.
func (a *App) IssueToken(g *store.GlobalTx, user string, t *stint.Token) (*stint.NewToken, error) {
	return a.newToken(g, user, t)
}
