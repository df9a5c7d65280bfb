package system

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// lists makes files of a machine; a list without text is not there.
func lists(t *testing.T, texts Files) Files {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if text != "" {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return name
	}
	return Files{
		Passwd: write("passwd", texts.Passwd), Group: write("group", texts.Group), Shadow: write("shadow", texts.Shadow),
		Shells: write("shells", texts.Shells), FTPUsers: write("ftpusers", texts.FTPUsers),
	}
}

const passwd = "# users\r\n" +
	"root:x:0:0:root:/root:/bin/bash\r\n" +
	"\n" +
	"+alice:x:1:1::/nis:/bin/sh\n" +
	"+::::::\n" +
	"-bob\n" +
	"short:x:1\n" +
	"alice:x:not a number:1::/wrong:/bin/sh\n" +
	"alice:x:1000:100:Alice A,,,:/home/alice:/bin/bash\n" +
	"alice:x:0:0:second:/root:/bin/bash\n" +
	"nobody4:x:4294967295:1::/:/bin/sh\n" +
	"negative:x:-1:1::/:/bin/sh\n" +
	"  indented:x:1001:100::/home/indented:\n" +
	"nul\x00:x:1002:100::/:/bin/sh\n" +
	"more:x:1003:100::/home/more:/bin/sh:some:more"

func TestLookup(t *testing.T) {
	f := lists(t, Files{
		Passwd: passwd + "\n" + strings.Repeat("long", longestLine/4+1) + ":x:1:1::/:\nlast:x:1004:5::/:/bin/false",
		Group: "#\nusers:x:100:\naudio:x:29:bob,alice\nvideo:x:44:alicex,xalice\ntwice:x:29:alice\nown:x:100:alice\n" +
			"bad:x:y:alice\n+nis:x:7:alice\n" + "big:x:55:" + strings.Repeat("member,", 10000) + "alice\r\nfew:x:9",
	})
	for _, test := range []struct {
		name string
		want *User
	}{
		{"root", &User{"root", 0, 0, []uint32{0}, "/root", "/bin/bash", "root", "x"}},
		{"alice", &User{"alice", 1000, 100, []uint32{100, 29, 55}, "/home/alice", "/bin/bash", "Alice A,,,", "x"}},
		{"indented", &User{"indented", 1001, 100, []uint32{100}, "/home/indented", "/bin/sh", "", "x"}},
		{"more", &User{"more", 1003, 100, []uint32{100}, "/home/more", "/bin/sh", "", "x"}},
		{"last", &User{"last", 1004, 5, []uint32{5}, "/", "/bin/false", "", "x"}},
		{"", nil},
		{"short", nil},
		{"+alice", nil},
		{"+", nil},
		{"-bob", nil},
		{"bob", nil},
		{"nobody4", nil},
		{"negative", nil},
		{"nul\x00", nil},
		{"nul", nil},
		{"alice:x", nil},
		{"Alice", nil},
		{"# users", nil},
		{" alice", nil},
		{"alice\n", nil},
	} {
		u, err := f.Lookup(test.name)
		switch {
		case test.want == nil && (!errors.Is(err, ErrNoUser) || u != nil):
			t.Errorf("Lookup(%q) = %+v, %v", test.name, u, err)
		case test.want != nil && (err != nil || !equal(u, test.want)):
			t.Errorf("Lookup(%q) = %+v, %v; want %+v", test.name, u, err, test.want)
		}
	}
	f.Group += ".gone"
	if u, err := f.Lookup("alice"); err != nil || len(u.Groups) != 1 {
		t.Errorf("without a list of groups: %+v, %v", u, err)
	}
	f.Passwd += ".gone"
	if u, err := f.Lookup("alice"); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNoUser) {
		t.Errorf("without a list of users: %+v, %v", u, err)
	}
}

func equal(a, b *User) bool {
	return a.Name == b.Name && a.UID == b.UID && a.GID == b.GID && slices.Equal(a.Groups, b.Groups) &&
		a.Home == b.Home && a.Shell == b.Shell && a.Gecos == b.Gecos && a.password == b.password
}

func TestGroupsAreBounded(t *testing.T) {
	var text strings.Builder
	for i := range maxGroups + 10 {
		text.WriteString("g:x:" + strconv.Itoa(i+1) + ":alice\n")
	}
	f := lists(t, Files{Passwd: passwd, Group: text.String()})
	if u, err := f.Lookup("alice"); err != nil || len(u.Groups) != maxGroups {
		t.Errorf("%d groups, %v", len(u.Groups), err)
	}
}

func TestDefaultFiles(t *testing.T) {
	f := DefaultFiles()
	if _, err := os.Stat(f.Passwd); err != nil {
		t.Skipf("this machine has no %s", f.Passwd)
	}
	u, err := f.Lookup("root")
	if err != nil || u.UID != 0 || u.Groups[0] != 0 {
		t.Errorf("root is %+v, %v", u, err)
	}
}

// FuzzFiles reads anything as any list.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(passwd), "alice")
	f.Add([]byte("alice:$6$a$b:0:0:99999:7:::\n"), "alice")
	f.Add([]byte("a:x:1:alice,bob\n\r\n+\n-\n:::::::\n#"), "a")
	f.Add([]byte("root\nalice # no\n/bin/sh"), "/bin/sh")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		list := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(list, text, 0o600); err != nil {
			t.Fatal(err)
		}
		files := Files{list, list, list, list, list}
		u, err := files.Lookup(name)
		if (err == nil) != (u != nil) || err != nil && !errors.Is(err, ErrNoUser) {
			t.Fatalf("Lookup(%q) = %v, %v", name, u, err)
		}
		if u != nil && (u.Name != name || u.Groups[0] != u.GID || len(u.Groups) > maxGroups) {
			t.Fatalf("Lookup(%q) = %+v", name, u)
		}
		if _, err := files.shadow(name); err != nil {
			t.Fatal(err)
		}
		if _, err := files.usualHash(); err != nil {
			t.Fatal(err)
		}
		c := &Checker{Files: files, CheckShell: true}
		if u == nil {
			u = &User{Name: name, Shell: name}
		}
		if err := c.Allowed(u); err != nil && Reason(err) == "" {
			t.Fatalf("Allowed(%q) = %v", name, err)
		}
	})
}
