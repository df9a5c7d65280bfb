package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"ferry/vfs"
)

// threads is what /proc says of each thread of this process, by its number.
func threads(t testing.TB) map[string]map[string]string { return threadsOf(t, "self") }

func threadsOf(t testing.TB, pid string) map[string]map[string]string {
	t.Helper()
	entries, err := os.ReadDir("/proc/" + pid + "/task")
	must(t, err)
	all := make(map[string]map[string]string)
	for _, e := range entries {
		text, err := os.ReadFile("/proc/" + pid + "/task/" + e.Name() + "/status")
		if err != nil {
			continue // it has ended
		}
		status := make(map[string]string)
		for line := range strings.Lines(string(text)) {
			name, value, _ := strings.Cut(line, ":")
			status[name] = strings.Join(strings.Fields(value), " ")
		}
		all[e.Name()] = status
	}
	return all
}

// fourNumbers is a Uid or Gid line: the real, effective and saved number, and
// that for files.
func fourNumbers(same, files uint32) string {
	return fmt.Sprintf("%d %d %d %d", same, same, same, files)
}

const noCapabilities = "0000000000000000"

// TestThreadsOfSessions looks at every thread of the process: those of sessions
// are the users and have no power, all others are root as before.
func TestThreadsOfSessions(t *testing.T) {
	needRoot(t)
	c := serve(t, &Server{Grant: grantAll})
	own := threads(t)[strconv.Itoa(os.Getpid())]
	for range 5 {
		for _, id := range []Identity{alice, bob} {
			s := enter(t, c, login{Identity: &id, Root: home(t, id)})
			for _, err := range s.List(t.Context(), "/") {
				must(t, err)
			}
		}
	}
	seen := make(map[string]int)
	for tid, is := range threads(t) {
		seen[is["Uid"]]++
		var id Identity
		switch is["Uid"] {
		case fourNumbers(0, 0):
			for _, name := range []string{"Gid", "Groups", "CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"} {
				if is[name] != own[name] {
					t.Errorf("thread %s, root's: %s is %s, of the main thread %s", tid, name, is[name], own[name])
				}
			}
			continue
		case fourNumbers(nobody, alice.UID):
			id = alice
		case fourNumbers(nobody, bob.UID):
			id = bob
		default:
			t.Errorf("thread %s is %s", tid, is["Uid"])
			continue
		}
		groups := strings.Trim(fmt.Sprint(id.Groups), "[]")
		if is["Gid"] != fourNumbers(id.GID, id.GID) || is["Groups"] != groups {
			t.Errorf("thread %s of user %d has the groups %s and %s", tid, id.UID, is["Gid"], is["Groups"])
		}
		for _, name := range []string{"CapEff", "CapPrm", "CapInh", "CapAmb"} {
			if is[name] != noCapabilities {
				t.Errorf("thread %s of user %d: %s is %s", tid, id.UID, name, is[name])
			}
		}
		if is["NoNewPrivs"] != "1" {
			t.Errorf("thread %s of user %d may gain power", tid, id.UID)
		}
	}
	if seen[fourNumbers(nobody, alice.UID)] != 5 || seen[fourNumbers(nobody, bob.UID)] != 5 {
		t.Errorf("threads by users: %v", seen)
	}
}

// TestRootIsRefused asks for sessions of root, of its group, and of numbers that
// the kernel takes for "leave it as it is".
func TestRootIsRefused(t *testing.T) {
	needRoot(t)
	const none = math.MaxUint32
	dir := reachable(t)
	identities := map[string]Identity{
		"user 0":                {UID: 0, GID: 48201},
		"group 0":               {UID: 48101, GID: 0},
		"supplementary group 0": {UID: 48101, GID: 48201, Groups: []uint32{48301, 0}},
		"user -1":               {UID: none, GID: 48201},
		"group -1":              {UID: 48101, GID: none},
		"group -1 among others": {UID: 48101, GID: 48201, Groups: []uint32{none}},
	}
	var done atomic.Int32
	s := &Server{Grant: func(ctx context.Context, request []byte) (*Grant, error) {
		g, err := grantAll(ctx, request)
		g.Done = func() { done.Add(1) }
		return g, err
	}}
	before := threads(t) // those of sessions of other tests may still be ending
	c := serve(t, s)
	for what, id := range identities {
		if _, _, err := c.Grant(t.Context(), login{Identity: &id, Root: dir}.request(t)); err == nil {
			t.Errorf("%s: let in", what)
		}
	}
	if n := int(done.Load()); n != len(identities) {
		t.Errorf("Done was called %d times", n)
	}
	for tid, is := range threads(t) {
		if is["Uid"] != fourNumbers(0, 0) && is["Uid"] != before[tid]["Uid"] {
			t.Errorf("thread %s is %s", tid, is["Uid"])
		}
	}
	allowed := serve(t, &Server{Grant: grantAll, AllowRoot: true})
	secret := filepath.Join(dir, "secret")
	must(t, os.WriteFile(secret, []byte("x"), 0))
	must(t, os.Chown(secret, int(bob.UID), int(bob.GID)))
	session := enter(t, allowed, login{Identity: &Identity{}, Root: dir})
	if _, err := session.Open(t.Context(), "/secret", 0); !errors.Is(err, vfs.ErrPermission) {
		t.Errorf("root's session has capabilities: Open = %v", err)
	}
	if i, err := session.Stat(t.Context(), "/"); err != nil || i.UID != 0 {
		t.Errorf("Stat = %+v, %v", i, err)
	}
	for what, err := range map[string]error{
		"user -1":  errOf2(allowed.Grant(t.Context(), login{Identity: &Identity{UID: none}, Root: dir}.request(t))),
		"group -1": errOf2(allowed.Grant(t.Context(), login{Identity: &Identity{GID: none}, Root: dir}.request(t))),
	} {
		if err == nil {
			t.Errorf("%s is let in where root may be", what)
		}
	}
}

