package main

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stint": main})
}

// TestScripts runs testdata/*.txtar: what an operator types, and what comes of it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"free": free, "taken": taken, "ready": ready, "oneline": oneline, "sql": runSQL,
		},
	})
}

// taken sets a variable to an address of which the port is in use: taken NAME.
func taken(ts *testscript.TestScript, _ bool, args []string) {
	l := listenLocal(ts, args[0])
	ts.Defer(func() { _ = l.Close() })
}

// free sets a variable to an address of which the port is free: free NAME.
func free(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(listenLocal(ts, args[0]).Close())
}

func listenLocal(ts *testscript.TestScript, name string) net.Listener {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(name, l.Addr().String())
	return l
}

// ready waits until a server answers: ready URL.
func ready(ts *testscript.TestScript, _ bool, args []string) {
	for range 500 {
		if status, _, err := get(args[0] + "/api/v1/health/ready"); err == nil && status == http.StatusOK {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s is not ready after 5 s", args[0])
}

// oneline checks that the last stderr, records of the log aside, is one line
// of the program's own: no usage, no stack.
func oneline(ts *testscript.TestScript, _ bool, _ []string) {
	var lines []string
	for line := range strings.Lines(ts.ReadFile("stderr")) {
		if !strings.HasPrefix(line, `{"time":`) {
			lines = append(lines, line)
		}
	}
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "stint: ") {
		ts.Fatalf("not one line that begins with the program's name: %q", lines)
	}
}

// runSQL changes a database file behind the program's back: sql FILE STATEMENT.
func runSQL(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(err)
}
