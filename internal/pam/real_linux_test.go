package pam

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDebianService logs in with Debian's own file for vsftpd.
func TestDebianService(t *testing.T) {
	c := start(t, Options{Stderr: os.Stderr})
	for _, test := range []struct {
		user, password string
		want           string // the reason; "" lets in
	}{
		{"alice", "secret", ""},
		{"bj\xf6rn", "secret", ""},
		{"alice", "Secret", "authentication-failed"},
		{"alice", "", "authentication-failed"},
		{"alice", "secret\x00", "authentication-failed"},
		{"alice", strings.Repeat("x", 513), "authentication-failed"},
		{"root", "secret", "authentication-failed"}, // of /etc/ftpusers
		{"nobody", "secret", "authentication-failed"},
		{"nologin", "secret", "authentication-failed"}, // of /etc/shells
		{"locked", "secret", "authentication-failed"},
		{"empty", "", "authentication-failed"}, // though the file says nullok
		{"empty", "x", "authentication-failed"},
		{"expired", "secret", "account-refused"}, // Debian's common-account hides why
		{"aged", "secret", "account-refused"},
		{"change", "secret", "password-must-change"},
	} {
		t.Run(test.user+"_"+test.want, func(t *testing.T) {
			t.Parallel() // PAM waits for some seconds after a wrong password
			s, err := c.Authenticate(t.Context(), Request{
				Service: "vsftpd", User: test.user, Password: []byte(test.password), Rhost: "192.0.2.1",
			})
			refused, is := errors.AsType[*RefusedError](err)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want == "":
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			case !is || refused.Reason != test.want || refused.User != test.user || refused.Stage == "":
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// TestAccount asks the C library for the user.
func TestAccount(t *testing.T) {
	c := start(t, Options{})
	s, err := c.Authenticate(t.Context(), Request{Service: "unix", User: "alice", Password: []byte("secret")})
	if err != nil {
		t.Fatal(err)
	}
	a := s.Account
	if a == nil || a.Name != "alice" || a.UID != 1000 || a.GID != 100 || !slices.Equal(a.Groups, []uint32{100, 29, 44}) ||
		a.Home != "/home/alice" || a.Shell != "/bin/sh" || a.Gecos != "Alice A" {
		t.Errorf("the account is %+v", a)
	}
	s, err = c.Authenticate(t.Context(), Request{Service: "guests", User: "guest of PAM", Password: []byte("x")})
	if err != nil || s.Account != nil {
		t.Errorf("a user whom PAM alone knows: %+v, %v", s, err)
	}
}

// TestFaultsOfPAM are no refusals.
func TestFaultsOfPAM(t *testing.T) {
	c := start(t, Options{})
	for _, test := range []struct {
		service, user string
		want          error
	}{
		{"missing", "alice", ErrBroken},
		{"crash", "alice", ErrCrashed},
		{"../pam.d/guests", "alice", ErrRequest},
		{"guests", "", ErrRequest},
		{"", "alice", ErrRequest},
		{"guests", "a\x00b", ErrRequest},
		{"guests", strings.Repeat("x", maxText+1), ErrRequest},
	} {
		_, err := c.Authenticate(t.Context(), Request{Service: test.service, User: test.user, Password: []byte("secret")})
		if refused, is := errors.AsType[*RefusedError](err); is || !errors.Is(err, test.want) {
			t.Errorf("service %q, user %q: %v (%v)", test.service, test.user, err, refused)
		}
	}
	for service, want := range map[string]map[string]string{
		"fail": {"alice": "module-failed"},
		// A service that names the modules itself tells more than Debian's does.
		"unix": {"expired": "account-expired", "aged": "password-expired", "change": "password-must-change", "nobody": "no-such-user"},
	} {
		for user, reason := range want {
			_, err := c.Authenticate(t.Context(), Request{Service: service, User: user, Password: []byte("secret")})
			if refused, is := errors.AsType[*RefusedError](err); !is || refused.Reason != reason {
				t.Errorf("service %q, user %q: %v, want %s", service, user, err, reason)
			}
		}
	}
	// A service that has no file is Linux-PAM's "other", which Debian lets nobody in by.
	_, err := c.Authenticate(t.Context(), Request{Service: "nonesuch", User: "alice", Password: []byte("secret")})
	if refused, is := errors.AsType[*RefusedError](err); !is || refused.Reason != "authentication-failed" {
		t.Errorf("a service without a file: %v", err)
	}
	// And all that time it goes on working.
	if _, err := c.Authenticate(t.Context(), Request{Service: "unix", User: "alice", Password: []byte("secret")}); err != nil {
		t.Error(err)
	}
}

// TestHang gives up a login whose module hangs: all that runs for it ends.
func TestHang(t *testing.T) {
	const password = "the password that must not be seen"
	c := start(t, Options{})
	hang := pipe(t, "/run/hang")
	lines := bufio.NewReader(hang)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := c.Authenticate(ctx, Request{Service: "hang", User: "alice", Password: []byte(password)})
		done <- err
	}()
	if line, err := lines.ReadString('\n'); line != "runs\n" || err != nil {
		t.Fatalf("the module says %q, %v", line, err)
	}
	places, err := filepath.Glob("/proc/[0-9]*/[ce][mn][dv]*") // cmdline and environ
	if err != nil || len(places) < 4 {
		t.Fatalf("%d places, %v", len(places), err)
	}
	for _, place := range places {
		if text, err := os.ReadFile(place); err == nil && bytes.Contains(text, []byte(password)) {
			t.Errorf("the password is in %s", place)
		}
	}
	// Others log in meanwhile.
	if _, err := c.Authenticate(t.Context(), Request{Service: "unix", User: "alice", Password: []byte("secret")}); err != nil {
		t.Error(err)
	}
	// From now on the module's end of the pipe is the only one.
	reader, err := os.Open("/run/hang")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	_ = hang.Close()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("a login that was given up: %v", err)
	}
	if rest, err := io.ReadAll(reader); len(rest) > 0 || err != nil {
		t.Errorf("the module says %q, %v", rest, err)
	}
}

// TestSession opens sessions and ends them in every way.
func TestSession(t *testing.T) {
	start(t, Options{}) // or skip, before anything is made
	log := bufio.NewReader(pipe(t, "/run/log"))
	expect := func(t *testing.T, types ...string) {
		t.Helper()
		for _, want := range types {
			want += " log alice alice 192.0.2.1 ftp\n"
			if line, err := log.ReadString('\n'); line != want || err != nil {
				t.Fatalf("the module says %q, %v; want %q", line, err, want)
			}
		}
	}
	login := Request{Service: "log", User: "alice", Password: []byte("secret"), Rhost: "192.0.2.1", OpenSession: true, Utmp: true}
	open := func(t *testing.T, c *Client) *Session {
		t.Helper()
		s, err := c.Authenticate(t.Context(), login)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "auth", "account", "open_session")
		return s
	}
	t.Run("closed", func(t *testing.T) {
		c := start(t, Options{})
		if err := os.Truncate("/var/log/wtmp", 0); err != nil {
			t.Fatal(err)
		}
		s := open(t, c)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		expect(t, "close_session")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		checkWtmp(t)
	})
	t.Run("client closed", func(t *testing.T) {
		c := start(t, Options{})
		s := open(t, c)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		expect(t, "close_session")
		if err := s.Close(); err != nil && !errors.Is(err, ErrGone) {
			t.Error(err)
		}
	})
	t.Run("killed", func(t *testing.T) {
		c := start(t, Options{})
		s := open(t, c)
		if err := c.current.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		expect(t, "close_session") // by the transaction's own process
		if err := s.Close(); !errors.Is(err, ErrGone) {
			t.Error(err)
		}
	})
	t.Run("without a session", func(t *testing.T) {
		login.OpenSession = false
		s, err := start(t, Options{}).Authenticate(t.Context(), login)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "auth", "account")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		login.OpenSession, login.Service = true, "refuse"
		_, err := start(t, Options{}).Authenticate(t.Context(), login)
		if refused, is := errors.AsType[*RefusedError](err); !is || refused.Reason != "session-refused" || refused.Stage != "session" {
			t.Errorf("%v, want session-refused", err)
		}
	})
}

