package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// server is an FTP server on a loopback address, in which anonymous may write.
type server struct {
	name string
	port int
	root string
	cmd  *exec.Cmd
}

// at is a URL below the root.
func (s *server) at(path string) string { return fmt.Sprintf("ftp://127.0.0.1:%d/%s", s.port, path) }

// loginAt is such a URL with the login in it.
func (s *server) loginAt(path string) string {
	return fmt.Sprintf("ftp://anonymous:%s@127.0.0.1:%d/%s", url.QueryEscape(password), s.port, path)
}

func startFerry(ctx context.Context, o *options, root string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	return launch(ctx, "ferry", port, root, exec.Command(o.ferry, "serve", "--dir", root, "--write",
		"--listen", fmt.Sprintf("127.0.0.1:%d", port), "--passive-ports", "42000-46000"))
}

// password is what anonymous logs in with: a virtual user of Pure-FTPd needs one.
const password = "anonymous@example.com"

// passwordHash is password for crypt(3).
const passwordHash = "$1$ferry$ni4TAcigv9b5X0ZbZ4Yt71"

// startPureFTPd makes anonymous a virtual user: the real one would need a user of
// the system.
func startPureFTPd(ctx context.Context, o *options, root string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(root)
	text, db := filepath.Join(dir, "passwd"), filepath.Join(dir, "pureftpd.pdb")
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 { // Pure-FTPd refuses root
		uid, gid = nobody, nobody
		if err := giveTo(dir, root, uid, gid); err != nil {
			return nil, err
		}
	}
	line := fmt.Sprintf("anonymous:%s:%d:%d::%s/./::::::::::::\n", passwordHash, uid, gid, root)
	if err := os.WriteFile(text, []byte(line), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, filepath.Join(o.peers, "root", "usr", "bin", "pure-pw"), "mkdb", db, "-f", text).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pure-pw: %w: %s", err, out)
	}
	return launch(ctx, "Pure-FTPd", port, root, exec.Command(filepath.Join(o.peers, "bin", "pure-ftpd"),
		"-S", "127.0.0.1,"+strconv.Itoa(port), "-4", "-E", "-H", "-l", "puredb:"+db, "-g", filepath.Join(dir, "pid"),
		"-p", "42000:46000", "-U", "022:022", "-C", "1000", "-c", "1000", "-L", "20000:5"))
}

// nobody is the system's user without rights.
const nobody = 65534

// giveTo makes the files those of a user.
func giveTo(dir, root string, uid, gid int) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	return filepath.WalkDir(root, func(name string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(name, uid, gid)
	})
}

// launch starts a server and waits until it greets.
func launch(ctx context.Context, name string, port int, root string, cmd *exec.Cmd) (*server, error) {
	s := &server{name: name, port: port, root: root, cmd: cmd}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_, err = io.ReadFull(conn, make([]byte, 3))
			_ = conn.Close() // it was only a question
			if err == nil {
				return s, nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("%s does not answer at port %d", name, port)
}

// stop ends the server and what it has started.
func (s *server) stop() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // it may be gone
	_ = s.cmd.Wait()                                      // it was killed
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
