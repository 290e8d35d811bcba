package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stint"
	"stint/internal/admin"
)

func (p *program) userCommand() *cobra.Command {
	return group("user", "Make and list users", p.userCreate(), p.userList())
}

func (p *program) userCreate() *cobra.Command {
	c := &cobra.Command{Use: "create", Short: "Make a user and print the id"}
	name := c.Flags().String("name", "", "the user's name")
	email := c.Flags().String("email", "", "the user's email, which no other user has")
	return p.operate(c, func(ctx context.Context, a *admin.Admin, _ []string) error {
		u, err := a.CreateUser(ctx, *name, *email)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.stdout, u.ID)
		return err
	})
}

func (p *program) userList() *cobra.Command {
	return p.operate(&cobra.Command{Use: "list", Short: "List users by name"}, func(ctx context.Context, a *admin.Admin, _ []string) error {
		all, err := a.Users(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "NAME", "EMAIL"}}
		for _, u := range all {
			rows = append(rows, []string{u.ID, text(u.Name), text(u.Email)})
		}
		return p.table(rows)
	})
}

func (p *program) tenantCommand() *cobra.Command {
	return group("tenant", "Make and list tenants", p.tenantCreate(), p.tenantList())
}

func (p *program) tenantCreate() *cobra.Command {
	c := &cobra.Command{Use: "create", Short: "Make a tenant and print the id"}
	name := c.Flags().String("name", "", "whose books these are")
	owner := c.Flags().String("owner", "", "the id or email of the user who owns it; without it, the user of the first start")
	return p.operate(c, func(ctx context.Context, a *admin.Admin, _ []string) error {
		t, err := a.CreateTenant(ctx, *name, *owner)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.stdout, t.ID)
		return err
	})
}

func (p *program) tenantList() *cobra.Command {
	return p.operate(&cobra.Command{Use: "list", Short: "List tenants by name"}, func(ctx context.Context, a *admin.Admin, _ []string) error {
		all, err := a.Tenants(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "NAME", "CREATED"}}
		for _, t := range all {
			rows = append(rows, []string{t.ID, t.Name, t.CreatedAt.String()})
		}
		return p.table(rows)
	})
}

func (p *program) memberCommand() *cobra.Command {
	return group("member", "Say who may act in a tenant", p.memberAdd(), p.memberRemove())
}

func (p *program) memberAdd() *cobra.Command {
	c := &cobra.Command{Use: "add", Short: "Let a user act in a tenant"}
	role := c.Flags().String("role", string(stint.RoleOwner), "what the user may do there")
	return p.member(c, func(ctx context.Context, a *admin.Admin, tenant, user string) error {
		u, err := a.AddMember(ctx, tenant, user, stint.Role(*role))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s is now %s in %s.\n", u.ID, *role, tenant)
		return err
	})
}

func (p *program) memberRemove() *cobra.Command {
	c := &cobra.Command{Use: "remove", Short: "Let a user no longer act in a tenant, from the next request on"}
	return p.member(c, func(ctx context.Context, a *admin.Admin, tenant, user string) error {
		u, err := a.RemoveMember(ctx, tenant, user)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s is no longer a member of %s.\n", u.ID, tenant)
		return err
	})
}

// member makes what a command does to a user in a tenant.
func (p *program) member(c *cobra.Command, do func(ctx context.Context, a *admin.Admin, tenant, user string) error) *cobra.Command {
	tenant := c.Flags().String("tenant", "", "the tenant's id")
	user := c.Flags().String("user", "", "the user's id or email")
	return p.operate(c, func(ctx context.Context, a *admin.Admin, _ []string) error {
		if *tenant == "" || *user == "" {
			return usageError{errors.New("--tenant and --user are needed. `stint tenant list` and `stint user list` show the ids")}
		}
		return do(ctx, a, *tenant, *user)
	})
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
