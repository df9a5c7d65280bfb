package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// client is an FTP client and how it does each kind of work.
type client struct {
	name string
	env  []string
	// args makes the command line of a task; none means that the client cannot.
	args func(t *task, s *server, here string) ([]string, error)
}

// newClients gives the clients, with a home of their own each, so that what the
// user has configured does not count.
func newClients(o *options, home string) ([]*client, error) {
	lftp, curl := filepath.Join(o.peers, "bin", "lftp"), filepath.Join(o.peers, "bin", "curl")
	rclone := filepath.Join(o.peers, "bench", "bin", "rclone")
	for _, path := range []string{o.ferry, lftp, curl, rclone} {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("%w: run make build peers, and scripts/peers.sh bench", err)
		}
	}
	obscured, err := exec.Command(rclone, "obscure", password).Output()
	if err != nil {
		return nil, fmt.Errorf("rclone obscure: %w", err)
	}
	clients := []*client{
		{name: "ferry", args: ferryArgs(o.ferry)},
		{name: "lftp", args: lftpArgs(lftp, "")},
		{name: "lftp, sync-mode off", args: lftpArgs(lftp, "set ftp:sync-mode off; ")},
		{name: "curl", args: curlArgs(curl, home)},
		{name: "rclone", args: rcloneArgs(rclone, strings.TrimSpace(string(obscured)))},
	}
	for i, c := range clients {
		dir := filepath.Join(home, strconv.Itoa(i))
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		c.env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_STATE_HOME="+dir)
	}
	return clients, nil
}

func ferryArgs(program string) func(*task, *server, string) ([]string, error) {
	return func(t *task, s *server, here string) ([]string, error) {
		n := strconv.Itoa(t.conns)
		switch t.kind {
		case getBig:
			return []string{program, "get", "--segments", n, s.loginAt("big"), here + "/"}, nil
		case getSmall:
			return []string{program, "get", "-r", "-P", n, s.loginAt("small/"), here}, nil
		case putSmall:
			return []string{program, "put", "-r", "-P", n, filepath.Join(s.root, "small") + "/", s.loginAt("up/")}, nil
		default:
			return []string{program, "sync", "-P", n, s.loginAt("tree"), here}, nil
		}
	}
}

// lftpArgs gives lftp what it has against waiting: as many connections as it may
// have, and no time limit.
func lftpArgs(program, settings string) func(*task, *server, string) ([]string, error) {
	return func(t *task, s *server, here string) ([]string, error) {
		var do string
		switch t.kind {
		case getBig:
			do = "get big -o " + filepath.Join(here, "big")
			if t.conns > 1 {
				do = fmt.Sprintf("pget -n %d big -o %s", t.conns, filepath.Join(here, "big"))
			}
		case getSmall:
			do = fmt.Sprintf("mirror --parallel=%d small %s", t.conns, here)
		case putSmall:
			do = fmt.Sprintf("mirror -R --parallel=%d %s up", t.conns, filepath.Join(s.root, "small"))
		default:
			do = fmt.Sprintf("mirror --parallel=%d tree %s", t.conns, here)
		}
		// A connection limit of its own, so that listing and transfers share it.
		settings := settings + fmt.Sprintf("set cmd:fail-exit yes; set net:connection-limit %d; ", t.conns)
		return []string{program, "-c", settings + fmt.Sprintf("open -u anonymous,%s %s; %s", password, s.at(""), do)}, nil
	}
}

// curlArgs has curl read its URLs from a file: it cannot walk a tree, so it is
// told every name, and is spared the listings.
func curlArgs(program, home string) func(*task, *server, string) ([]string, error) {
	return func(t *task, s *server, here string) ([]string, error) {
		args := []string{program, "--silent", "--show-error", "--fail-early"}
		if t.kind != getBig {
			// Without --parallel, curl 7.88 waits a second before each data connection
			// but the first.
			args = append(args, "--parallel", "--parallel-max", strconv.Itoa(t.conns))
		}
		var b strings.Builder
		switch {
		case t.kind == getBig && t.conns == 1:
			return append(args, "-o", filepath.Join(here, "big"), s.loginAt("big")), nil
		case t.kind == getSmall, t.kind == putSmall:
			for i := range 20 {
				for k := range 100 {
					name := fmt.Sprintf("d%03d/f%03d", i, k)
					if t.kind == getSmall {
						fmt.Fprintf(&b, "url = %q\noutput = %q\n", s.at("small/"+name), filepath.Join(here, name))
					} else {
						fmt.Fprintf(&b, "url = %q\nupload-file = %q\n", s.at("up/"+name), filepath.Join(s.root, "small", name))
					}
				}
			}
		default:
			return nil, nil
		}
		config := filepath.Join(home, "curl.config")
		if err := os.WriteFile(config, []byte(b.String()), 0o666); err != nil {
			return nil, err
		}
		return append(args, "--user", "anonymous:"+password, "--create-dirs", "--ftp-create-dirs", "--config", config), nil
	}
}

func rcloneArgs(program, obscured string) func(*task, *server, string) ([]string, error) {
	return func(t *task, s *server, here string) ([]string, error) {
		n := strconv.Itoa(t.conns)
		at := func(path string) string {
			return fmt.Sprintf(":ftp,host=127.0.0.1,port=%d,user=anonymous,pass=%s:%s", s.port, obscured, path)
		}
		args := []string{program, "--config", os.DevNull, "--transfers", n, "--checkers", n, "--log-level", "ERROR"}
		switch t.kind {
		case getBig:
			if t.conns > 1 {
				args = append(args, "--multi-thread-streams", n)
			} else {
				args = append(args, "--multi-thread-streams", "0")
			}
			return append(args, "copy", at("big"), here), nil
		case getSmall:
			return append(args, "copy", at("small"), here), nil
		case putSmall:
			return append(args, "copy", filepath.Join(s.root, "small"), at("up")), nil
		case syncTree:
			return append(args, "sync", at("tree"), here), nil
		}
		return nil, errors.New("rclone: no such work")
	}
}
