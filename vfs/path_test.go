package vfs

import (
	"errors"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	long := strings.Repeat("n", MaxElement)
	deep := strings.Repeat("/"+long, MaxName/(MaxElement+1)) // exactly MaxName bytes
	for _, c := range []struct {
		dir, name, want string
		err             error
	}{
		{"/", "", "/", nil},
		{"/", ".", "/", nil},
		{"/", "/", "/", nil},
		{"/", "f", "/f", nil},
		{"/a/b", "", "/a/b", nil},
		{"/a/b", "f", "/a/b/f", nil},
		{"/a/b", "f/", "/a/b/f", nil},
		{"/a/b", "//f///g//", "/f/g", nil},
		{"/a/b", "..", "/a", nil},
		{"/a/b", "../..", "/", nil},
		{"/a/b", "../../..", "/", nil},
		{"/a/b", "../../../../etc/passwd", "/etc/passwd", nil},
		{"/a/b", "/../../x", "/x", nil},
		{"/a/b", "./c/./d/.", "/a/b/c/d", nil},
		{"/a", "b/../c", "/a/c", nil},
		{"/a", "...", "/a/...", nil},
		{"/a", "..b", "/a/..b", nil},
		{"/a", "-rf *", "/a/-rf *", nil},
		{"/a", " b ", "/a/ b ", nil},
		{"/a", "b\n\xff\\..\\c", "/a/b\n\xff\\..\\c", nil},
		{"", "f", "/f", nil},
		{"a", "f", "/a/f", nil},
		{"/a", "b\x00c", "", ErrInvalid},
		{"/a\x00", "/b", "", ErrInvalid},
		{"/", long, "/" + long, nil},
		{"/", long + "n", "", ErrNameTooLong},
		{"/", "x/" + long + "n/../y", "/x/y", nil},
		{deep, "", deep, nil},
		{deep, "f", "", ErrNameTooLong},
		{deep, "../f", deep[:len(deep)-len(long)] + "f", nil},
	} {
		got, err := Clean(c.dir, c.name)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Clean(%.40q, %.40q) = %.40q, %v, want %.40q, %v", c.dir, c.name, got, err, c.want, c.err)
		}
		if err == nil && !Valid(got) {
			t.Errorf("Clean(%.40q, %.40q) gives what is not Valid", c.dir, c.name)
		}
	}
}

func TestValid(t *testing.T) {
	for name, want := range map[string]bool{
		//nolint:gocritic // the space in "/ " is meant
		"/": true, "/a": true, "/a/b": true, "/...": true, "/..a": true, "/ ": true, "/\xff\n": true,
		"": false, "a": false, "//": false, "/a/": false, "/a//b": false, "/.": false, "/..": false, "/a/..": false,
		"/./a": false, "/../a": false, "/a/./b": false, "/a\x00": false, "/\x00/b": false,
	} {
		if got := Valid(name); got != want {
			t.Errorf("Valid(%q) = %v", name, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range [][2]string{{"/", "a"}, {"/a/b", "../../../c"}, {"/", "//a//../.."}, {"/a", "\xff\x00"}, {"", "./..a"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, dir, name string) {
		got, err := Clean(dir, name)
		if err != nil {
			if got != "" || !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNameTooLong) {
				t.Fatalf("Clean(%q, %q) = %q, %v", dir, name, got, err)
			}
			return
		}
		if !Valid(got) || len(got) > MaxName {
			t.Fatalf("Clean(%q, %q) = %q", dir, name, got)
		}
		if again, err := Clean("/elsewhere", got); again != got || err != nil {
			t.Fatalf("Clean of the clean %q = %q, %v", got, again, err)
		}
		// The same, done step by step.
		var stack []string
		if !strings.HasPrefix(name, "/") {
			name = dir + "/" + name
		}
		for element := range strings.SplitSeq(name, "/") {
			switch element {
			case "", ".":
			case "..":
				stack = stack[:max(0, len(stack)-1)]
			default:
				stack = append(stack, element)
			}
		}
		if want := "/" + strings.Join(stack, "/"); got != want {
			t.Fatalf("Clean = %q, want %q", got, want)
		}
	})
}
