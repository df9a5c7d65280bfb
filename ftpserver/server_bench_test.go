package ftpserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// The benchmarks run over loopback with files in memory where the system has
// such a place. They measure server and client together; a ratio to another
// server is another matter.

type benchAccounts struct{ fs vfs.FS }

func (benchAccounts) Ask(context.Context, ftpserver.Login) (bool, error) { return true, nil }
func (a benchAccounts) Authenticate(context.Context, ftpserver.Login) (*ftpserver.User, error) {
	return &ftpserver.User{Name: "u", FS: a.fs, Access: vfs.Policy{Allow: vfs.PermAll}}, nil
}

// benchClient speaks as little FTP as it can.
type benchClient struct {
	b    *testing.B
	addr string
	conn net.Conn
	r    *bufio.Reader
}

func benchServer(b *testing.B) (addr, dir string) {
	b.Helper()
	if dir = "/dev/shm"; isDir(dir) {
		var err error
		if dir, err = os.MkdirTemp(dir, "bench"); err != nil { //nolint:usetesting // in memory
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = os.RemoveAll(dir) })
	} else {
		dir = b.TempDir()
	}
	store, err := osfs.New(dir, osfs.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	srv := &ftpserver.Server{
		Accounts: benchAccounts{store}, Policy: ftpserver.DefaultPolicy(),
		PassiveMin: 20100, PassiveMax: 20199, PassiveTurn: 2e9,
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() { _ = srv.Close() })
	return l.Addr().String(), dir
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func benchLogin(b *testing.B, addr string) *benchClient {
	b.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	c := &benchClient{b: b, addr: addr, conn: conn, r: bufio.NewReader(conn)}
	c.expect("220")
	c.do("USER u", "331")
	c.do("PASS p", "230")
	c.do("TYPE I", "200")
	return c
}

func (c *benchClient) do(line, want string) string {
	if _, err := io.WriteString(c.conn, line+"\r\n"); err != nil {
		c.b.Fatal(err)
	}
	return c.expect(want)
}

func (c *benchClient) expect(want string) string {
	line, err := c.r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, want) {
		c.b.Fatalf("%q, %v", line, err)
	}
	return line
}

func (c *benchClient) passive() net.Conn {
	port, err := ftp.ParseExtPassive(c.do("EPSV", "229"))
	if err != nil {
		c.b.Fatal(err)
	}
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		c.b.Fatal(err)
	}
	return conn
}

// moves runs a transfer of size bytes b.N times in each of the modes.
func moves(b *testing.B, size int64, command string, use func(data net.Conn)) {
	for _, mode := range []string{"passive", "active"} {
		b.Run(mode, func(b *testing.B) {
			addr, dir := benchServer(b)
			if err := os.WriteFile(filepath.Join(dir, "file"), make([]byte, size), 0o600); err != nil {
				b.Fatal(err)
			}
			c := benchLogin(b, addr)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			port := "PORT " + ftp.FormatHostPort(l.Addr().(*net.TCPAddr).AddrPort())
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if mode == "active" {
					c.do(port, "200")
					if _, err := io.WriteString(c.conn, command+"\r\n"); err != nil {
						b.Fatal(err)
					}
					data, err := l.Accept()
					if err != nil {
						b.Fatal(err)
					}
					c.expect("150")
					use(data)
				} else {
					data := c.passive()
					c.do(command, "150")
					use(data)
				}
				c.expect("226")
			}
		})
	}
}

var benchBlock = make([]byte, 1<<20)

func receive(data net.Conn) {
	for {
		if _, err := data.Read(benchBlock); err != nil {
			break
		}
	}
	_ = data.Close()
}

func sending(size int64) func(net.Conn) {
	return func(data net.Conn) {
		for left := size; left > 0; left -= int64(len(benchBlock)) {
			_, _ = data.Write(benchBlock[:min(left, int64(len(benchBlock)))])
		}
		_ = data.Close()
	}
}

func BenchmarkCommand(b *testing.B) {
	for _, command := range []string{"NOOP", "PWD", "SIZE file", "CWD /"} {
		b.Run(command, func(b *testing.B) {
			addr, dir := benchServer(b)
			if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
				b.Fatal(err)
			}
			c := benchLogin(b, addr)
			b.ReportAllocs()
			for b.Loop() {
				c.do(command, "2")
			}
		})
	}
}

func BenchmarkLogin(b *testing.B) {
	addr, _ := benchServer(b)
	b.ReportAllocs()
	for b.Loop() {
		c := benchLogin(b, addr)
		c.do("QUIT", "221")
		_ = c.conn.Close()
	}
}

func BenchmarkRetrSmall(b *testing.B) { moves(b, 4<<10, "RETR file", receive) }
func BenchmarkStorSmall(b *testing.B) { moves(b, 4<<10, "STOR up", sending(4<<10)) }
func BenchmarkRetrLarge(b *testing.B) { moves(b, 256<<20, "RETR file", receive) }
func BenchmarkStorLarge(b *testing.B) { moves(b, 256<<20, "STOR up", sending(256<<20)) }

func BenchmarkListing(b *testing.B) {
	for _, command := range []string{"LIST", "NLST", "MLSD"} {
		b.Run(command, func(b *testing.B) {
			addr, dir := benchServer(b)
			for i := range 10_000 {
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file-%05d", i)), nil, 0o600); err != nil {
					b.Fatal(err)
				}
			}
			c := benchLogin(b, addr)
			b.ReportAllocs()
			for b.Loop() {
				data := c.passive()
				c.do(command, "150")
				receive(data)
				c.expect("226")
			}
		})
	}
}