func errOf2[T, U any](_ T, _ U, err error) error { return err }

// put makes a file as root, and gives it away.
func put(t *testing.T, path, content string, mode fs.FileMode, uid, gid uint32) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o600))
	must(t, os.Chown(path, int(uid), int(gid)))
	must(t, os.Chmod(path, mode))
}

func readAll(s *Session, name string) (string, error) {
	r, err := s.Open(context.Background(), name, 0)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), errors.Join(err, r.Close())
}

func upload(s *Session, name string, opts vfs.CreateOptions) error {
	w, err := s.Create(context.Background(), name, opts)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "content"); err != nil {
		return errors.Join(err, w.Abort(err))
	}
	return w.Commit(context.Background())
}

func ownerOf(t *testing.T, path string) (uid, gid uint32, mode fs.FileMode) {
	t.Helper()
	fi, err := os.Lstat(path)
	must(t, err)
	st := fi.Sys().(*syscall.Stat_t)
	return st.Uid, st.Gid, fi.Mode()
}

// TestKernelDecides proves on each kind of file that a session has its user's
// rights, and no other.
func TestKernelDecides(t *testing.T) {
	needRoot(t)
	c := serve(t, &Server{Grant: grantAll})
	dir := reachable(t)
	must(t, os.Chmod(dir, 0o777))
	s := enter(t, c, login{Identity: &alice, Root: dir})
	ctx := t.Context()

	// What may be read.
	put(t, dir+"/own", "own", 0o600, alice.UID, bob.GID)
	put(t, dir+"/others", "secret", 0o600, bob.UID, bob.GID)
	put(t, dir+"/roots", "secret", 0o600, 0, 0)
	put(t, dir+"/rootgroup", "secret", 0o640, 0, 0)
	put(t, dir+"/group", "group", 0o640, bob.UID, alice.GID)
	put(t, dir+"/supplementary", "supplementary", 0o640, bob.UID, alice.Groups[1])
	put(t, dir+"/foreign", "secret", 0o640, bob.UID, 48399)
	put(t, dir+"/nobodys", "secret", 0o600, nobody, nobody)
	for _, name := range []string{"own", "group", "supplementary"} {
		if got, err := readAll(s, "/"+name); got != name || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"others", "roots", "rootgroup", "foreign", "nobodys"} {
		if _, err := readAll(s, "/"+name); !errors.Is(err, vfs.ErrPermission) {
			t.Errorf("%s is read: %v", name, err)
		}
		if err := upload(s, "/"+name, vfs.CreateOptions{}); !errors.Is(err, vfs.ErrPermission) {
			t.Errorf("%s is written: %v", name, err)
		}
		if err := s.Chmod(ctx, "/"+name, 0o777); !errors.Is(err, vfs.ErrPermission) {
			t.Errorf("the mode of %s is changed: %v", name, err)
		}
	}
	must(t, os.Mkdir(dir+"/closed", 0o700))
	put(t, dir+"/closed/f", "secret", 0o644, bob.UID, bob.GID)
	if _, err := s.Stat(ctx, "/closed/f"); !errors.Is(err, vfs.ErrPermission) {
		t.Errorf("a directory of root's is searched: %v", err)
	}
	if _, _, err := c.Grant(ctx, login{Identity: &alice, Root: dir + "/closed/f"}.request(t)); !errors.Is(err, vfs.ErrPermission) {
		t.Errorf("a root that the user cannot reach: %v", err)
	}

	// What is new belongs to the user.
	must(t, upload(s, "/new", vfs.CreateOptions{Perm: 0o664}))
	must(t, s.Mkdir(ctx, "/newdir", 0o2770&^0o2000))
	for path, want := range map[string]fs.FileMode{"/new": 0o664, "/newdir": fs.ModeDir | 0o770} {
		if uid, gid, mode := ownerOf(t, dir+path); uid != alice.UID || gid != alice.GID || mode != want {
			t.Errorf("%s is of %d:%d with %v", path, uid, gid, mode)
		}
	}
	must(t, os.Mkdir(dir+"/inherit", 0o777))
	must(t, os.Chown(dir+"/inherit", 0, 48399))
	must(t, os.Chmod(dir+"/inherit", 0o777|fs.ModeSetgid))
	must(t, upload(s, "/inherit/f", vfs.CreateOptions{Perm: 0o644}))
	must(t, s.Mkdir(ctx, "/inherit/d", 0o755))
	if uid, gid, _ := ownerOf(t, dir+"/inherit/f"); uid != alice.UID || gid != 48399 {
		t.Errorf("a file in a setgid directory is of %d:%d", uid, gid)
	}
	if uid, gid, mode := ownerOf(t, dir+"/inherit/d"); uid != alice.UID || gid != 48399 || mode&fs.ModeSetgid == 0 {
		t.Errorf("a directory in a setgid directory is of %d:%d with %v", uid, gid, mode)
	}

	// What cannot be given away.
	for what, err := range map[string]error{
		"own file to another":           s.Chown(ctx, "/own", int(bob.UID), -1),
		"own file to root":              s.Chown(ctx, "/own", 0, -1),
		"own file to the guard":         s.Chown(ctx, "/own", nobody, -1),
		"own file to a group of others": s.Chown(ctx, "/own", -1, int(bob.GID)+50),
		"another's file to oneself":     s.Chown(ctx, "/others", int(alice.UID), -1),
	} {
		if !errors.Is(err, vfs.ErrPermission) {
			t.Errorf("chown of the %s = %v", what, err)
		}
	}
	if err := s.Chown(ctx, "/new", -1, int(alice.Groups[0])); err != nil {
		t.Errorf("chown to a group of one's own: %v", err)
	}
}

