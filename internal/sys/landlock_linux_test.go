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

// restricted is what a process under Landlock tells.
type restricted struct {
	Err     string
	State   Landlocked
	Threads int
	// Done says of each deed on how many threads it succeeded.
	Done map[string]int
}

// playLandlock restricts itself to args[0]/in, with the version args[1] of the
// kernel's interface, and tries things inside and outside.
func playLandlock(args []string) any {
	dir := args[0]
	abi, err := strconv.Atoi(args[1])
	if err != nil {
		panic(err)
	}
	reach := ReachChange
	if abi < 2 {
		reach &^= ReachMove
	}
	in, out := dir+"/in", dir+"/out"
	r := restricted{Threads: 6, Done: make(map[string]int)}
	c := newCrowd(r.Threads)
	if err := NoNewPrivs(); err != nil {
		panic(err)
	}
	lock, err := newLock([]ReachRule{
		{Path: in, Reach: reach},
		{Path: dir + "/read", Reach: ReachRead},
		{Path: dir + "/log", Reach: ReachWrite | ReachCreate},
		{Path: dir + "/one/file", Reach: reach},
		{Path: dir + "/nowhere", Reach: ReachRead},
	}, abi)
	if err == nil {
		r.State, err = lock.Put()
		lock.Close()
	}
	if err != nil {
		r.Err = err.Error()
		return r
	}
	open := func(name string, flags int) error {
		fd, err := unix.Open(name, flags|unix.O_CLOEXEC, 0o600)
		if err == nil {
			_ = unix.Close(fd)
		}
		return err
	}
	for name, deed := range map[string]func() error{
		"in: read":     func() error { return open(in+"/a/file", unix.O_RDONLY) },
		"in: list":     func() error { return open(in+"/a", unix.O_RDONLY|unix.O_DIRECTORY) },
		"in: create":   func() error { return open(in+"/a/new", unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC) },
		"in: truncate": func() error { return unix.Truncate(in+"/a/file", 1) },
		"in: rename in": func() error {
			return errors.Join(unix.Rename(in+"/a/file", in+"/a/x"), unix.Rename(in+"/a/x", in+"/a/file"))
		},
		"in: rename across": func() error {
			return errors.Join(unix.Rename(in+"/a/file", in+"/b/x"), unix.Rename(in+"/b/x", in+"/a/file"))
		},
		"in: mkdir":   func() error { return errors.Join(unix.Mkdir(in+"/a/d", 0o700), unix.Rmdir(in+"/a/d")) },
		"in: mkfifo":  func() error { return errors.Join(unix.Mkfifo(in+"/a/fifo", 0o700), unix.Unlink(in+"/a/fifo")) },
		"in: symlink": func() error { return errors.Join(unix.Symlink("x", in+"/a/l"), unix.Unlink(in+"/a/l")) },
		"in: execute": func() error {
			cmd := exec.Command(in + "/a/program")
			cmd.Env = []string{roleEnv + "=euid"}
			cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stderr, os.Stderr // to open /dev/null is forbidden
			return cmd.Run()
		},
		"read: read":             func() error { return open(dir+"/read/file", unix.O_RDONLY) },
		"read: write":            func() error { return open(dir+"/read/file", unix.O_WRONLY) },
		"read: truncate":         func() error { return unix.Truncate(dir+"/read/file", 1) },
		"read: remove":           func() error { return unix.Unlink(dir + "/read/gone") },
		"log: append":            func() error { return open(dir+"/log/file", unix.O_WRONLY|unix.O_APPEND|unix.O_CREAT) },
		"log: read":              func() error { return open(dir+"/log/file", unix.O_RDONLY) },
		"one: read":              func() error { return open(dir+"/one/file", unix.O_RDWR) },
		"one: the one beside":    func() error { return open(dir+"/one/other", unix.O_RDONLY) },
		"out: read":              func() error { return open(out+"/file", unix.O_RDONLY) },
		"out: list":              func() error { return open(out, unix.O_RDONLY|unix.O_DIRECTORY) },
		"out: create":            func() error { return open(out+"/new", unix.O_WRONLY|unix.O_CREAT) },
		"out: truncate":          func() error { return unix.Truncate(out+"/file", 3) },
		"out: rename":            func() error { return unix.Rename(out+"/file", out+"/x") },
		"out: rename from in":    func() error { return unix.Rename(in+"/a/stays", out+"/stays") },
		"out: link into in":      func() error { return unix.Link(out+"/file", in+"/a/linked") },
		"out: stat":              func() error { var st unix.Stat_t; return unix.Stat(out+"/file", &st) },
		"out: read as root":      func() error { return open("/etc/shadow", unix.O_RDONLY) },
		"out: through a symlink": func() error { return open(in+"/a/leads-out", unix.O_RDONLY) },
		"signal the parent":      func() error { return unix.Kill(os.Getppid(), 0) },
		"signal a thread":        func() error { return unix.Tgkill(os.Getpid(), os.Getpid(), syscall.Signal(0)) },
	} {
		r.Done[name] = c.all(func() bool { return deed() == nil })
	}
	return r
}

