//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// The load comes from one thread that waits for all connections at once and
// sends requests made beforehand: the generator shares the processors with the
// server, and what it takes, the server does not have.

// load asks a server the same thing again and again.
type load struct {
	addr        string
	requests    [][]byte // each connection goes through them from a place of its own
	status      int      // what each answer must have
	connections int
}

// connection is one HTTP/1.1 connection; its request is sent and its answer
// read in as many parts as the socket wants.
type connection struct {
	fd    int
	next  int // of the requests
	out   []byte
	in    []byte
	got   int
	total int // of the answer with its head; 0 until the head is there
	began time.Time
}

// run sends requests for warm and then for length, and measures the latter.
func (l *load) run(ctx context.Context, warm, length time.Duration) (*sample, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(poll) }()
	conns := map[int32]*connection{}
	defer func() {
		for _, c := range conns {
			_ = unix.Close(c.fd)
		}
	}()
	for i := range l.connections {
		c, err := dial(l.addr, poll)
		if err != nil {
			return nil, err
		}
		c.next = i * len(l.requests) / l.connections
		conns[int32(c.fd)] = c
	}
	start := time.Now().Add(warm)
	s := &sample{length: length, took: make([]time.Duration, 0, 1<<18)}
	for _, c := range conns {
		if err := l.send(c); err != nil {
			return nil, err
		}
	}
	return s, l.loop(ctx, poll, conns, s, start)
}

// loop ends when every request sent before the end is answered.
func (l *load) loop(ctx context.Context, poll int, conns map[int32]*connection, s *sample, start time.Time) error {
	end := start.Add(s.length)
	busy := len(conns)
	events := make([]unix.EpollEvent, len(conns))
	for busy > 0 {
		n, err := unix.EpollWait(poll, events, 10_000)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return err
		case n == 0:
			return errors.New("no answer for 10 s")
		case ctx.Err() != nil:
			return ctx.Err()
		}
		for _, e := range events[:n] {
			c := conns[e.Fd]
			if len(c.out) > 0 {
				if err := c.flush(); err != nil {
					return err
				}
			}
			done, err := c.read(l.status)
			if err != nil {
				return err
			}
			if !done {
				continue
			}
			now := time.Now()
			if now.After(start) && !now.After(end) {
				s.took = append(s.took, now.Sub(c.began))
			}
			if now.After(end) {
				busy--
				continue
			}
			if err := l.send(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func dial(addr string, poll int) (*connection, error) {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	c := &connection{fd: fd, in: make([]byte, 64<<10)}
	err = errors.Join(
		unix.Connect(fd, &unix.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}),
		unix.SetNonblock(fd, true),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		// Edge-triggered: one call hears of an answer, and none is needed to stop hearing of it.
		unix.EpollCtl(poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLET, Fd: int32(fd)}))
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return c, nil
}

func (l *load) send(c *connection) error {
	c.out, c.got, c.total = l.requests[c.next], 0, 0
	if c.next++; c.next == len(l.requests) {
		c.next = 0
	}
	c.began = time.Now()
	return c.flush()
}

func (c *connection) flush() error {
	for len(c.out) > 0 {
		n, err := unix.Write(c.fd, c.out)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		default:
			c.out = c.out[n:]
		}
	}
	return nil
}

// read reads what is there; done when the answer is whole. Of a long answer
// only the first part is copied out of the kernel.
func (c *connection) read(status int) (done bool, err error) {
	for {
		flags := 0
		if c.total > 0 {
			flags = unix.MSG_TRUNC // on TCP: received, not copied
		}
		n, _, err := unix.Recvfrom(c.fd, c.in[min(c.got, len(c.in)/2):], flags)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return false, nil
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return false, err
		case n == 0:
			return false, errors.New("the server closed a connection")
		}
		c.got += n
		if c.total == 0 {
			if c.total, err = answerLength(c.in[:c.got], status); err != nil {
				return false, err
			}
			if c.total == 0 && c.got > len(c.in)/2 {
				return false, errors.New("the head of an answer is too long")
			}
		}
		if c.total > 0 && c.got >= c.total {
			if c.got > c.total {
				return false, errors.New("an answer is longer than it says")
			}
			return true, nil
		}
	}
}

// answerLength is the length of an answer with its head, 0 when the head is not whole yet.
func answerLength(b []byte, status int) (int, error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return 0, nil
	}
	got, err := strconv.Atoi(string(b[len("HTTP/1.1 "):len("HTTP/1.1 200")]))
	if err != nil || got != status {
		return 0, fmt.Errorf("the answer should have status %d: %s", status, b[:min(len(b), 1000)])
	}
	_, rest, found := bytes.Cut(b[:end+2], []byte("\r\nContent-Length: "))
	if !found {
		return 0, fmt.Errorf("the answer has no Content-Length: %s", b[:end])
	}
	line, _, _ := bytes.Cut(rest, []byte("\r\n"))
	n, err := strconv.Atoi(string(line))
	return end + 4 + n, err
}
