package pam

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// hostVariable names the folder of the machine that the tests have made, in the
// process that runs in its namespace.
const hostVariable = "FERRY_TEST_HOST"

// secret is the hash of "secret".
const secret = "$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz."

// hostFiles are the lists of the machine. The services are Debian's own file for
// vsftpd with what it includes, and one for each thing that a module can do.
var hostFiles = map[string]string{
	"passwd": "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:100:Alice A:/home/alice:/bin/sh\n" +
		"bj\xf6rn:x:1001:100::/home/b:/bin/sh\nnologin:x:1002:100::/:/usr/sbin/nologin\nexpired:x:1003:100::/:/bin/sh\n" +
		"change:x:1004:100::/:/bin/sh\naged:x:1005:100::/:/bin/sh\nlocked:x:1006:100::/:/bin/sh\nempty:x:1007:100::/:/bin/sh\n",
	"group": "root:x:0:\nusers:x:100:\naudio:x:29:alice\nvideo:x:44:alice,nologin\n",
	"shadow": "root:" + secret + ":19000:0:99999:7:::\nalice:" + secret + ":19000:0:99999:7:::\n" +
		"bj\xf6rn:" + secret + ":19000:0:99999:7:::\nnologin:" + secret + ":19000:0:99999:7:::\n" +
		"expired:" + secret + ":10000:0:99999:7::10001:\nchange:" + secret + ":0:0:99999:7:::\n" +
		"aged:" + secret + ":10000:0:90:7:14::\nlocked:!" + secret + ":19000:0:99999:7:::\nempty::19000:0:99999:7:::\n",
	"shells": "/bin/sh\n/bin/bash\n", "ftpusers": "root\n", "login.defs": "", "environment": "", "security/.keep": "",
	"nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\n",

	"pam.d/vsftpd": "auth required pam_listfile.so item=user sense=deny file=/etc/ftpusers onerr=succeed\n" +
		"@include common-account\n@include common-session\n@include common-auth\nauth required pam_shells.so\n",
	"pam.d/common-auth":    "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so\n",
	"pam.d/common-account": "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\naccount requisite pam_deny.so\naccount required pam_permit.so\n",
	"pam.d/common-session": "session required pam_unix.so\n",
	"pam.d/other":          "auth required pam_deny.so\naccount required pam_deny.so\nsession required pam_deny.so\n",

	"pam.d/unix":    "auth required pam_unix.so nodelay\naccount required pam_unix.so\n",
	"pam.d/missing": "auth required pam_nonesuch.so\naccount required pam_permit.so\n",
	"pam.d/guests":  "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n",
	"pam.d/hang":    "auth required pam_exec.so quiet /etc/hang\naccount required pam_permit.so\n",
	"pam.d/crash":   "auth required pam_exec.so quiet /etc/crash\naccount required pam_permit.so\n",
	"pam.d/refuse":  "auth required pam_unix.so nodelay\naccount required pam_permit.so\nsession required pam_deny.so\n",
	"pam.d/fail":    "auth required pam_exec.so quiet /bin/false\naccount required pam_permit.so\n",
	"pam.d/log": "auth required pam_unix.so nodelay\nauth required pam_exec.so quiet /etc/log\naccount required pam_exec.so quiet /etc/log\n" +
		"session required pam_exec.so quiet /etc/log\n",

	// The pipe tells the test when the module runs, and when it runs no more.
	"hang":  "#!/bin/sh\nexec 3>/run/hang\necho runs >&3\nsleep 1000\n",
	"crash": "#!/bin/sh\nkill -9 $PPID\n",
	"log":   "#!/bin/sh\necho \"$PAM_TYPE $PAM_SERVICE $PAM_USER $PAM_RUSER $PAM_RHOST $PAM_TTY\" >/run/log\n",
}

// TestMain runs the tests in a mount namespace, in which /etc is that of
// hostFiles and /run and /var/log are empty, where that is possible; with ferry-pam
// built for them.
func TestMain(m *testing.M) {
	code, err := enterHost(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func enterHost(m *testing.M) (int, error) {
	if dir := os.Getenv(hostVariable); dir != "" {
		if err := mountHost(dir); err != nil {
			return 1, err
		}
		return m.Run(), nil
	}
	if os.Getuid() != 0 {
		return m.Run(), nil
	}
	dir, err := os.MkdirTemp("", "ferry-pam")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := makeHost(dir); err != nil {
		return 1, err
	}
	build := exec.Command("../../scripts/pam.sh", "--if-possible", "go", "-C", "../../pam", "build", "-o", filepath.Join(dir, program), "./cmd/ferry-pam")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building ferry-pam: %w: %s", err, out)
	}
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), hostVariable+"="+dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS} // and makes all mounts private
	err = cmd.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode(), nil
	}
	if errors.Is(err, syscall.EPERM) && os.Getenv("CI") == "" { // root in a container
		return m.Run(), nil
	}
	return 0, err
}

// makeHost writes the files, but for those of the machine that the C library and
// the modules need.
func makeHost(dir string) error {
	for name, text := range hostFiles {
		name = filepath.Join(dir, "etc", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			return err
		}
	}
	for _, name := range []string{"ld.so.cache", "ld.so.conf"} {
		text, err := os.ReadFile("/etc/" + name)
		if err != nil {
			continue // musl has none
		}
		if err := os.WriteFile(filepath.Join(dir, "etc", name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// mountHost puts the files over the machine's.
func mountHost(dir string) error {
	if err := syscall.Mount(filepath.Join(dir, "etc"), "/etc", "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("binding /etc: %w", err)
	}
	for _, name := range []string{"/run", "/var/log"} {
		if err := syscall.Mount("tmpfs", name, "tmpfs", 0, "mode=0755"); err != nil {
			return fmt.Errorf("mounting %s: %w", name, err)
		}
	}
	for _, name := range []string{"/run/utmp", "/var/log/wtmp"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// start starts the real ferry-pam on the machine of these tests.
func start(t *testing.T, options Options) *Client {
	t.Helper()
	dir := os.Getenv(hostVariable)
	if dir == "" {
		t.Skip("only root, with mount namespaces, can put another /etc over the system's, for PAM")
	}
	options.Path = filepath.Join(dir, program)
	if _, err := os.Stat(options.Path); err != nil {
		t.Skip("there is no ferry-pam: scripts/pam.sh says what it needs")
	}
	c, err := Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// pipe makes a named pipe on which modules report, and reads it.
func pipe(t *testing.T, name string) *os.File {
	t.Helper()
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(name) })
	// Opened for writing too, the pipe does not end while a reader waits.
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
