package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/vfs"
)

// A pathProbe is one thing that a client can ask for by a pathname, and what it takes
// to get it: written down here, not read from the command table.
//
// In the lines %F is a file that is there, %N a name that is free, %D an empty
// directory, %P a full one, %L a symbolic link to the file.
type pathProbe struct {
	lines string // separated by " && "; the last one's reply counts
	needs vfs.Perm
	ok    string // its code where it is allowed
	// changes says that the tree is another one then.
	changes bool
	// below is what it takes where the account has all permissions somewhere,
	// and the rule of a subtree decides; as needs if nothing is set. free is a
	// probe that needs none there: what a file is may always be asked.
	below vfs.Perm
	free  bool
	// refused are the codes of a refusal, if not those of denials.
	refused string
}

// denials are the codes of what may not be done: denied, a name that may not be
// taken, an RNTO whose RNFR was refused.
const denials = "550 553 503"

var probes = []pathProbe{
	{lines: "CWD %D", ok: "250"},
	{lines: "XCWD %D", ok: "250"},
	{lines: "CWD %P && CDUP", ok: "250"},
	{lines: "CWD %P && XCUP", ok: "250"},
	{lines: "SIZE %F", ok: "213"},
	{lines: "SIZE %L", ok: "213"},
	{lines: "MDTM %F", ok: "213"},
	{lines: "MLST %F", ok: "250"},
	{lines: "MLST %D", ok: "250"},
	{lines: "MLST %L", ok: "250"},
	{lines: "CWD %P && MLST", ok: "250"},

	{lines: "LIST %P", needs: vfs.PermList, ok: "226"},
	{lines: "LIST -R %P", needs: vfs.PermList, ok: "226"},
	{lines: "LIST -la %P", needs: vfs.PermList, ok: "226"},
	{lines: "CWD %P && LIST", needs: vfs.PermList, ok: "226"},
	{lines: "LIST %P/*", needs: vfs.PermList, ok: "226"},
	{lines: "LIST %F", needs: vfs.PermList, ok: "226", free: true},
	{lines: "LIST -d %P", needs: vfs.PermList, ok: "226", free: true},
	{lines: "NLST %P", needs: vfs.PermList, ok: "226"},
	{lines: "NLST %P/*", needs: vfs.PermList, ok: "226"},
	{lines: "NLST %F", needs: vfs.PermList, ok: "226", free: true},
	{lines: "MLSD %P", needs: vfs.PermList, ok: "226"},
	{lines: "STAT %P", needs: vfs.PermList, ok: "213"},
	{lines: "STAT %P/*", needs: vfs.PermList, ok: "213"},
	{lines: "STAT %F", needs: vfs.PermList, ok: "213", free: true},

	{lines: "RETR %F", needs: vfs.PermRead, ok: "226"},
	{lines: "RETR %L", needs: vfs.PermRead, ok: "226"},
	{lines: "RETR %P/inner", needs: vfs.PermRead, ok: "226"},
	{lines: "REST 3 && RETR %F", needs: vfs.PermRead, ok: "226"},

	{lines: "STOR %N", needs: vfs.PermCreate, ok: "226", changes: true},
	{lines: "STOR %P/new", needs: vfs.PermCreate, ok: "226", changes: true},
	{lines: "STOU %N", needs: vfs.PermCreate, ok: "226", changes: true},
	{lines: "STOU %F", needs: vfs.PermCreate, ok: "226", changes: true},
	{lines: "STOR %F", needs: vfs.PermOverwrite, ok: "226", changes: true},
	{lines: "STOR %L", needs: vfs.PermOverwrite, ok: "226", changes: true},
	{lines: "REST 3 && STOR %F", needs: vfs.PermOverwrite, ok: "226", changes: true},
	{lines: "APPE %F", needs: vfs.PermAppend, ok: "226", changes: true},
	{lines: "REST 3 && APPE %F", needs: vfs.PermAppend, ok: "226", changes: true},
	// vsftpd asks for the switch of APPE first.
	{lines: "APPE %N", needs: vfs.PermAppend | vfs.PermCreate, ok: "226", changes: true, below: vfs.PermCreate},

	{lines: "DELE %F", needs: vfs.PermDelete, ok: "250", changes: true},
	{lines: "DELE %L", needs: vfs.PermDelete, ok: "250", changes: true},
	{lines: "DELE %P/inner", needs: vfs.PermDelete, ok: "250", changes: true},
	{lines: "RNFR %F && RNTO %N", needs: vfs.PermRename, ok: "250", changes: true},
	{lines: "RNFR %P && RNTO %N", needs: vfs.PermRename, ok: "250", changes: true},
	{lines: "RNFR %L && RNTO %N", needs: vfs.PermRename, ok: "250", changes: true},
	{lines: "RNFR %P/inner && RNTO %N", needs: vfs.PermRename, ok: "250", changes: true},
	{lines: "RNFR %P/inner && RNTO %F", needs: vfs.PermRename | vfs.PermOverwrite, ok: "250", changes: true},
	{lines: "MKD %N", needs: vfs.PermMkdir, ok: "257", changes: true},
	{lines: "XMKD %N", needs: vfs.PermMkdir, ok: "257", changes: true},
	{lines: "RMD %D", needs: vfs.PermRmdir, ok: "250", changes: true},
	{lines: "XRMD %D", needs: vfs.PermRmdir, ok: "250", changes: true},

	{lines: "SITE CHMOD 600 %F", needs: vfs.PermChmod, ok: "200", changes: true},
	{lines: "SITE CHMOD 700 %D", needs: vfs.PermChmod, ok: "200", changes: true},
	{lines: "MFF UNIX.mode=0600; %F", needs: vfs.PermChmod, ok: "213", changes: true},
	{lines: "MFMT 20200101000000 %F", needs: vfs.PermSetTime, ok: "213", changes: true},
	{lines: "MDTM 20200101000000 %F", needs: vfs.PermSetTime, ok: "213", changes: true},
	{lines: "MFF Modify=20200101000000; %F", needs: vfs.PermSetTime, ok: "213", changes: true},
	{lines: "MFF Modify=20200101000000;UNIX.mode=0600; %F", needs: vfs.PermSetTime | vfs.PermChmod, ok: "213", changes: true},
	{lines: "SITE UTIME 20200101000000 %F", needs: vfs.PermSetTime, ok: "200", changes: true},
	{lines: "SITE UTIME %F 20200101000000 20200101000000 20200101000000 UTC", needs: vfs.PermSetTime, ok: "200", changes: true},
	{lines: "MFCT 20200101000000 %F", needs: vfs.PermSetTime, ok: "504", refused: "550 504"}, // no store here has creation times
}

