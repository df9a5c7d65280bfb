package nsnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user without any right.
const nobody = 65534

// TestAsUser runs all tests of the package once more, as a user without rights, in
// user namespaces. It is skipped where the kernel refuses them: that is its choice.
func TestAsUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user; all other tests have run as one")
	}
	binary, scratch := userBinary(t)
	command := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Dir = scratch
		cmd.Env = append(os.Environ(), "TMPDIR="+scratch, userEnv+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return cmd
	}
	check := command()
	as(check, "check")
	switch out, err := check.CombinedOutput(); {
	case err != nil:
		t.Skipf("%v: %s", err, out)
	case string(out) != InUserNamespace.String():
		t.Fatalf("worlds are made %q, want %q", out, InUserNamespace)
	}
	out, err := command("-test.v", "-test.run=^Test").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"TestRouted", "TestApart", "TestSettings", "TestOrphans", "TestKilledStarter", "TestPrivileged"} {
		if !strings.Contains(string(out), "--- PASS: "+name) {
			t.Errorf("%s has not passed:\n%s", name, out)
		}
	}
}

// userBinary copies the test binary to a place that everybody can read, and makes a
// folder that the user can write.
func userBinary(t *testing.T) (binary, scratch string) {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	binary = filepath.Join(dir, "nsnet.test")
	if err := copyBinary(binary); err != nil {
		t.Fatal(err)
	}
	scratch = filepath.Join(dir, "scratch")
	if err := errors.Join(os.Mkdir(scratch, 0o700), os.Chown(scratch, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	return binary, scratch
}

// copyBinary copies the test binary to a file that everybody can execute.
func copyBinary(name string) error {
	from, err := os.Open(selfPath)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

// playCheck says how worlds are made.
func playCheck(*World, []string) error {
	how, err := Check()
	if err == nil {
		_, err = fmt.Fprint(os.Stdout, how)
	}
	return err
}

// TestPrivileged compares what a world says of its root with what the root can do:
// become somebody else.
func TestPrivileged(t *testing.T) {
	needWorld(t)
	how, err := Check()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv(userEnv) != "" && how != InUserNamespace {
		t.Errorf("worlds are made %v, want %v", how, InUserNamespace)
	}
	out := perform(t, "become")
	if want := fmt.Sprint(how == AsRoot, " ", how == AsRoot, " true"); out != want {
		t.Errorf("privileged, becomes another user, binds port 21: %q, want %q", out, want)
	}
}

func playBecome(w *World, _ []string) error {
	h, err := w.AddHost("h")
	if err != nil {
		return err
	}
	binary := filepath.Join(w.Dir(), "nsnet.test")
	if err := copyBinary(binary); err != nil {
		return err
	}
	cmd := h.Command(context.Background(), binary, "0")
	as(cmd.Cmd, "exit")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: true}}
	err = cmd.Run()
	listener, listenErr := h.Listen("tcp", "127.0.0.1:21")
	if listenErr == nil {
		listenErr = listener.Close()
	}
	_, printErr := fmt.Fprint(os.Stdout, w.Privileged(), " ", err == nil, " ", listenErr == nil)
	return printErr
}
