package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// onTerminal is a program on a pseudo terminal of its own.
type onTerminal struct {
	keys   io.Writer
	screen *transcript
	cmd    *exec.Cmd
}

// startOnTerminal starts a program there, 80 columns wide.
func startOnTerminal(t *testing.T, cmd *exec.Cmd) *onTerminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("this machine has no pseudo terminals")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock, number int32
	size := [4]uint16{24, 80}
	for request, arg := range map[uintptr]unsafe.Pointer{
		syscall.TIOCSPTLCK: unsafe.Pointer(&unlock),
		syscall.TIOCGPTN:   unsafe.Pointer(&number),
		syscall.TIOCSWINSZ: unsafe.Pointer(&size),
	} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(arg)); errno != 0 {
			t.Fatal(errno)
		}
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s := &onTerminal{keys: master, screen: newTranscript(), cmd: cmd}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(s.screen, master) // until the program has ended
		s.screen.end()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-read
	})
	return s
}

// press writes what somebody types.
func (s *onTerminal) press(t *testing.T, keys string) {
	t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		t.Fatal(err)
	}
}

// await waits until the terminal shows something.
func (s *onTerminal) await(t *testing.T, pattern string) {
	t.Helper()
	if s.screen.match(regexp.MustCompile(pattern)) == nil {
		t.Fatalf("the terminal does not show %q, but\n%s", pattern, s.screen)
	}
}

// serve runs a server of a directory until the test ends, and gives its address.
func serve(t *testing.T, dir string, flags ...string) string {
	t.Helper()
	cmd := exec.Command("ferry", append([]string{"serve", "--dir", dir, "--listen", "127.0.0.1:0"}, flags...)...)
	cmd.Env = append(os.Environ(), "GORACE="+raceSettings, "FERRY_PASSWORD_AL=secret")
	out := newTranscript()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is killed
		out.end()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	m := out.match(urlLine)
	if m == nil {
		t.Fatalf("ferry does not serve\n%s", out)
	}
	return m[1]
}

// homeless is an environment without anything of the user's.
func homeless(t *testing.T, more ...string) []string {
	t.Helper()
	home := t.TempDir()
	env := []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "GORACE=" + raceSettings}
	return append(env, more...)
}

// TestBashCompletes presses Tab in a shell without the package bash-completion, and
// in front of URLs that have each character at which bash ends a word.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "pub", "two words"), 0o777); err != nil {
		t.Fatal(err)
	}
	addr := serve(t, root, "--anonymous", "--user", "al", "--passive-ports", "40180-40184")
	cmd := exec.Command(bash, "--norc", "--noprofile", "-i")
	cmd.Env = homeless(t, "FERRY_PASSWORD=secret", "TERM=dumb", "PS1=READY ")
	cmd.Dir = root // where there is a file for the shell to complete
	s := startOnTerminal(t, cmd)
	s.await(t, "READY ")
	s.press(t, "bind 'set enable-bracketed-paste off'; source <(ferry completion bash); echo LOAD''ED\n")
	s.await(t, `LOADED\r?\n`)
	for i, test := range []struct{ typed, completed string }{
		{"ferry ge", "ferry get "},
		{"ferry ls ftp://" + addr + "/pu", "ferry ls ftp://" + addr + "/pub/"},
		{"ferry ls " + addr + "/pub/t", "ferry ls " + addr + "/pub/two%20words/"},
		{"ferry ls ftp://al@" + addr + "/p", "ferry ls ftp://al@" + addr + "/pub/"},
		{"ferry ls --mode=epsv ftp://al:secret@" + addr + "/p", "ferry ls --mode=epsv ftp://al:secret@" + addr + "/pub/"},
		{"ferry  ls   --mode=ep", "ferry  ls   --mode=epsv"}, // and eprt: no space
		{"ferry put pu", "ferry put pub/"},
	} {
		typed := test.typed
		if strings.HasSuffix(test.completed, "=epsv") {
			typed += "s"
		}
		// What is behind the cursor shows where it came to stand.
		s.press(t, typed+"\t")
		s.press(t, fmt.Sprintf("#%d", i))
		s.await(t, regexp.QuoteMeta(test.completed+fmt.Sprintf("#%d", i)))
		s.press(t, "\x15") // take the line away
	}
	s.press(t, "exit\n")
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("bash: %v\n%s", err, s.screen)
	}
}

// TestInterruptedOnTerminal ends a transfer with Ctrl-C: the rows go away, and what
// has happened is said below the lines that were there.
func TestInterruptedOnTerminal(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "big"), make([]byte, 20<<20), 0o666); err != nil {
		t.Fatal(err)
	}
	addr := serve(t, root, "--passive-ports", "40185-40189")
	cmd := exec.Command("ferry", "get", "--limit", "1M", "ftp://"+addr+"/big")
	cmd.Env = homeless(t, "TERM=xterm")
	cmd.Dir = t.TempDir()
	s := startOnTerminal(t, cmd)
	s.await(t, `big +\[[=>-]+\] +[1-9]\d*% +\S+/20\.0M +\S+/s +\d+:\d\d\r\n`)
	s.press(t, "\x03")
	s.await(t, `interrupted\r\n`)
	_ = s.cmd.Wait() // the status tells
	if status := s.cmd.ProcessState.ExitCode(); status != 130 {
		t.Errorf("status %d, want 130", status)
	}
	text := s.screen.String()
	erased := strings.LastIndex(text, "\x1b[J")
	if row := strings.LastIndex(text, "/s "); row > erased || !strings.Contains(text[erased:], "interrupted") {
		t.Errorf("the terminal shows a row at the end:\n%q", text[max(0, len(text)-1000):])
	}
	if _, err := os.Stat(filepath.Join(cmd.Dir, "big.part")); err != nil {
		t.Error(err)
	}
}
