// Package fault holds the tests of what must hold when things go wrong: a
// killed server, a database that is gone, a full disk, clients that send
// everything twice, at once or never to the end. They run the real program in
// a process of its own wherever that matters, and kill only what they started.
package fault

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if buildDir != "" {
		_ = os.RemoveAll(buildDir)
	}
	os.Exit(code)
}

var buildDir string

// program builds the real binary, once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "stint-fault")
	if err != nil {
		return "", err
	}
	buildDir = dir
	path := filepath.Join(dir, "stint")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "stint/cmd/stint").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return path, nil
})

// together runs do n times at one moment and waits for all.
func together(n int, do func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			do(i)
		})
	}
	close(start)
	wg.Wait()
}

// eventually waits until something holds, and tells whether it does within the limit.
func eventually(limit time.Duration, holds func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return holds()
}
