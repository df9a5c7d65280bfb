package interop_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ferry/internal/peers"
)

// insideVariable says that the test process has file systems of its own.
const insideVariable = "FERRY_TEST_OWN_MOUNTS"

// withMounts runs the test once more in a process that may mount what it likes,
// unseen by all others; inside, it calls run.
func withMounts(t *testing.T, run func(t *testing.T)) {
	t.Helper()
	if os.Getenv(insideVariable) == t.Name() {
		run(t)
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can mount")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), insideVariable+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Setpgid: true}
	out, err := cmd.CombinedOutput()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it may have left behind
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, out)
	}
}

// mountTmpfs mounts a file system in memory, where everybody may write.
func mountTmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != "/" && d != os.TempDir(); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil { // another user may have to pass
			t.Fatal(err)
		}
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=777,"+options); err != nil {
		t.Fatalf("mount a tmpfs with %s: %v", options, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// free is how many bytes and files there is room for.
func free(t *testing.T, dir string) (bytes, files uint64) {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	return st.Bfree * uint64(st.Bsize), st.Ffree
}

// small is the content that is there, large what does not fit beside it.
var (
	small = bytes.Repeat([]byte("before "), 30_000)
	large = bytes.Repeat([]byte("0123456789abcdef"), 200_000)
)

// manner is one way in which an upload meets the end of the disk.
type manner struct {
	atomic, secure, kernel bool
	command, name          string
}

func (m manner) String() string {
	words := []string{"in place", "clear", "copied", m.command}
	if m.atomic {
		words[0] = "atomic"
	}
	if m.secure {
		words[1] = "TLS"
	}
	if m.kernel {
		words[2] = "spliced"
	}
	return strings.Join(words, " ")
}

func manners() (all []manner) {
	for _, atomic := range []bool{false, true} {
		for _, secure := range []bool{false, true} {
			for _, kernel := range []bool{false, true} {
				if secure && kernel {
					continue // the kernel moves nothing there
				}
				for _, c := range [][2]string{{"STOR new", "new"}, {"STOR old", "old"}, {"APPE old", "old"}, {"STOU", "STOU"}} {
					all = append(all, manner{atomic, secure, kernel, c[0], c[1]})
				}
			}
		}
	}
	return all
}

// yesNo is a value of vsftpd.conf.
func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

// limit is one reason why a file cannot be written to its end, and the code that
// tells it.
type limit struct {
	code   string
	mount  string
	launch launch
}

// meet has every manner of upload meet the limit.
func meet(t *testing.T, lim limit) {
	t.Helper()
	dir := mountTmpfs(t, lim.mount)
	cert := peers.NewCertificate(t)
	for _, f := range []string{cert.CertFile, cert.KeyFile} { // another user has to read them
		if err := errors.Join(os.Chmod(f, 0o644), os.Chmod(filepath.Dir(f), 0o755), os.Chmod(filepath.Dir(filepath.Dir(f)), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	type kind struct{ atomic, kernel bool }
	servers := make(map[kind]*process)
	for _, k := range []kind{{false, false}, {false, true}, {true, false}, {true, true}} {
		l := lim.launch
		l.dir, l.tls = dir, &cert
		l.args = []string{"-oatomic_uploads=" + yesNo(k.atomic), "-ouse_sendfile=" + yesNo(k.kernel)}
		servers[k] = startProcess(t, l)
	}
	for _, m := range manners() {
		t.Run(m.String(), func(t *testing.T) {
			var config *tls.Config
			if m.secure {
				config = clientTLS(cert)
			}
			m.meet(t, servers[kind{m.atomic, m.kernel}], config, dir, lim)
		})
	}
}

func (m manner) meet(t *testing.T, p *process, config *tls.Config, dir string, lim limit) {
	old, named := filepath.Join(dir, "old"), filepath.Join(dir, m.name)
	for _, name := range []string{"new", "old", "STOU"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(old, small, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := lim.launch.cred; c != nil {
		if err := os.Chown(old, int(c.Uid), int(c.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := dialFerry(p.addr, config)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	room, files := free(t, dir)
	answer, err := d.upload(m.command, bytes.NewReader(large))
	if err != nil || !strings.HasPrefix(answer, lim.code) {
		t.Errorf("answered %q, %v, want %s", answer, err, lim.code)
	}
	if err := d.do("NOOP", "200"); err != nil {
		t.Error(err)
	}
	there, err := os.ReadFile(named)
	if m.atomic {
		if m.name == "old" {
			if err != nil || !bytes.Equal(there, small) {
				t.Errorf("the old file has %d bytes, %v", len(there), err)
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d bytes, %v, are under the name of what failed", len(there), err)
		}
		if hidden := hiddenIn(t, dir); len(hidden) > 0 {
			t.Errorf("left behind are %q", hidden)
		}
		if r, f := free(t, dir); r != room || f != files {
			t.Errorf("there was room for %d bytes and %d files, and is for %d and %d", room, files, r, f)
		}
	} else {
		// What came is kept, so that the client can resume; it is no other than
		// what was sent, and not all.
		whole := large
		if m.command == "APPE old" {
			whole = append(bytes.Clone(small), large...)
		}
		if err != nil || !bytes.HasPrefix(whole, there) || len(there) == len(whole) {
			t.Errorf("%d bytes, %v, are no beginning of what was sent", len(there), err)
		}
		if err := d.do("DELE "+m.name, "250"); err != nil {
			t.Error(err)
		}
	}
	// Where there is room it goes on.
	if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if answer, err := d.upload(m.command, bytes.NewReader(small[:1000])); err != nil || !strings.HasPrefix(answer, "226") {
		t.Errorf("what fits is answered with %q, %v", answer, err)
	}
	if there, err := os.ReadFile(named); err != nil || !bytes.Equal(there, small[:1000]) {
		t.Errorf("of what fits are there %d bytes, %v", len(there), err)
	}
}

// TestFullDisk has uploads meet the end of a disk, in real file systems of its own.
func TestFullDisk(t *testing.T) {
	withMounts(t, func(t *testing.T) {
		t.Run("no space", func(t *testing.T) { meet(t, limit{code: "452", mount: "size=1m"}) })
		// An APPE has no room for the copy that it begins with.
		t.Run("hardly any space", func(t *testing.T) { meet(t, limit{code: "452", mount: "size=300k"}) })
		t.Run("quota of the system", func(t *testing.T) {
			options := "size=16m,usrquota,usrquota_block_hardlimit=1m"
			probe := t.TempDir()
			if err := syscall.Mount("tmpfs", probe, "tmpfs", 0, options); errors.Is(err, syscall.EINVAL) {
				t.Skip("this kernel's tmpfs has no quotas (CONFIG_TMPFS_QUOTA)")
			}
			if err := syscall.Unmount(probe, 0); err != nil {
				t.Fatal(err)
			}
			meet(t, limit{code: "552", mount: options, launch: launch{cred: &syscall.Credential{Uid: 1234, Gid: 1234}}})
		})
		t.Run("largest file", func(t *testing.T) {
			meet(t, limit{code: "552", mount: "size=16m", launch: launch{last: limitFileSize(t, 1<<20)}})
		})
		t.Run("no more files", noMoreFiles)
	})
}

// limitFileSize has a process started that may not make larger files
// (RLIMIT_FSIZE).
func limitFileSize(t *testing.T, size uint64) func(start func() error) {
	return func(start func() error) {
		var was syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: was.Max}); err != nil {
			t.Fatal(err)
		}
		_ = start() // whoever gave it asks
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
	}
}

// noMoreFiles: there is no room for another file, however small.
func noMoreFiles(t *testing.T) {
	dir := mountTmpfs(t, "size=4m,nr_inodes=20")
	for _, atomic := range []bool{false, true} {
		p := startProcess(t, launch{dir: dir, args: []string{"-oatomic_uploads=" + yesNo(atomic)}})
		d, err := dialFerry(p.addr, nil)
		if err != nil {
			t.Fatal(err)
		}
		upload := func(command, code string) {
			t.Helper()
			if answer, err := d.upload(command, strings.NewReader("content")); err != nil || !strings.HasPrefix(answer, code) {
				t.Errorf("atomic %v: %s answers %q, %v, want %s", atomic, command, answer, err, code)
			}
		}
		upload("STOR old", "226")
		var fillers []string
		for i := 0; ; i++ {
			name := filepath.Join(dir, fmt.Sprint(i))
			err := os.WriteFile(name, nil, 0o644)
			if errors.Is(err, syscall.ENOSPC) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			fillers = append(fillers, name)
		}
		upload("STOR new", "452")
		upload("STOU", "452")
		upload("APPE new", "452")
		if err := d.do("MKD dir", "452"); err != nil {
			t.Error(err)
		}
		// The one that stands beside the old one is one too many as well.
		upload("STOR old", map[bool]string{false: "226", true: "452"}[atomic])
		if there, err := os.ReadFile(filepath.Join(dir, "old")); err != nil || string(there) != "content" {
			t.Errorf("the old file holds %q, %v", there, err)
		}
		for _, name := range fillers {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		upload("STOR old", "226")
		if err := d.do("MKD dir", "257"); err != nil {
			t.Error(err)
		}
		if err := d.do("RMD dir", "250"); err != nil {
			t.Error(err)
		}
		d.close()
		p.kill()
	}
}