// TestLandlock restricts processes by each version of Landlock that the kernel
// has, on all threads, and tries what they can still do.
func TestLandlock(t *testing.T) {
	newest := min(LandlockABI(), newestABI)
	if newest == 0 {
		t.Skip(ErrNoLandlock)
	}
	binary := peers.BuildTests(t, "internal/sys")
	always := []string{
		"in: read", "in: list", "in: create", "in: truncate", "in: rename in", "in: mkdir",
		"read: read", "log: append", "one: read", "out: stat", "signal a thread",
	}
	since := map[int][]string{2: {"in: rename across"}}
	until := map[int][]string{2: {"out: truncate", "read: truncate"}, 5: {"signal the parent"}}
	for abi := 1; abi <= newest; abi++ {
		t.Run(strconv.Itoa(abi), func(t *testing.T) {
			dir := t.TempDir()
			for _, d := range []string{"in/a", "in/b", "out", "read", "log", "one"} {
				if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for _, f := range []string{"in/a/file", "in/a/stays", "out/file", "read/file", "read/gone", "one/file", "one/other"} {
				if err := os.WriteFile(filepath.Join(dir, f), []byte("text"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Link(binary, dir+"/in/a/program"); err != nil { // it needs no other file
				t.Fatal(err)
			}
			if err := os.Symlink("../../out/file", dir+"/in/a/leads-out"); err != nil {
				t.Fatal(err)
			}
			var r restricted
			perform(t, binary, "landlock", &r, dir, strconv.Itoa(abi))
			if r.Err != "" {
				t.Fatal(r.Err)
			}
			if r.State.ABI != abi || !slices.Equal(r.State.Missing, []string{dir + "/nowhere"}) {
				t.Errorf("it says %+v", r.State)
			}
			want := slices.Clone(always)
			for first, deeds := range since {
				if abi >= first {
					want = append(want, deeds...)
				}
			}
			for last, deeds := range until {
				if abi <= last {
					want = append(want, deeds...)
				}
			}
			for deed, n := range r.Done {
				if allowed := slices.Contains(want, deed); allowed && n != r.Threads || !allowed && n != 0 {
					t.Errorf("%s: on %d threads of %d, allowed: %v", deed, n, r.Threads, allowed)
				}
			}
			// What is not restricted is said.
			for _, o := range []struct {
				word string
				abi  int
			}{{"truncation of files", 3}, {"signals to other processes", 6}, {"renames between directories", 2}, {"ioctl", 5}} {
				if got := strings.Contains(strings.Join(r.State.Open, ", "), o.word); got != (abi < o.abi) {
					t.Errorf("it says that %s is open: %v, in %q", o.word, got, r.State.Open)
				}
			}
		})
	}
}

// TestLandlockRefer keeps a kernel whose Landlock knows no renames between
// directories from making them fail.
func TestLandlockRefer(t *testing.T) {
	if LandlockABI() == 0 {
		t.Skip(ErrNoLandlock)
	}
	if _, err := newLock([]ReachRule{{Path: t.TempDir(), Reach: ReachChange}}, 1); !errors.Is(err, ErrNoRefer) {
		t.Errorf("%v, want ErrNoRefer", err)
	}
	if _, err := newLock(nil, 0); !errors.Is(err, ErrNoLandlock) {
		t.Errorf("%v, want ErrNoLandlock", err)
	}
}

// TestLandlockRights looks at the table: every right that a version knows is
// handled by it, and given to nobody who did not ask.
func TestLandlockRights(t *testing.T) {
	// landlock(7): the masks of all rights to files, by version.
	for abi, want := range map[int]uint64{1: 1<<13 - 1, 2: 1<<14 - 1, 3: 1<<15 - 1, 4: 1<<15 - 1, 5: 1<<16 - 1, 6: 1<<16 - 1, 7: 1<<16 - 1, 8: 1<<16 - 1} {
		got, open := handledBy(abi)
		if got != want {
			t.Errorf("version %d handles %#x, want %#x", abi, got, want)
		}
		if (len(open) == 0) != (abi >= 5) {
			t.Errorf("version %d leaves open %q", abi, open)
		}
	}
	for reach, want := range map[Reach]uint64{
		0: 0, ReachRead: 1<<2 | 1<<3, ReachExecute: 1, ReachWrite: 1<<1 | 1<<14, ReachCreate: 1<<7 | 1<<8, ReachRemove: 1<<4 | 1<<5, ReachMove: 1 << 13,
	} {
		if got := rightsOf(reach, false); got != want {
			t.Errorf("%d of a directory is %#x, want %#x", reach, got, want)
		}
	}
	if got, want := rightsOf(ReachChange|ReachExecute, true), uint64(1|1<<1|1<<2|1<<14); got != want {
		t.Errorf("everything of a file is %#x, want %#x", got, want)
	}
}