// TestEscapesAreRefused goes by links and dots for what is outside the root and
// readable by all.
func TestEscapesAreRefused(t *testing.T) {
	needRoot(t)
	outside := reachable(t)
	put(t, outside+"/secret", "secret", 0o644, alice.UID, alice.GID)
	dir := home(t, alice)
	must(t, os.Symlink(outside, dir+"/abs"))
	must(t, os.Symlink(outside+"/secret", dir+"/file"))
	must(t, os.Symlink("../../../../../../../.."+outside, dir+"/up"))
	must(t, os.Symlink("/proc/self/root"+outside, dir+"/magic"))
	s := enter(t, serve(t, &Server{Grant: grantAll}), login{Identity: &alice, Root: dir})
	for _, name := range []string{"/abs/secret", "/file", "/up/secret", "/magic/secret", outside + "/secret"} {
		if got, err := readAll(s, name); err == nil || got != "" {
			t.Errorf("%s is read: %q", name, got)
		}
		if err := upload(s, name, vfs.CreateOptions{}); err == nil {
			t.Errorf("%s is written", name)
		}
	}
	// The Client checks names; one that has been taken over would not.
	e := encoder{}
	e.u8(byte(opOpen))
	e.str("/../../../../../.." + outside + "/secret")
	e.u64(0)
	must(t, s.sock.send(e.b, -1))
	buf := make([]byte, maxMessage)
	n, passed, err := s.sock.receive(buf)
	if err != nil || passed >= 0 || !bytes.HasPrefix(buf[:n], []byte{answerFault}) {
		t.Errorf("a name with dots: %x, descriptor %d, %v", buf[:n], passed, err)
	}
	if b, err := os.ReadFile(outside + "/secret"); err != nil || string(b) != "secret" {
		t.Errorf("the file outside holds %q, %v", b, err)
	}
}

