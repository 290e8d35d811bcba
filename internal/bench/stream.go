//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// streamed is what the whole list of the large database took.
type streamed struct {
	entries int
	bytes   int64
	took    time.Duration
	growth  int64 // of the memory, at its peak
}

// stream reads the whole list of the large database from a server that has
// answered a little before, and sees how its memory grows.
func (m *measurement) stream(ctx context.Context) (err error) {
	server, err := m.builds.serve(ctx, m.dbs.address(m.large), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	// One answer, so that code and connection are there; many would leave room in the heap for the list to hide in.
	l := &load{addr: server.addr, requests: requests("list", nil, nil)[:1], status: http.StatusOK, connections: 1}
	if _, err := l.run(ctx, 0, 10*time.Millisecond); err != nil {
		return err
	}
	before, _, err := server.memory()
	if err != nil {
		return err
	}
	if err := server.resetPeak(); err != nil {
		return err
	}
	s := &streamed{}
	if err := s.read(ctx, server.addr); err != nil {
		return err
	}
	_, peak, err := server.memory()
	s.growth = peak - before
	m.streamed = s
	return err
}

func (s *streamed) read(ctx context.Context, addr string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/api/v1/time-entries", http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("tenant-id", tenantID)
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the whole list: %s", res.Status)
	}
	mark := []byte(`"id":"tsh_`)
	buf, kept := make([]byte, 256<<10), 0
	for {
		n, err := res.Body.Read(buf[kept:])
		s.bytes += int64(n)
		text := buf[:kept+n]
		s.entries += bytes.Count(text, mark)
		// What may be the beginning of a mark is looked at again with what follows.
		tail := text[max(0, len(text)-len(mark)+1):]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		kept = copy(buf, tail)
	}
	s.took = time.Since(began)
	return nil
}
