package sys

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ferry/internal/peers"
)

const nobody = 65534

// dropped is what a process tells that has given up power.
type dropped struct {
	Err string
	Cgo bool
	// Before and After count the threads at that time; Threads is what the kernel
	// says of them after.
	Before  int
	Threads []Thread
	// Regained are the ways by which it has got power back.
	Regained []string
	// Executed is the effective user of a program that is set-user-ID root.
	Executed string
	// Bound says whether it can bind port 1.
	Bound bool
}

// playDrop becomes nobody, with the capabilities named, and tries to undo it.
func playDrop(args []string) any {
	return play(func() error { return DropTo(Credentials{UID: nobody, GID: nobody}, setOf(args[1:])) }, args[0])
}

// playKeep stays who it is, with the capabilities named.
func playKeep(args []string) any {
	return play(func() error { return KeepOnly(setOf(args[1:])) }, args[0])
}

func setOf(args []string) (s CapSet) {
	for _, a := range args {
		c, err := strconv.Atoi(a)
		if err != nil {
			panic(err)
		}
		s |= Capabilities(Capability(c))
	}
	return s
}

func play(giveUp func() error, setuid string) any {
	var d dropped
	c := newCrowd(8)
	before, err := Threads(0)
	if err != nil {
		panic(err)
	}
	d.Before = len(before)
	if err := giveUp(); err != nil {
		d.Err, d.Cgo = err.Error(), errors.Is(err, ErrThreads)
	}
	if d.Threads, err = Threads(0); err != nil {
		panic(err)
	}
	full := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	all := [2]unix.CapUserData{{Effective: 1 << CapSetuid, Permitted: 1 << CapSetuid}, {}}
	for name, try := range map[string]func() bool{
		"setresuid on one thread":  func() bool { _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, 0, 0, 0); return e == 0 },
		"setgroups on one thread":  func() bool { _, _, e := unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0); return e == 0 },
		"capset":                   func() bool { return unix.Capset(&full, &all[0]) == nil },
		"a lower no_new_privs":     func() bool { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == nil },
		"an ambient capability":    func() bool { return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, 7, 0, 0) == nil },
		"another root directory":   func() bool { return unix.Chroot("/tmp") == nil },
		"a file of somebody else":  func() bool { return unix.Access("/etc/shadow", unix.R_OK) == nil },
		"the change of securebits": func() bool { return unix.Prctl(unix.PR_SET_SECUREBITS, 0, 0, 0, 0) == nil },
	} {
		if c.all(try) > 0 {
			d.Regained = append(d.Regained, name)
		}
	}
	if syscall.Setuid(0) == nil && os.Getuid() != 0 || syscall.Setreuid(0, 0) == nil && os.Getuid() != 0 {
		d.Regained = append(d.Regained, "setuid")
	}
	slices.Sort(d.Regained)
	out, err := exec.Command(setuid).Output()
	d.Executed = strings.TrimSpace(string(out))
	if err != nil {
		d.Executed = err.Error()
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		panic(err)
	}
	err = unix.Bind(fd, &unix.SockaddrInet4{Port: 1, Addr: [4]byte{127, 0, 0, 1}})
	d.Bound = err == nil || errors.Is(err, unix.EADDRINUSE)
	return d
}

