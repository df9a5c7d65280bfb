package broker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"ferry/vfs"
)

func TestGrant(t *testing.T) {
	c := serve(t, &Server{Grant: grantAll, asSelf: true})
	dir := t.TempDir()
	s, answer, err := c.Grant(t.Context(), login{Root: dir, Answer: "welcome"}.request(t))
	if err != nil || s == nil || string(answer) != "welcome" {
		t.Fatalf("Grant = %v, %q, %v", s, answer, err)
	}
	must(t, s.Close())
	_, _, err = c.Grant(t.Context(), login{Refuse: "no such user"}.request(t))
	if e, ok := errors.AsType[*RefusedError](err); !ok || e.Error() != "no such user" {
		t.Errorf("a refused login = %v", err)
	}
	_, _, err = c.Grant(t.Context(), login{Root: filepath.Join(dir, "none")}.request(t))
	if _, ok := errors.AsType[*RefusedError](err); !ok || !errors.Is(err, vfs.ErrNotExist) {
		t.Errorf("a login without a home = %v", err)
	}
	if _, _, err := c.Grant(t.Context(), make([]byte, MaxPayload+1)); err == nil {
		t.Error("a request that is too long is sent")
	}
	request, err := json.Marshal(login{Root: dir})
	must(t, err)
	long := slices.Concat(request, bytes.Repeat([]byte(" "), MaxPayload-len(request)))
	s, _, err = c.Grant(t.Context(), long)
	must(t, err)
	must(t, s.Close())
}

// TestGrantWithoutSession lets somebody in whose files the Client serves itself.
func TestGrantWithoutSession(t *testing.T) {
	var done atomic.Int32
	c := serve(t, &Server{Grant: func(context.Context, []byte) (*Grant, error) {
		return &Grant{Answer: bytes.Repeat([]byte("a"), MaxPayload), Done: func() { done.Add(1) }}, nil
	}})
	s, answer, err := c.Grant(t.Context(), nil)
	if s != nil || len(answer) != MaxPayload || err != nil || done.Load() != 1 {
		t.Errorf("Grant = %v, %d bytes, %v, and %d times done", s, len(answer), err, done.Load())
	}
}

