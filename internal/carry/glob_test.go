package carry

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ferry/internal/listing"
)

// globbed is a server with names of all kinds.
func globbed() *scripted {
	return &scripted{
		listings: map[string]string{
			"":          "type=dir; d\r\ntype=dir; e\r\ntype=file;size=1; a*\r\ntype=file;size=2; ab\r\n",
			"d":         "type=file;size=1; x.iso\r\ntype=file;size=1; .h.iso\r\ntype=dir; sub.iso\r\ntype=OS.unix=symlink; l.iso\r\ntype=file;size=1; y.txt\r\n",
			"e":         "type=file;size=1; x.iso\r\ntype=file;size=1; z.iso\r\n",
			"d/sub.iso": "type=file;size=1; in\r\n",
		},
		files: map[string]string{"a*": "1", "ab": "22", "d/x.iso": "3", "d/.h.iso": "4", "d/y.txt": "5", "e/x.iso": "6", "e/z.iso": "7", "d/sub.iso/in": "8"},
	}
}

// TestDownloadPattern brings what patterns mean.
func TestDownloadPattern(t *testing.T) {
	for _, c := range []struct {
		pattern   string
		recursive bool
		want      []string
		err       error
	}{
		{"d/*.iso", false, []string{"x.iso=3"}, nil},
		{"d/*.iso", true, []string{"sub.iso/in=8", "x.iso=3"}, nil},
		{"d/.*.iso", false, []string{".h.iso=4"}, nil},
		{"d/{x,y}.[it]*", false, []string{"x.iso=3", "y.txt=5"}, nil},
		{"*/[!x].iso", false, []string{"z.iso=7"}, nil},
		{"*/x.iso", false, []string{"x.iso=3"}, ErrName}, // two of one name
		{"?/y.txt", false, []string{"y.txt=5"}, nil},
		{"a*", false, []string{"a*=1"}, nil}, // a name as it is comes first
		{"a?", false, []string{"a*=1", "ab=22"}, nil},
		{`a\*`, false, nil, nil},
		{"d/*.zip", false, nil, ErrNoMatch},
		{"d/" + strings.Repeat("*a", 3000) + "*", false, nil, ErrNoMatch},
		{"d/" + strings.Repeat("{a,b}", 20), false, nil, listing.ErrPatternTooHard},
	} {
		s := globbed()
		s.start(t)
		j, _ := s.job(t)
		j.Recursive = c.recursive
		dir := filepath.Join(t.TempDir(), "to")
		err := j.Download(t.Context(), c.pattern, dir)
		if c.pattern == `a\*` {
			c.want = []string{"a*=1"}
		}
		if !errors.Is(err, c.err) {
			t.Errorf("%.40s: %v", c.pattern, err)
		}
		var got []string
		if _, statErr := os.Stat(dir); statErr == nil {
			if info, _ := os.Stat(dir); info.IsDir() {
				got = tree(t, dir)
			} else {
				text, _ := os.ReadFile(dir)
				got = []string{c.pattern + "=" + string(text)}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%.40s: there is %q", c.pattern, got)
		}
	}
}

// TestRemove removes files, trees and what patterns mean, and nothing else.
func TestRemove(t *testing.T) {
	for _, c := range []struct {
		name      string
		recursive bool
		gone      []string
		fails     bool
	}{
		{"d/x.iso", false, []string{"d/x.iso"}, false},
		{"d/none", false, nil, true},
		{"d", false, nil, true},
		{"d/*.iso", false, []string{"d/l.iso", "d/x.iso"}, false},
		{"a*", false, []string{"a*"}, false},
		{"d/*.zip", false, nil, true},
		{"d", true, []string{"d", "d/.h.iso", "d/l.iso", "d/sub.iso", "d/sub.iso/in", "d/x.iso", "d/y.txt"}, false},
		{"d/s*", true, []string{"d/sub.iso", "d/sub.iso/in"}, false},
		{"", true, nil, true},
		{"/", true, nil, true},
		{"d/..", true, nil, true},
		{"d/.", true, nil, true},
		{"linked", true, []string{"linked"}, false}, // the link, not what it lists
	} {
		s := globbed()
		s.files["d/l.iso"] = "to somewhere"
		s.files["linked"] = "a link to d, which the server says is a directory"
		s.files["linked/x.iso"] = "3"
		s.say = func(command string) string {
			switch {
			case strings.HasPrefix(command, "MLSD linked"):
				t.Errorf("it looks into the link")
			case command == "MLST linked":
				return "250-\r\n type=dir; linked\r\n250 end"
			}
			return ""
		}
		s.directories = true
		s.start(t)
		j, _ := s.job(t)
		j.Recursive = c.recursive
		before := s.names()
		if err := j.Remove(t.Context(), c.name); (err != nil) != c.fails {
			t.Errorf("%s: %v", c.name, err)
		}
		after := s.names()
		gone := slices.DeleteFunc(before, func(name string) bool { return slices.Contains(after, name) })
		if !slices.Equal(gone, c.gone) {
			t.Errorf("%s: %q has gone", c.name, gone)
		}
	}
}

// TestRemoveEndless ends with a directory that contains itself.
func TestRemoveEndless(t *testing.T) {
	s := &scripted{listings: make(map[string]string)}
	for n := range maxDepth + 2 {
		s.listings["d"+strings.Repeat("/d", n)] = "type=dir; d\r\n"
	}
	s.start(t)
	j, _ := s.job(t)
	j.Recursive = true
	if err := j.Remove(t.Context(), "d"); !errors.Is(err, ErrName) {
		t.Errorf("it ends with %v", err)
	}
}