// checkWtmp looks at the two records of the session, as utmp(5) has them.
func checkWtmp(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("/var/log/wtmp")
	if err != nil || len(text) == 0 || len(text)%2 != 0 {
		t.Fatalf("wtmp has %d bytes, %v", len(text), err)
	}
	const (
		userProcess, deadProcess = 7, 8
		line, user, host         = 8, 44, 76
	)
	in, out := text[:len(text)/2], text[len(text)/2:]
	field := func(record []byte, at int) string {
		s, _, _ := strings.Cut(string(record[at:at+32]), "\x00")
		return s
	}
	if kind := binary.NativeEndian.Uint16(in); kind != userProcess || field(in, user) != "alice" || field(in, host) != "192.0.2.1" ||
		!strings.HasPrefix(field(in, line), "ferry:") {
		t.Errorf("the login is recorded as %d %q %q %q", kind, field(in, line), field(in, user), field(in, host))
	}
	if kind := binary.NativeEndian.Uint16(out); kind != deadProcess || field(out, line) != field(in, line) || field(out, user) != "" {
		t.Errorf("the logout is recorded as %d %q %q", kind, field(out, line), field(out, user))
	}
}

// TestGone starts the program again only where that is allowed.
func TestGone(t *testing.T) {
	may := false
	c := start(t, Options{MayRestart: func() bool { return may }})
	hang := bufio.NewReader(pipe(t, "/run/hang"))
	done := make(chan error)
	go func() {
		_, err := c.Authenticate(t.Context(), Request{Service: "hang", User: "alice", Password: []byte("x")})
		done <- err
	}()
	if line, err := hang.ReadString('\n'); line != "runs\n" || err != nil {
		t.Fatalf("the module says %q, %v", line, err)
	}
	if err := c.current.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the login that was under way: %v", err)
	}
	<-c.Gone()
	login := Request{Service: "unix", User: "alice", Password: []byte("secret")}
	if _, err := c.Authenticate(t.Context(), login); !errors.Is(err, ErrGone) {
		t.Errorf("where it may not start again: %v", err)
	}
	may = true
	if _, err := c.Authenticate(t.Context(), login); err != nil {
		t.Errorf("where it may: %v", err)
	}
	select {
	case <-c.Gone():
		t.Error("the new one is gone too")
	default:
	}
}

// TestManyLogins is more than are let in at once.
func TestManyLogins(t *testing.T) {
	c := start(t, Options{})
	results := make(chan error)
	const logins = 40
	for range logins {
		go func() {
			_, err := c.Authenticate(t.Context(), Request{Service: "unix", User: "alice", Password: []byte("secret")})
			results <- err
		}()
	}
	for range logins {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
