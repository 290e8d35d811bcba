package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"stint"
	"stint/internal/admin"
)

func (p *program) tokenCommand() *cobra.Command {
	return group("token", "Make, list and revoke tokens", p.tokenCreate(), p.tokenList(), p.tokenRevoke())
}

func (p *program) tokenCreate() *cobra.Command {
	c := &cobra.Command{Use: "create", Short: "Make a token and print its secret, once",
		Long: "Makes a token. The secret alone is printed to stdout, so that a script can keep it:\n\n  TOKEN=$(stint token create --name nightly-export)"}
	name := c.Flags().String("name", "operator", "what the token is for")
	user := c.Flags().String("user", "", "the id or email of the user it acts as; without it, the user of the first start")
	expires := c.Flags().String("expires", "", "the first day on which it is refused (UTC); without it, it does not expire")
	scopes := c.Flags().StringSlice("scope", nil, "what it may be used for, such as time-entries:write or *:read; without it, all that the user may")
	tenants := c.Flags().StringSlice("tenant", nil, "the tenants it may be used in; without it, all of the user's")
	return p.operate(c, func(ctx context.Context, a *admin.Admin, _ []string) error {
		var at *stint.Instant
		if *expires != "" {
			day, err := stint.ParseDate(*expires)
			if err != nil {
				return usageError{fmt.Errorf("--expires: %q is not a day; write it like 2027-01-31", *expires)}
			}
			if !day.Time().After(time.Now()) {
				return usageError{fmt.Errorf("--expires: %s is not in the future", day)}
			}
			i := stint.InstantOf(day.Time())
			at = &i
		}
		n, err := a.CreateToken(ctx, *user, *name, at, *scopes, *tenants)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(p.stdout, n.Secret); err != nil {
			return fmt.Errorf("the secret could not be printed: %w. Revoke the token: stint token revoke %s", err, n.ID)
		}
		_, _ = fmt.Fprintf(p.stderr, "Made the token %s of %s. The secret is not shown again.\n", n.ID, n.User)
		return nil
	})
}

func (p *program) tokenList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List tokens, newest first"}
	user := c.Flags().String("user", "", "only those of this user (id or email)")
	return p.operate(c, func(ctx context.Context, a *admin.Admin, _ []string) error {
		all, err := a.Tokens(ctx, *user)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "USER", "NAME", "ENDS WITH", "CREATED", "EXPIRES", "LAST USED"}}
		for _, t := range all {
			rows = append(rows, []string{t.ID, t.User, t.Name, t.Hint, t.CreatedAt.String(), instant(t.ExpiresAt), instant(t.LastUsedAt)})
		}
		return p.table(rows)
	})
}

func (p *program) tokenRevoke() *cobra.Command {
	c := &cobra.Command{Use: "revoke TOKEN-ID", Short: "Revoke a token; it is refused from now on", Args: arguments("TOKEN-ID")}
	return p.operate(c, func(ctx context.Context, a *admin.Admin, args []string) error {
		if err := a.RevokeToken(ctx, args[0]); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "Revoked %s.\n", args[0])
		return err
	})
}

func instant(i *stint.Instant) string {
	if i == nil {
		return "never"
	}
	return i.String()
}
