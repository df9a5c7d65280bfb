//go:build unix

package ftpserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftpserver"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// tree is a server on real sockets that serves the directory a of a real
// directory, beside which there is what nobody may see or touch.
type tree struct {
	t      *testing.T
	dir    string // holds a, ab and canary
	addr   string
	srv    *ftpserver.Server
	before string // what is outside
}

// canary is what files outside of the tree hold; one in each directory there has a
// name that is nowhere inside.
const (
	canary     = "this is outside"
	canaryName = "not-in-the-tree"
)

func newTree(t *testing.T, access vfs.Policy) *tree {
	t.Helper()
	tr := &tree{t: t, dir: t.TempDir()}
	for name, content := range map[string]string{
		"a/file": "inside", "a/d/file": "inside d", "a/d/e/file": "inside e", "ab/file": canary, "ab/d/file": canary, "file": canary, "canary": canary, "d/file": canary,
		canaryName: canary, "ab/" + canaryName: canary,
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(tr.dir, name)), 0o755), os.WriteFile(filepath.Join(tr.dir, name), []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	tr.before = tr.outside()
	store, err := osfs.New(filepath.Join(tr.dir, "a"), osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tr.srv = &ftpserver.Server{
		Accounts: treeAccounts{benchAccounts{store}, access}, Policy: ftpserver.DefaultPolicy(), PassiveMin: 20600, PassiveMax: 20639,
		PassiveTurn: 5 * time.Second, PassiveBadPeer: time.Second,
	}
	tr.srv.Policy.Listing.Recurse, tr.srv.Policy.Upload.Umask = true, 0o022
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr.addr = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- tr.srv.Serve(l) }()
	t.Cleanup(func() {
		_, _ = tr.srv.Close(), <-served
		_ = store.Close()
		if after := tr.outside(); after != tr.before {
			t.Errorf("outside of the tree there is now\n%s\ninstead of\n%s", after, tr.before)
		}
	})
	return tr
}

// outside is all that is not in the directory a.
func (tr *tree) outside() string {
	var b strings.Builder
	err := filepath.WalkDir(tr.dir, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == filepath.Join(tr.dir, "a") {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content := []byte(nil)
		if info.Mode().IsRegular() {
			content, err = os.ReadFile(name)
		}
		fmt.Fprintf(&b, "%s %v %q\n", name, info.Mode(), content)
		if info.Mode().IsRegular() {
			fmt.Fprintln(&b, info.ModTime())
		}
		return err
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	return b.String()
}

func (tr *tree) login() *session {
	tr.t.Helper()
	conn, err := net.Dial("tcp", tr.addr)
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.t.Cleanup(func() { _ = conn.Close() })
	s := &session{w: &world{t: tr.t}, conn: conn, r: bufio.NewReader(conn)}
	s.expect("220")
	s.do("USER u", "331")
	s.do("PASS p", "230")
	s.do("TYPE I", "200")
	return s
}

// exchange gives a command with a data connection that is there if it is wanted:
// it sends content, and returns all that came back on both connections.
func (s *session) exchange(command, content string) (code int, all string) {
	s.w.t.Helper()
	verb, _, _ := strings.Cut(command, " ")
	var data net.Conn
	switch verb {
	case "RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD":
		var err error
		if data, err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.extended())); err != nil {
			s.w.t.Fatal(err)
		}
		defer func() { _ = data.Close() }()
	}
	s.send(command + "\r\n")
	r, err := s.reply()
	if err == nil && r.Code == 150 {
		var got []byte
		if strings.HasPrefix(verb, "STO") || verb == "APPE" {
			_, _ = io.WriteString(data, content)
			_ = data.Close()
		} else {
			got, _ = io.ReadAll(data)
		}
		all = string(got)
		r, err = s.reply()
	}
	if err != nil {
		s.w.t.Fatalf("%s: %v", command, err)
	}
	return int(r.Code), all + r.String()
}

// treeAccounts lets everybody in with some rules.
type treeAccounts struct {
	benchAccounts
	access vfs.Policy
}

func (a treeAccounts) Authenticate(context.Context, ftpserver.Login) (*ftpserver.User, error) {
	return &ftpserver.User{Name: "u", FS: a.fs, Access: a.access}, nil
}

