package pam

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fake makes a program of a shell script in the place of ferry-pam.
func fake(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), program)
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

const hello = `echo '{"id":0,"hello":"ferry-pam 1"}'; `

// TestStartFails are programs that are not ferry-pam, or do not run.
func TestStartFails(t *testing.T) {
	for _, test := range []struct{ path, says string }{
		{filepath.Join(t.TempDir(), "none"), "no such file"},
		{fake(t, `echo 'libpam.so.0: cannot open shared object file' >&2; exit 127`), "libpam.so.0: cannot open"},
		{fake(t, `exit 3`), "exit status 3"},
		{fake(t, `echo '{"hello":"ferry-pam 0"}'; cat >/dev/null`), "another version"},
		{fake(t, `echo hello; cat >/dev/null`), "an answer that is none"},
		{fake(t, `head -c 3000000 /dev/zero | tr '\0' x; cat >/dev/null`), "too long"},
	} {
		c, err := Start(t.Context(), Options{Path: test.path})
		if c != nil || err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Start = %v, %v; want %q", c, err, test.says)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if c, err := Start(ctx, Options{Path: fake(t, "exec sleep 1000")}); c != nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("of a program that says nothing Start = %v, %v", c, err)
	}
}

// TestAnswers are what a program may answer, or not.
func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		answer string
		want   error // nil for a RefusedError
		says   string
	}{
		{`{"id":1,"reason":"busy","text":"x"}`, ErrBusy, "alice"},
		{`{"id":1,"reason":"timeout","text":"x"}`, ErrTimeout, "alice"},
		{`{"id":1,"reason":"crashed","text":"x"}`, ErrCrashed, "alice"},
		{`{"id":1,"reason":"bad-request","text":"x"}`, ErrRequest, "alice"},
		{`{"id":1,"reason":"pam-broken","code":"PAM_OPEN_ERR"}`, ErrBroken, "PAM_OPEN_ERR"},
		{`{"id":1,"reason":"no-such-user","code":"PAM_USER_UNKNOWN","stage":"authenticate","text":"a\nb"}`, nil, `a\nb`},
		{`{"id":1}`, nil, ""},
		{`{"id":9,"ok":true}
{"id":1,"reason":"for 1"}`, nil, "for 1"},
		{`oops`, ErrGone, "an answer that is none"},
		{``, ErrGone, "an answer that is none"},
	} {
		c, err := Start(t.Context(), Options{Path: fake(t, hello+"read -r line; cat <<'.'\n"+test.answer+"\n.\ncat >/dev/null")})
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Authenticate(t.Context(), Request{Service: "x", User: "alice", Password: []byte("secret")})
		_, refused := errors.AsType[*RefusedError](err)
		if s != nil || err == nil || refused != (test.want == nil) || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, %v", test.answer, s, err)
		}
		if strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error is %q", test.answer, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if _, err := c.Authenticate(t.Context(), Request{Service: "x", User: "alice"}); !errors.Is(err, ErrGone) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// TestMessage looks at the bytes that the program reads.
func TestMessage(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen")
	c, err := Start(t.Context(), Options{Path: fake(t, hello+"head -n 1 >"+seen+"; echo '{\"id\":1,\"ok\":true}'; cat >>"+seen)})
	if err != nil {
		t.Fatal(err)
	}
	password := []byte("p\xe4ss")
	s, err := c.Authenticate(t.Context(), Request{Service: "x", User: "bj\xf6rn", Password: password, Rhost: "::1", OpenSession: true})
	if err != nil || s.Account != nil {
		t.Fatal(s, err)
	}
	if string(password) != "p\xe4ss" {
		t.Errorf("the caller's password is %q now", password)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); !errors.Is(err, ErrGone) {
		t.Errorf("a session that was never closed: %v", err)
	}
	text, err := os.ReadFile(seen)
	const want = `{"id":1,"op":"open","service":"x","user":"YmrDtnJu","rhost":"::1","tty":"ftp","session":true,"secret":4}` + "\n"
	if err != nil || !strings.HasPrefix(string(text), strings.Replace(want, "YmrDtnJu", "Ymr2cm4=", 1)) {
		t.Errorf("it reads %q, %v", text, err)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	defer func(old []string) { folders = old }(folders)
	folders = []string{filepath.Join(dir, "lib")}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(self), program)); err == nil {
		t.Skip("there is a ferry-pam beside the test")
	}
	if path, ok := Find(); ok {
		t.Errorf("Find = %q", path)
	}
	if err := os.WriteFile(filepath.Join(dir, program), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if path, ok := Find(); !ok || path != filepath.Join(dir, program) {
		t.Errorf("in PATH: Find = %q, %v", path, ok)
	}
	if err := os.Mkdir(folders[0], 0o755); err != nil {
		t.Fatal(err)
	}
	wanted := filepath.Join(folders[0], program)
	if err := os.WriteFile(wanted, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if path, ok := Find(); !ok || path == wanted {
		t.Errorf("a file that is no program: Find = %q, %v", path, ok)
	}
	if err := os.Chmod(wanted, 0o755); err != nil {
		t.Fatal(err)
	}
	if path, ok := Find(); !ok || path != wanted {
		t.Errorf("in a folder of packages: Find = %q, %v", path, ok)
	}
}

// FuzzReceive reads anything as answers.
func FuzzReceive(f *testing.F) {
	f.Add([]byte(hello))
	f.Add([]byte(`{"id":1,"ok":true,"account":{"name":"Ym9i","uid":4294967295,"groups":[1,2]}}` + "\n{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := bufio.NewReaderSize(bytes.NewReader(text), 16)
		for {
			a, err := receive(r)
			if (err == nil) != (a != nil) {
				t.Fatalf("receive = %+v, %v", a, err)
			}
			if err != nil {
				return
			}
			if err := refusal("alice", a); strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error is %q", err)
			}
		}
	})
}