// TestDoneIsCalledOnce ends sessions in each way there is.
func TestDoneIsCalledOnce(t *testing.T) {
	var done atomic.Int32
	dir := t.TempDir()
	s := &Server{asSelf: true, Grant: func(_ context.Context, request []byte) (*Grant, error) {
		return &Grant{Root: string(request), Done: func() { done.Add(1) }}, nil
	}}
	c := serve(t, s)
	one, _, err := c.Grant(t.Context(), []byte(dir))
	must(t, err)
	two, _, err := c.Grant(t.Context(), []byte(dir))
	must(t, err)
	if _, err := one.Stat(t.Context(), "/"); err != nil || done.Load() != 0 {
		t.Errorf("done %d times, %v", done.Load(), err)
	}
	must(t, one.Close())
	eventually(t, "Done of a session that was closed", func() bool { return done.Load() == 1 })
	if _, _, err := c.Grant(t.Context(), []byte(dir+"/none")); err == nil || done.Load() != 2 {
		t.Errorf("a session without a root: %v, done %d times", err, done.Load())
	}
	must(t, c.Close())
	eventually(t, "Done of a session whose Client has gone", func() bool { return done.Load() == 3 })
	if _, err := two.Stat(t.Context(), "/"); !errors.Is(err, ErrGone) {
		t.Errorf("Stat after the end = %v", err)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	c := serve(t, &Server{Grant: grantAll, asSelf: true, MaxSessions: 3})
	request := login{Root: t.TempDir()}.request(t)
	var last *Session
	for range 3 {
		last = enter(t, c, login{Root: t.TempDir()})
	}
	if _, _, err := c.Grant(t.Context(), request); err == nil || err.Error() != errFull.Error() {
		t.Errorf("one more session = %v", err)
	}
	must(t, last.Close())
	eventually(t, "room for a session", func() bool {
		s, _, err := c.Grant(t.Context(), request)
		return err == nil && s.Close() == nil
	})
}

// TestFloodOfRequests sends far more requests than are allowed at once, without
// the Client that would hold back: no more are worked on, the rest waits in the
// socket, and all are answered in the end.
func TestFloodOfRequests(t *testing.T) {
	theirs, ours := connection(t)
	var running, most atomic.Int32
	release := make(chan struct{})
	s := &Server{asSelf: true, Grant: func(ctx context.Context, _ []byte) (*Grant, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
			continue
		}
		<-release
		return nil, errors.New("no")
	}}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(t.Context(), theirs) }()
	sock, err := overConn(ours)
	must(t, err)
	const flood = 2000
	sent := make(chan error, 1)
	go func() {
		for i := range flood {
			e := encoder{}
			e.u8(msgGrant)
			e.u32(uint32(i))
			e.b = append(e.b, make([]byte, 1000)...)
			if err := sock.send(e.b, -1); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	eventually(t, "as many as are allowed", func() bool { return running.Load() == maxPending })
	select {
	case err := <-sent:
		t.Errorf("the flood is not held back: %v", err)
	default:
	}
	close(release)
	buf := make([]byte, maxMessage)
	for range flood + 1 { // and the greeting
		if _, _, err := sock.receive(buf); err != nil {
			t.Fatal(err)
		}
	}
	must(t, <-sent)
	must(t, sock.close())
	must(t, <-ended)
	if most.Load() != maxPending {
		t.Errorf("%d at once, want %d", most.Load(), maxPending)
	}
}

// TestClientHoldsBack asks for more logins than the Server works on: other
// requests are answered all the same, and who leaves does not make room.
func TestClientHoldsBack(t *testing.T) {
	release := make(chan struct{})
	var running, cancelled atomic.Int32
	c := serve(t, &Server{
		asSelf: true,
		Grant: func(ctx context.Context, _ []byte) (*Grant, error) {
			running.Add(1)
			<-ctx.Done()
			cancelled.Add(1)
			<-release
			return nil, ctx.Err()
		},
		Open: func(string) (*os.File, error) { return os.Open(os.DevNull) },
	})
	ctx, cancel := context.WithCancel(t.Context())
	const many = 2 * maxPending
	left := make(chan error, many)
	for range many {
		go func() {
			_, _, err := c.Grant(ctx, nil)
			left <- err
		}()
	}
	eventually(t, "logins at work", func() bool { return running.Load() == maxPending-otherSlots })
	f, err := c.Open(t.Context(), "null")
	must(t, err)
	must(t, f.Close())
	cancel()
	for range many {
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("Grant = %v", err)
		}
	}
	eventually(t, "the Server hears that nobody waits", func() bool { return cancelled.Load() == maxPending-otherSlots })
	if n := len(c.logins); n != maxPending-otherSlots {
		t.Errorf("%d slots are taken, while the Server is at work", n)
	}
	close(release)
	eventually(t, "free slots", func() bool { return len(c.logins) == 0 })
}

// TestLateSession leaves a login whose session is made all the same.
func TestLateSession(t *testing.T) {
	dir, over := t.TempDir(), make(chan struct{})
	entered, release := make(chan struct{}), make(chan struct{})
	c := serve(t, &Server{asSelf: true, Grant: func(context.Context, []byte) (*Grant, error) {
		close(entered)
		<-release
		return &Grant{Root: dir, Done: func() { close(over) }}, nil
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-entered
		cancel()
	}()
	if _, _, err := c.Grant(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Grant = %v", err)
	}
	close(release)
	<-over // the session has ended, as nobody took it
}

func TestOpen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "certificate")
	must(t, os.WriteFile(file, []byte("secret"), 0o600))
	c := serve(t, &Server{Open: func(key string) (*os.File, error) {
		if key != "certificate" {
			return nil, fs.ErrPermission
		}
		return os.Open(file)
	}})
	f, err := c.Open(t.Context(), "certificate")
	must(t, err)
	b, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil || string(b) != "secret" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	if _, err := c.Open(t.Context(), "/etc/shadow"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open of another key = %v", err)
	}
	none := serve(t, &Server{})
	if _, err := none.Open(t.Context(), "certificate"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open where there is nothing = %v", err)
	}
	if err := none.Chown(t.Context(), os.Stdin); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Chown where there is nothing = %v", err)
	}
	if _, _, err := none.Grant(t.Context(), nil); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Grant where there is nothing = %v", err)
	}
}

func TestChown(t *testing.T) {
	needRoot(t)
	c := serve(t, &Server{Chown: func(f *os.File) error { return f.Chown(int(bob.UID), -1) }})
	f, err := os.Create(filepath.Join(t.TempDir(), "upload"))
	must(t, err)
	defer f.Close()
	must(t, c.Chown(t.Context(), f))
	fi, err := f.Stat()
	must(t, err)
	if uid := fi.Sys().(*syscall.Stat_t).Uid; uid != bob.UID {
		t.Errorf("the owner is %d", uid)
	}
}

