package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
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
			"free": free, "taken": taken, "ready": ready, "oneline": oneline, "wrong": wrong,
			"sql": runSQL, "damage": damage, "keep": keep, "clients": clients,
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

// oneline checks that the last stderr is one line of the program's own: no
// usage, no stack, no record of the log.
func oneline(ts *testscript.TestScript, _ bool, _ []string) {
	lines := slices.Collect(strings.Lines(ts.ReadFile("stderr")))
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "stint: ") {
		ts.Fatalf("not one line that begins with the program's name: %q", lines)
	}
}

// wrong runs a command that the program does not understand, which is one line
// and exit code 2: wrong COMMAND ARGUMENT….
func wrong(ts *testscript.TestScript, _ bool, args []string) {
	var ended *exec.ExitError
	if err := ts.Exec(args[0], args[1:]...); !errors.As(err, &ended) || ended.ExitCode() != 2 {
		ts.Fatalf("not exit code 2: %v", err)
	}
	oneline(ts, false, nil)
}

// keep sets a variable to the last stdout, which is one line: keep NAME.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// clients asks a server for the clients of $TENANT with $TOKEN: clients STATUS URL.
func clients(ts *testscript.TestScript, _ bool, args []string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, args[1]+"/api/v1/clients", http.NoBody)
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+ts.Getenv("TOKEN"))
	req.Header.Set("Tenant-Id", ts.Getenv("TENANT"))
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(res.Body.Close())
	if strconv.Itoa(res.StatusCode) != args[0] {
		ts.Fatalf("the clients are answered with %s", res.Status)
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

// damage overwrites the page in which a table begins: damage FILE TABLE.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	db, err := sql.Open("sqlite", path)
	ts.Check(err)
	var root int64
	ts.Check(db.QueryRowContext(context.Background(), "SELECT rootpage FROM sqlite_schema WHERE name = $1", args[1]).Scan(&root))
	ts.Check(db.Close())
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	ts.Check(err)
	const page = 4096
	_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, page), (root-1)*page)
	ts.Check(err)
	ts.Check(f.Close())
}
