package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"stint/internal/admin"
	"stint/internal/config"
)

// program is one run: what it reads and writes.
type program struct {
	getenv         func(string) string
	stdout, stderr io.Writer
}

// run does what the arguments say and answers the exit code: 0, 1 when it
// failed, 2 when it was called wrongly. A failure is one line on stderr.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	// A password must not come out again, whatever goes wrong.
	for _, a := range append([]string{getenv(config.Variable("database"))}, args...) {
		stderr = config.Masker(stderr, a[max(strings.Index(a, "postgres"), 0):])
	}
	p := &program{getenv: getenv, stdout: stdout, stderr: stderr}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(stderr, "stint: "+words(err))
	if _, wrong := errors.AsType[usageError](err); wrong {
		return 2
	}
	return 1
}

// usageError is a call that the program does not understand.
type usageError struct{ error }

func (p *program) root() *cobra.Command {
	root := group("stint", "A contracting back office: time, contracts, invoices")
	root.Long = `Stint is a contracting back office: from an hour worked to an invoice.

  stint serve           starts the server; on the first start it makes a user, a
                        tenant and a token, and prints a first request to paste
  stint help COMMAND    tells more of a command

Every setting is a flag, and an environment variable STINT_<FLAG>: --base-url is
STINT_BASE_URL. Flags win. "stint config" prints what holds.`
	root.SilenceUsage, root.SilenceErrors = true, true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w. See: %s --help", err, cmd.CommandPath())}
	})
	root.AddGroup(&cobra.Group{ID: "run", Title: "Run it:"}, &cobra.Group{ID: "operate", Title: "Operate it, also while the server runs:"},
		&cobra.Group{ID: "other", Title: "Other:"})
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	add := func(id string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = id
			root.AddCommand(c)
		}
	}
	add("run", p.serveCommand(), p.migrateCommand(), p.configCommand())
	add("operate", p.userCommand(), p.tenantCommand(), p.memberCommand(), p.tokenCommand())
	add("other", p.openapiCommand(), p.versionCommand())
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		refuseUnknown(help)
	}
	return root
}

// refuseUnknown makes help fail for what is no command, as the command would.
func refuseUnknown(help *cobra.Command) {
	help.Args = func(c *cobra.Command, args []string) error {
		if about, rest, err := c.Root().Find(args); err != nil || len(rest) > 0 {
			return noCommand(about, rest)
		}
		return nil
	}
}

// group is a command that only has others under it.
func group(use, short string, under ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return noCommand(c, args)
	}
	c.AddCommand(under...)
	return c
}

// noCommand says that the first argument is no command under c.
func noCommand(c *cobra.Command, args []string) error {
	hint := ""
	if like := c.SuggestionsFor(args[0]); len(like) > 0 {
		hint = " Did you mean " + strings.Join(like, " or ") + "?"
	}
	return usageError{fmt.Errorf("there is no command %q.%s See: %s --help", c.CommandPath()+" "+args[0], hint, c.CommandPath())}
}

// arguments makes a command take exactly the arguments named.
func arguments(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usageError{fmt.Errorf("%s is missing. See: %s --help", names[len(args)], c.CommandPath())}
		case len(args) > len(names):
			return usageError{fmt.Errorf("the argument %q is one too many. See: %s --help", args[len(names)], c.CommandPath())}
		}
		return nil
	}
}

// load reads the settings of a command.
func (p *program) load(s *config.Source) (*config.Config, error) {
	c, err := s.Load(p.getenv)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// operate makes what a command does when it works on the database.
func (p *program) operate(c *cobra.Command, do func(context.Context, *admin.Admin, []string) error) *cobra.Command {
	if c.Args == nil {
		c.Args = arguments()
	}
	s := config.Bind(c.Flags(), "database")
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		cfg, err := p.load(s)
		if err != nil {
			return err
		}
		a, err := admin.Open(c.Context(), cfg.Database)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		return admin.Reached(cfg.Database, do(c.Context(), a, args))
	}
	return c
}