// TestFaultOfTheOwner lets a function of the Server's owner panic.
func TestFaultOfTheOwner(t *testing.T) {
	c := serve(t, &Server{Grant: func(context.Context, []byte) (*Grant, error) { panic("oh") }})
	for range 2 {
		if _, _, err := c.Grant(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "fault") {
			t.Errorf("Grant = %v", err)
		}
	}
}

// TestMalformedRequestEndsTheService: who is not a Client is not served on.
func TestMalformedRequestEndsTheService(t *testing.T) {
	for what, message := range map[string][]byte{
		"unknown": {99, 0, 0, 0, 1}, "cut": {msgOpen, 0}, "file without one": {msgChown, 0, 0, 0, 1}, "server's own": {msgAnswer, 0, 0, 0, 1},
	} {
		t.Run(what, func(t *testing.T) {
			theirs, ours := connection(t)
			ended := make(chan error, 1)
			go func() { ended <- (&Server{}).Serve(t.Context(), theirs) }()
			sock, err := overConn(ours)
			must(t, err)
			must(t, sock.send(message, -1))
			if err := <-ended; !errors.Is(err, errMalformed) {
				t.Errorf("Serve = %v", err)
			}
			must(t, sock.close())
		})
	}
}

// TestEndWakesEverybody ends the Server while the Client waits for all that it
// can wait for.
func TestEndWakesEverybody(t *testing.T) {
	theirs, ours := connection(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir, entered := t.TempDir(), make(chan struct{}, 1)
	s := &Server{asSelf: true, Grant: func(ctx context.Context, request []byte) (*Grant, error) {
		if len(request) == 0 {
			return &Grant{Root: dir}, nil
		}
		entered <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, theirs) }()
	c := NewClient(ours)
	session, _, err := c.Grant(t.Context(), nil)
	must(t, err)
	w, err := session.Create(t.Context(), "/f", vfs.CreateOptions{})
	must(t, err)
	login := make(chan error, 1)
	go func() {
		_, _, err := c.Grant(t.Context(), []byte("wait"))
		login <- err
	}()
	<-entered
	cancel()
	must(t, <-ended)
	<-c.Gone()
	if err := <-login; err == nil {
		t.Error("a login that was waited for is let in")
	}
	_, _, grantErr := c.Grant(t.Context(), nil)
	_, writeErr := w.Write([]byte("x"))
	for what, err := range map[string]error{
		"Grant": grantErr, "Open": errOf(c.Open(t.Context(), "x")), "Chown": c.Chown(t.Context(), os.Stdin),
		"Stat": errOf(session.Stat(t.Context(), "/")), "Write": writeErr, "Commit": w.Commit(t.Context()),
	} {
		if !errors.Is(err, ErrGone) {
			t.Errorf("%s after the end = %v", what, err)
		}
	}
	if names := listDir(t, dir); len(names) != 0 {
		t.Errorf("the end left %q", names)
	}
}

// TestNothingIsLeft counts goroutines, threads and descriptors before and after
// many sessions.
func TestNothingIsLeft(t *testing.T) {
	c := serve(t, &Server{Grant: grantAll, asSelf: true})
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "f"), []byte("content"), 0o644))
	use := func() {
		var sessions []*Session
		for range 50 {
			s, _, err := c.Grant(t.Context(), login{Root: dir}.request(t))
			must(t, err)
			r, err := s.Open(t.Context(), "/f", 0)
			must(t, err)
			must(t, r.Close())
			for _, err := range s.List(t.Context(), "/") {
				must(t, err)
			}
			sessions = append(sessions, s)
		}
		if n := len(threads(t)); n < 50 {
			t.Errorf("%d threads for 50 sessions", n)
		}
		for _, s := range sessions {
			must(t, s.Close())
		}
	}
	count := func() (n int) {
		for range descriptors(t) {
			n++
		}
		return n
	}
	goroutines, files, before := runtime.NumGoroutine(), count(), len(threads(t))
	for range 5 {
		use()
	}
	// The runtime keeps some threads of its own for later.
	eventually(t, "all sessions leave nothing", func() bool {
		return runtime.NumGoroutine() <= goroutines && count() <= files && len(threads(t)) < before+40
	})
}
