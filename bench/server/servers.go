package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The servers by name that more than the list of them needs.
const (
	ours      = "ferry"
	floorName = "floor"
)

// A server is one of those that are compared.
type server struct {
	name string
	mlsd bool // it has MLSD, not only LIST
	// command makes the configuration in a folder and gives the command line.
	command func(b *bench, p place) (*exec.Cmd, error)
}

// place is where and how a server is to serve.
type place struct {
	dir  string // for its configuration and its logs
	root string // what it serves
	port int
	tls  bool
}

// servers are all of them, ferry first. The floor has no commands but those of a
// plain download.
func servers() []server {
	return []server{
		{ours, true, ferryCommand},
		{"vsftpd", false, vsftpdCommand},
		{"ProFTPD", true, proftpdCommand},
		{"Pure-FTPd", true, pureFTPdCommand},
		{"pyftpdlib", true, pyftpdlibCommand},
		{floorName, false, floorCommand},
	}
}

// running is a server at work.
type running struct {
	server
	place
	account *account
	stop    func()
}

// passiveFirst and passiveLast bound the ports of passive data connections.
const passiveFirst, passiveLast = 42000, 46000

// start starts the server over a tree and waits until it greets. memory asks for an
// account of the kernel's memory. The server is stopped when ctx is done, so that no
// client waits for it; stop must be called all the same.
func (b *bench) start(ctx context.Context, s server, root string, tls, memory bool) (_ *running, err error) {
	r := &running{server: s, place: place{root: root, tls: tls}}
	if r.dir, err = os.MkdirTemp(b.memory, "server-"); err != nil {
		return nil, err
	}
	r.stop = func() { _ = os.RemoveAll(r.dir) } // b.memory goes at the end, and tells
	defer func() {
		if err != nil {
			r.stop()
		}
	}()
	if err := os.Chmod(r.dir, 0o755); err != nil {
		return nil, err
	}
	if r.port, err = freePort(); err != nil {
		return nil, err
	}
	cmd, err := s.command(b, r.place)
	if err != nil {
		return nil, err
	}
	said, err := os.Create(filepath.Join(r.dir, "stderr"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = said.Close() }() // the server has its own descriptor
	cmd.Stderr = said
	if r.account, err = newAccount(strings.ToLower(s.name), memory); err != nil {
		return nil, err
	}
	if err := r.account.start(cmd); err != nil {
		r.account.remove()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // what it says tells more
		close(ended)
	}()
	stopWatching := context.AfterFunc(ctx, r.account.kill)
	r.stop = func() {
		stopWatching()
		r.account.kill()
		<-ended
		r.account.remove()
		_ = os.RemoveAll(r.dir)
	}
	if err := await(ctx, r.port, ended); err != nil {
		text, _ := os.ReadFile(said.Name())
		return nil, fmt.Errorf("it does not greet: %w; it says: %s", err, text)
	}
	return r, nil
}

// await waits until a server greets.
func await(ctx context.Context, port int, ended <-chan struct{}) error {
	last := errors.New("not at all")
	for range 200 {
		if c, err := dial(port); err == nil {
			r := replies{from: c}
			_, err = r.next()
			_ = c.Close() // it was only a question
			if err == nil {
				return nil
			}
			last = err
		} else {
			last = err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ended:
			return errors.New("it has ended")
		case <-time.After(50 * time.Millisecond):
		}
	}
	return last
}

// freePort finds a port that nobody listens at.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return 0, fmt.Errorf("no free port: %w", err)
	}
	return addr.Port, nil
}

// peer is the program of a peer, which must be there.
func (b *bench) peer(name string) (string, error) {
	file := filepath.Join(b.peers, "bin", name)
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("not there: run make peers: %w", err)
	}
	return file, nil
}
