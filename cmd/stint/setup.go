package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"stint/internal/admin"
	"stint/internal/api"
	"stint/internal/config"
)

func (p *program) migrateCommand() *cobra.Command {
	c := &cobra.Command{Use: "migrate", Short: "Make the database, or bring it to this version", Args: arguments(),
		Long: "Makes the database when it is not there, and brings it to this program's version.\n\"stint serve\" does the same when it starts."}
	s := config.Bind(c.Flags(), "database")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := p.load(s)
		if err != nil {
			return err
		}
		if err := admin.Migrate(c.Context(), cfg.Database); err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s is at this program's version.\n", config.Mask(cfg.Database))
		return err
	}
	return c
}

func (p *program) configCommand() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Print the settings, with secrets masked, and where each comes from", Args: arguments(),
		Long: "Prints what \"stint serve\" would run with, given the same flags and environment:\neach setting, its value with secrets masked, and where it comes from."}
	s := config.Bind(c.Flags())
	c.RunE = func(*cobra.Command, []string) error {
		cfg, err := p.load(s)
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(cfg.Lines()))
		for _, l := range cfg.Lines() {
			rows = append(rows, []string{l.Name, l.Value, l.Source})
		}
		return p.table(rows)
	}
	return c
}

func (p *program) openapiCommand() *cobra.Command {
	c := &cobra.Command{Use: "openapi", Short: "Print the API as an OpenAPI document", Args: arguments()}
	s := config.Bind(c.Flags(), "base-url")
	c.RunE = func(*cobra.Command, []string) error {
		cfg, err := p.load(s)
		if err != nil {
			return err
		}
		// Nothing is served, so there is no need of an App.
		doc := api.New(nil, api.Options{Version: version(), BaseURL: cfg.URL(cfg.Addr)}).Document()
		var b bytes.Buffer
		if err := json.Indent(&b, doc, "", "  "); err != nil {
			return err
		}
		b.WriteByte('\n')
		_, err = b.WriteTo(p.stdout)
		return err
	}
	return c
}

// table prints rows in columns.
func (p *program) table(rows [][]string) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		for i, cell := range r {
			if i > 0 {
				_, _ = fmt.Fprint(w, "\t")
			}
			_, _ = fmt.Fprint(w, cell)
		}
		_, _ = fmt.Fprintln(w)
	}
	return w.Flush()
}