// pathless are the verbs that take no pathname, so that no probe needs them.
var pathless = strings.Fields("USER PASS ACCT REIN QUIT AUTH PBSZ PROT CCC SSCN CPSV PWD XPWD TYPE STRU MODE ALLO REST PORT PASV EPRT EPSV ABOR SYST HELP NOOP FEAT OPTS SITE UMASK")

// treeNames are what the placeholders of probes stand for.
type treeNames struct{ file, free, dir, full, link string }

func (n treeNames) fill(lines string) string {
	return strings.NewReplacer("%F", n.file, "%N", n.free, "%D", n.dir, "%P", n.full, "%L", n.link).Replace(lines)
}

// build makes the tree anew in a directory that stays.
func (n treeNames) build(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	err = errors.Join(
		os.Mkdir(at(n.dir), 0o755), os.Mkdir(at(n.full), 0o755),
		os.WriteFile(at(n.file), []byte("content"), 0o644), os.WriteFile(at(n.full+"/inner"), []byte("inner content"), 0o644),
		os.WriteFile(at("plain"), []byte("plain"), 0o644), os.Symlink(n.file, at(n.link)),
	)
	then := time.Unix(1_000_000_000, 0)
	for _, name := range []string{n.file, n.full + "/inner", "plain", n.dir, n.full, "."} {
		err = errors.Join(err, os.Chtimes(at(name), then, then))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// state is all that a directory holds.
func state(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprint(&b, name, " ", info.Mode())
		if info.Mode().Type() != fs.ModeSymlink {
			fmt.Fprint(&b, " ", info.ModTime().UnixNano())
		}
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(name)
			fmt.Fprintf(&b, " %q %v", content, err)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// narrowed lets users in with no more than some permissions.
type narrowed struct {
	ftpserver.Accounts
	allow vfs.Perm
}

func (n narrowed) Authenticate(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	u, err := n.Accounts.Authenticate(ctx, l)
	if err != nil {
		return nil, err
	}
	narrow := *u
	narrow.Access.Allow &= n.allow
	return &narrow, nil
}

// prober is a client of one session.
type prober struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// probeServer starts a server whose accounts may do no more than allow, and
// returns what connects to it.
func probeServer(t *testing.T, o Options, allow vfs.Perm) func(name string) *prober {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	o.Listen = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}
	d, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	d.server.Accounts = narrowed{d.server.Accounts, allow}
	served := make(chan error, 1)
	go func() { served <- d.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = d.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return func(name string) *prober {
		t.Helper()
		conn, err := net.Dial("tcp", d.Status().Control[0].String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		p := &prober{t, conn, bufio.NewReader(conn)}
		if code, text := p.reply(); code != "220" {
			t.Fatal(text)
		}
		for _, line := range []string{"USER " + name, "PASS secret", "TYPE I"} {
			if code, text := p.do(line); code[0] != '2' && code[0] != '3' {
				t.Fatalf("%s: %s", line, text)
			}
		}
		return p
	}
}

// reply reads one reply.
func (p *prober) reply() (code, text string) {
	p.t.Helper()
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			p.t.Fatalf("%v behind %q", err, text)
		}
		text += line
		if code == "" {
			code = line[:min(3, len(line))]
		}
		if strings.HasPrefix(line, code+" ") {
			return code, text
		}
	}
}

// do sends one command, with the data connection that it needs, and returns the
// final reply and all that came.
func (p *prober) do(line string) (code, all string) {
	p.t.Helper()
	verb, _, _ := strings.Cut(line, " ")
	var data net.Conn
	if slices.Contains([]string{"RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD"}, verb) {
		if code, text := p.do("EPSV"); code == "229" {
			port, err := ftp.ParseExtPassive(text)
			if err != nil {
				p.t.Fatal(err)
			}
			if data, err = net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))); err != nil {
				p.t.Fatal(err)
			}
			defer func() { _ = data.Close() }()
		}
	}
	if _, err := io.WriteString(p.conn, line+"\r\n"); err != nil {
		p.t.Fatal(err)
	}
	code, all = p.reply()
	if code == "150" {
		if verb == "STOR" || verb == "STOU" || verb == "APPE" {
			_, _ = io.WriteString(data, "sent by a client")
			_ = data.Close()
		} else {
			got, _ := io.ReadAll(data)
			all += string(got)
		}
		var text string
		code, text = p.reply()
		all += text
	}
	return code, all
}

// run plays a probe in a directory.
func (p *prober) run(pr pathProbe, n treeNames, dir string) (code, all string) {
	p.t.Helper()
	if code, all := p.do("CWD " + dir); code != "250" {
		p.t.Fatal(all)
	}
	for line := range strings.SplitSeq(n.fill(pr.lines), " && ") {
		var text string
		code, text = p.do(line)
		all += text
	}
	p.do("REST 0") // a refusal may have left one
	return code, all
}
