package listing

import (
	"io/fs"
	"testing"
)

func TestShort(t *testing.T) {
	tests := []struct {
		name  string
		short Short
		entry Entry
		want  string
	}{
		{"plain", Short{}, Entry{Name: "a b", Mode: fs.ModeDir}, "a b"},
		{"in a directory", Short{Prefix: "sub/"}, Entry{Name: "a"}, "sub/a"},
		{"directory", Short{Classify: true}, Entry{Name: "d", Mode: fs.ModeDir}, "d/"},
		{"link", Short{Classify: true}, Entry{Name: "l", Mode: fs.ModeSymlink}, "l@"},
		{"program", Short{Classify: true}, Entry{Name: "x", Mode: 0o755}, "x"},
	}
	for _, tt := range tests {
		if got := string(tt.short.Append(nil, &tt.entry)); got != tt.want+"\r\n" {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestNamePrefix(t *testing.T) {
	tests := []struct {
		path    string
		pattern bool
		want    string
	}{
		{"", false, ""},
		{".", false, ""},
		{"sub", false, "sub/"},
		{"sub/", false, "sub/"},
		{"./sub", false, "./sub/"},
		{"/", false, "/"},
		{"*.txt", true, ""},
		{"sub/*", true, "sub/"},
		{"/a/b/c?", true, "/a/b/"},
		{"/*", true, "/"},
	}
	for _, tt := range tests {
		if got := NamePrefix(tt.path, tt.pattern); got != tt.want {
			t.Errorf("NamePrefix(%q, %v) = %q, want %q", tt.path, tt.pattern, got, tt.want)
		}
	}
}