// onAPath are commands with a pathname, %s, of every kind that there is.
var onAPath = []string{
	"RETR %s", "SIZE %s", "MDTM %s", "MLST %s", "STAT %s", "LIST %s", "LIST -R %s", "LIST -d %s", "NLST %s", "MLSD %s", "CWD %s", "XCWD %s",
	"STOR %s", "APPE %s", "STOU %s", "MDTM 20200101000000 %s", "MFMT 20200101000000 %s", "MFF Modify=20200101000000; %s", "MFF UNIX.mode=0600; %s",
	"SITE CHMOD 600 %s", "SITE UTIME 20200101000000 %s", "RNFR %s", "RNTO %s", "MKD %s", "XMKD %s", "RMD %s", "XRMD %s", "DELE %s", "LIST %s*", "NLST %s/*", "STAT %s/*",
}

// No way of writing a pathname leads out of the tree, or past a rule about a
// name: not "..", not a slash more, not a name that begins like the tree's, not
// the case or the dot behind it that some systems take for the same.
func TestBadInputTraversal(t *testing.T) {
	t.Run("out of the tree", func(t *testing.T) {
		tr := newTree(t, vfs.Policy{Allow: vfs.PermAll})
		links := map[string]string{"up": "..", "abs": tr.dir, "dir": "../ab", "canaryLink": "../canary", "root": "/", "d/up": "../../ab", "absFile": tr.dir + "/canary", "loop": "loop"}
		s := tr.login()
		names := []string{
			"..", "../", "../.", "/..", "/../..", "../canary", "/../canary", "../../canary", "d/../../canary", "d/e/../../../canary", "./../canary", ".//..//canary",
			"../ab/file", "/../ab/file", "../ab", "../a/../ab/file", "../ab/../canary", "b/file", "../a", tr.dir, tr.dir + "/canary", tr.dir + "/ab/file", "//" + tr.dir + "/canary",
			"...", "..../canary", "..\\canary", "..\\..\\canary", "%2e%2e/canary", "..%2fcanary", "..%c0%afcanary", ".. /canary", "../canary ", "~", "~root", "~/../canary",
			"..\xc0\xafcanary", "\xc0\xae\xc0\xae/canary", "./" + strings.Repeat("../", 500) + "canary", strings.Repeat("d/../", 500) + "../canary", strings.Repeat("/", 3000) + "../canary",
			"up", "up/canary", "up/ab/file", "abs/canary", "abs", "dir/file", "dir", "canaryLink", "root", "root/etc/passwd", "root" + tr.dir + "/canary", "d/up/file", "absFile", "loop", "loop/x",
			"up/../canary", "dir/../canary", "up/a/file", "C:\\canary", "file/../../canary", "file/", "file/.", "file/..", "d/./../../canary",
		}
		for _, name := range names {
			for _, pattern := range onAPath {
				for link, target := range links { // the commands before may have removed them
					link = filepath.Join(tr.dir, "a", link)
					if is, err := os.Readlink(link); err == nil && is == target {
						continue
					}
					if err := errors.Join(os.RemoveAll(link), os.MkdirAll(filepath.Dir(link), 0o755), os.Symlink(target, link)); err != nil {
						t.Fatal(err)
					}
				}
				s.do("CWD /", "250")
				if strings.HasPrefix(pattern, "RNTO") {
					s.exchange("STOR moving", "inside")
					s.do("RNFR moving", "350")
				}
				command := fmt.Sprintf(pattern, name)
				_, all := s.exchange(command, "written by a client")
				if strings.Contains(all, canary) || strings.Contains(all, canaryName) || strings.Contains(all, "root:x:0") {
					t.Errorf("%.80q shows what is outside: %q", command, all)
				}
				if strings.HasPrefix(pattern, "CWD") {
					for _, verb := range []string{"NLST", "RETR canary", "RETR file", "RETR ../canary"} {
						if _, all := s.exchange(verb, ""); strings.Contains(all, canary) || strings.Contains(all, canaryName) {
							t.Errorf("%.80q and %s show what is outside: %q", command, verb, all)
						}
					}
				}
			}
		}
	})
	t.Run("past a rule", func(t *testing.T) {
		// /ab is not /a, and /secret is denied however it is written.
		access := vfs.Policy{
			Allow:  vfs.PermAll,
			Denied: func(name string) bool { return name == "/secret" },
			AllowAt: vfs.Subtrees([]vfs.Rule{
				{Prefix: "/", Allow: vfs.PermAll}, {Prefix: "/x", Allow: 0}, {Prefix: "/xy", Allow: vfs.PermAll},
			}),
		}
		tr := newTree(t, access)
		for _, dir := range []string{"secret", "x", "xy"} {
			if err := errors.Join(os.Mkdir(filepath.Join(tr.dir, "a", dir), 0o755), os.WriteFile(filepath.Join(tr.dir, "a", dir, "file"), []byte("of "+dir), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		s := tr.login()
		for _, name := range []string{
			"secret/file", "/secret/file", "//secret//file", "./secret/file", "d/../secret/file", "/../secret/file", "secret/./file", "secret/../secret/file", "secret//file", "/./secret/file",
			"x/file", "/x/file", "xy/../x/file", "x/./file", "/x//file", "/xy/../x/file",
		} {
			for _, pattern := range onAPath {
				s.do("CWD /", "250")
				if strings.HasPrefix(pattern, "RNTO") {
					s.exchange("STOR moving", "inside")
					s.do("RNFR moving", "350")
				}
				command := fmt.Sprintf(pattern, name)
				code, all := s.exchange(command, "written by a client")
				if strings.Contains(all, "of secret") || strings.Contains(all, "of x\r") || code < 300 && strings.Contains(name, "secret") {
					t.Errorf("%s: %d %q", command, code, all)
				}
			}
		}
		for dir, want := range map[string]string{"secret": "of secret", "x": "of x"} {
			if got, err := os.ReadFile(filepath.Join(tr.dir, "a", dir, "file")); string(got) != want {
				t.Errorf("%s/file is now %q, %v", dir, got, err)
			}
		}
		// And what only looks like it is served.
		for _, name := range []string{"xy/file", "Secret", "secret.", "secret ", "SECRET", "secretx"} {
			if code, all := s.exchange("STOR "+name, "new"); code != 226 {
				t.Errorf("STOR %s: %s", name, all)
			}
		}
	})
}

// Symbolic links and directories change places all the time, while clients read,
// write, list and rename through them: nothing outside is ever read or written
// (CVE-2017-7418; ProFTPD's bug 3841).
func TestBadInputSymlinkRace(t *testing.T) {
	tr := newTree(t, vfs.Policy{Allow: vfs.PermAll})
	root, err := os.OpenRoot(filepath.Join(tr.dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := errors.Join(root.MkdirAll("race/d", 0o755), root.MkdirAll("spare", 0o755)); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var storm sync.WaitGroup
	// The link leads out where it is resolved outside; "d" is by turns a
	// directory and that link, "race" itself moves.
	for _, target := range []string{"../../../ab", tr.dir + "/ab"} {
		link := "link" + fmt.Sprint(len(target))
		storm.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				_ = os.Symlink(target, filepath.Join(tr.dir, "a", link))
				_ = os.Rename(filepath.Join(tr.dir, "a/race/d"), filepath.Join(tr.dir, "a/spare/d"))
				_ = os.Rename(filepath.Join(tr.dir, "a", link), filepath.Join(tr.dir, "a/race/d"))
				_ = os.Remove(filepath.Join(tr.dir, "a/race/d")) // the link, or an empty directory
				_ = os.Rename(filepath.Join(tr.dir, "a/spare/d"), filepath.Join(tr.dir, "a/race/d"))
				_ = os.Mkdir(filepath.Join(tr.dir, "a/race/d"), 0o755)
				if i%7 == 0 {
					_ = os.Rename(filepath.Join(tr.dir, "a/race"), filepath.Join(tr.dir, "a/race2"))
					_ = os.Rename(filepath.Join(tr.dir, "a/race2"), filepath.Join(tr.dir, "a/race"))
				}
			}
		})
	}
	var clients sync.WaitGroup
	for range 4 {
		s := tr.login()
		clients.Go(func() {
			for range 15 {
				for _, pattern := range onAPath {
					for _, name := range []string{"race/d/file", "race/d"} {
						if _, all := s.exchange(fmt.Sprintf(pattern, name), "written by a client"); strings.Contains(all, canary) || strings.Contains(all, canaryName) {
							t.Errorf("%s shows what is outside: %q", fmt.Sprintf(pattern, name), all)
						}
					}
				}
				s.exchange("CWD /", "")
			}
		})
	}
	clients.Wait()
	close(stop)
	storm.Wait()
}
