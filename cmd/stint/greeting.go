package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"stint/internal/admin"
	"stint/internal/config"
)

// prepare makes what the first start and --demo ask for, and tells people about it on stdout.
func (p *program) prepare(ctx context.Context, a *admin.Admin, c *config.Config, base string, log *slog.Logger) error {
	first, err := a.FirstStart(ctx)
	if err != nil {
		return err
	}
	if first != nil {
		welcome(p.stdout, first, base)
	} else {
		again := "stint token create --database " + c.Database
		if config.IsPostgres(c.Database) { // its password is not printed
			again = "`stint token create` with the same --database"
		}
		_, _ = fmt.Fprintf(p.stdout, "Stint on %s. Another token: %s\n", base, again)
	}
	if !c.Demo {
		return nil
	}
	tenant, made, err := a.Demo(ctx, admin.DemoOptions{Seed: c.DemoSeed, Until: c.DemoUntil})
	if err != nil {
		return err
	}
	if made {
		log.Info("the demo tenant was filled", "tenant", tenant, "seed", c.DemoSeed)
	}
	_, _ = fmt.Fprintf(p.stdout, "The demo is the tenant %s.\n", tenant)
	return nil
}

// welcome is shown once: nothing else ever holds the token.
func welcome(w io.Writer, f *admin.First, base string) {
	_, _ = fmt.Fprintf(w, `Stint on %s

This is the first start: there is now a user, a tenant with a client, a contract,
a project and a draft invoice, and a token, which is shown only here:

  %s

Log an hour with it:

%s

`, base, f.Token, f.Curl(base))
}