// TestPowerIsGivenUp drops power in processes of their own, with many threads,
// and tries everything to get it back.
func TestPowerIsGivenUp(t *testing.T) {
	needRoot(t)
	binary := peers.BuildTests(t, "internal/sys")
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// A program that any user may execute, and that makes him root.
	dir := t.TempDir()
	setuid := filepath.Join(dir, "setuid")
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	id, err := exec.LookPath("id")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(setuid, text, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(setuid, 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}

	for _, tt := range []struct {
		name, role string
		binary     string
		keep       []Capability
		uid        int
	}{
		{"somebody else with nothing", "drop", binary, nil, nobody},
		{"somebody else who may bind low ports", "drop", binary, []Capability{CapNetBindService}, nobody},
		{"somebody else in this very build", "drop", own, nil, nobody},
		{"root with nothing", "keep", binary, nil, 0},
		{"root who may bind low ports", "keep", binary, []Capability{CapNetBindService}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{setuid}
			for _, c := range tt.keep {
				args = append(args, strconv.Itoa(int(c)))
			}
			var d dropped
			perform(t, tt.binary, tt.role, &d, args...)
			cgo := tt.binary == own && d.Cgo // all else holds
			if d.Err != "" && !cgo {
				t.Errorf("it failed: %s", d.Err)
			}
			want := Capabilities(tt.keep...)
			if d.Before < 9 || len(d.Threads) < d.Before {
				t.Errorf("there were %d threads, and then %d: the test needs more", d.Before, len(d.Threads))
			}
			for _, th := range d.Threads {
				four := [4]int{tt.uid, tt.uid, tt.uid, tt.uid}
				if th.UIDs != four || th.GIDs != four || tt.uid != 0 && len(th.Groups) > 0 {
					t.Errorf("thread %d is user %v, group %v, groups %v", th.ID, th.UIDs, th.GIDs, th.Groups)
				}
				if th.Permitted != want || th.Effective != want || th.Inheritable != 0 || th.Ambient != 0 {
					t.Errorf("thread %d has capabilities %+v, want %v", th.ID, th, tt.keep)
				}
				if !cgo && (th.Bounding != 0 || !th.NoNewPrivs) {
					t.Errorf("thread %d could gain %v by executing a file, no_new_privs %v", th.ID, th.Bounding.List(), th.NoNewPrivs)
				}
			}
			var allowed []string
			if tt.uid == 0 {
				// It is still the owner of what is root's, in its one name.
				allowed = []string{"a file of somebody else", "setresuid on one thread"}
			}
			if !slices.Equal(d.Regained, allowed) {
				t.Errorf("it has got back: %q, want %q", d.Regained, allowed)
			}
			if d.Bound != want.Has(CapNetBindService) {
				t.Errorf("it can bind a low port: %v", d.Bound)
			}
			if !cgo && tt.uid != 0 && (strings.Contains(d.Executed, "euid=0") || !strings.Contains(d.Executed, "uid=65534")) {
				t.Errorf("a program that is set-user-ID says %q", d.Executed)
			}
		})
	}
}

func TestParseStatus(t *testing.T) {
	const text = "Name:\tx\nPid:\t7\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t1 20 \nCapInh:\t0000000000000001\n" +
		"CapPrm:\t0000000000000400\nCapEff:\t0000000000000400\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\n"
	got, err := parseStatus([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != 7 || got.UIDs != [4]int{1, 2, 3, 4} || got.GIDs != [4]int{5, 6, 7, 8} || !slices.Equal(got.Groups, []int{1, 20}) ||
		got.Inheritable != Capabilities(CapChown) || got.Permitted != Capabilities(CapNetBindService) || got.Effective != got.Permitted ||
		got.Bounding != 1<<41-1 || got.Ambient != 0 || !got.NoNewPrivs {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{
		"", strings.Replace(text, "CapBnd", "Cap", 1), strings.Replace(text, "Uid:\t1\t", "Uid:\t", 1),
		strings.Replace(text, "0400", "04x0", 1), strings.Replace(text, "Pid:\t7", "Pid:\tseven", 1), strings.Replace(text, "1 20", "1 x", 1),
	} {
		if got, err := parseStatus([]byte(bad)); err == nil {
			t.Errorf("%q is read as %+v", bad, got)
		}
	}
}

func TestCapabilityNames(t *testing.T) {
	set := Capabilities(CapNetBindService, CapChown, CapSetuid, CapSetgid, CapDACOverride, CapDACReadSearch, CapFowner, CapFsetid, 40)
	var names []string
	for _, c := range set.List() {
		names = append(names, c.String())
	}
	want := "chown dac_override dac_read_search fowner fsetid setgid setuid net_bind_service cap_40"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