// TestNobodyActsAsAnother runs sessions of many users at once, which come and
// go, and looks at the owner of each file that they make.
func TestNobodyActsAsAnother(t *testing.T) {
	needRoot(t)
	c := serve(t, &Server{Grant: grantAll})
	dir := reachable(t)
	must(t, os.Chmod(dir, 0o777))
	const users, rounds, files = 8, 15, 4
	var all sync.WaitGroup
	for u := range users {
		all.Go(func() {
			id := Identity{UID: 49000 + uint32(u), GID: 49100 + uint32(u), Groups: []uint32{49200 + uint32(u)}}
			for round := range rounds {
				s, _, err := c.Grant(t.Context(), login{Identity: &id, Root: dir}.request(t))
				if err != nil {
					t.Error(err)
					return
				}
				for i := range files {
					name := fmt.Sprintf("/%d-%d-%d", u, round, i)
					if err := errors.Join(upload(s, name, vfs.CreateOptions{Perm: 0o600}), s.Mkdir(t.Context(), name+".d", 0o700)); err != nil {
						t.Error(err)
					}
					// Their own files can be read, those of others cannot; a
					// listing runs as the same user as the rest.
					if _, err := readAll(s, name); err != nil {
						t.Error(err)
					}
					for _, err := range s.List(t.Context(), name+".d") {
						t.Error(err)
					}
					other := fmt.Sprintf("/%d-0-0.d", (u+1)%users)
					for _, err := range s.List(t.Context(), other) {
						if !errors.Is(err, vfs.ErrPermission) && !errors.Is(err, vfs.ErrNotExist) {
							t.Errorf("%s listed by user %d: %v", other, u, err)
						}
					}
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for u := range users {
		for round := range rounds {
			for i := range files {
				for _, end := range []string{"", ".d"} {
					path := fmt.Sprintf("%s/%d-%d-%d%s", dir, u, round, i, end)
					if uid, gid, _ := ownerOf(t, path); uid != 49000+uint32(u) || gid != 49100+uint32(u) {
						t.Errorf("%s is of %d:%d", path, uid, gid)
					}
				}
			}
		}
	}
	eventually(t, "only threads of root are left", func() bool {
		for _, is := range threads(t) {
			if is["Uid"] != fourNumbers(0, 0) {
				return false
			}
		}
		return true
	})
	if uid, gid, _ := ownerOf(t, filepath.Dir(dir)); uid != 0 || gid != 0 {
		t.Errorf("a directory of the test is of %d:%d", uid, gid)
	}
}

// TestUserCannotKillTheBroker has a process of the user's send a signal to the
// thread that acts for it, which would end the whole process.
func TestUserCannotKillTheBroker(t *testing.T) {
	needRoot(t)
	s := enter(t, serve(t, &Server{Grant: grantAll}), login{Identity: &alice, Root: home(t, alice)})
	var tried int
	for tid, is := range threads(t) {
		if is["Uid"] == fourNumbers(0, 0) {
			continue
		}
		tried++
		// Signal 0 asks only whether it may be sent.
		kill := exec.Command("/bin/sh", "-c", "kill -0 "+tid)
		kill.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alice.UID, Gid: alice.GID}}
		if out, err := kill.CombinedOutput(); err == nil || !strings.Contains(strings.ToLower(string(out)), "not permitted") {
			t.Errorf("kill = %q, %v", out, err)
		}
		read := exec.Command("/bin/sh", "-c", "ls /proc/"+tid+"/fd")
		read.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alice.UID, Gid: alice.GID}}
		if out, err := read.CombinedOutput(); err == nil {
			t.Errorf("the user sees what the broker has open: %s", out)
		}
	}
	if tried != 1 {
		t.Errorf("%d threads of sessions", tried)
	}
	if _, err := s.Stat(t.Context(), "/"); err != nil {
		t.Error(err)
	}
}

// TestGroupsGivenTwice lets a user in whose groups name one twice, and the
// user's own, as getgrouplist(3) may.
func TestGroupsGivenTwice(t *testing.T) {
	needRoot(t)
	id := Identity{UID: alice.UID, GID: alice.GID, Groups: []uint32{alice.Groups[1], alice.GID, alice.Groups[0], alice.Groups[1]}}
	s := enter(t, serve(t, &Server{Grant: grantAll}), login{Identity: &id, Root: home(t, id)})
	if _, err := s.Stat(t.Context(), "/"); err != nil {
		t.Error(err)
	}
}

// TestManySessionsAtOnce holds as many threads as many users would.
func TestManySessionsAtOnce(t *testing.T) {
	needRoot(t)
	c := serve(t, &Server{Grant: grantAll})
	dir := home(t, alice)
	const many = 200
	for range many {
		enter(t, c, login{Identity: &alice, Root: dir})
	}
	own := threads(t)
	var sessions int
	for _, is := range own {
		if is["Uid"] == fourNumbers(nobody, alice.UID) {
			sessions++
		}
	}
	if main := own[strconv.Itoa(os.Getpid())]; main["Uid"] != fourNumbers(0, 0) || sessions != many {
		t.Errorf("the main thread is %s, and %d threads are sessions", main["Uid"], sessions)
	}
}
