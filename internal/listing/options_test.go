package listing

import "testing"

func TestParseArgs(t *testing.T) {
	tests := []struct {
		arg  string
		want Options
		path string
	}{
		{"", Options{}, ""},
		{"dir", Options{}, "dir"},
		{"a b", Options{}, "a b"},
		{" lead", Options{}, " lead"},
		{"trail ", Options{}, "trail "},
		{"dir -l", Options{}, "dir -l"},
		{"-a", Options{All: true}, ""},
		{"-a ", Options{All: true}, ""},
		{"-la dir name", Options{All: true, Long: true}, "dir name"},
		{"-l -a sub", Options{All: true, Long: true}, "sub"},
		{"-l  sub", Options{Long: true}, " sub"},
		{"-AlRdFr", Options{AlmostAll: true, Long: true, Recursive: true, Directory: true, Classify: true, Reverse: true}, ""},
		{"-t", Options{Sort: ByTime}, ""},
		{"-S", Options{Sort: BySize}, ""},
		{"-tS", Options{Sort: BySize}, ""},
		{"-S -t", Options{Sort: ByTime}, ""},
		{"-1", Options{}, ""},
		{"-1nogh?x x", Options{}, "x"},
		{"--", Options{}, ""},
		{"-- -l", Options{}, "-l"},
		{"-a -- -l x", Options{All: true}, "-l x"},
		{"-", Options{}, ""},
		{"- x", Options{}, "x"},
		{"--all", Options{All: true, Long: true}, ""},
	}
	for _, tt := range tests {
		got, path := ParseArgs(tt.arg)
		if got != tt.want || path != tt.path {
			t.Errorf("ParseArgs(%q) = %+v, %q\nwant %+v, %q", tt.arg, got, path, tt.want, tt.path)
		}
	}
}

func TestVisible(t *testing.T) {
	all, almost := Options{All: true}, Options{AlmostAll: true}
	tests := []struct {
		options       Options
		name, pattern string
		want          bool
	}{
		{Options{}, "a", "", true},
		{Options{}, ".a", "", false},
		{Options{}, ".a", "*", false},
		{Options{}, ".a", ".*", true},
		{Options{}, ".", ".*", false},
		{Options{}, "..", "", false},
		{almost, ".a", "", true},
		{almost, "..", "", false},
		{almost, ".", "", false},
		{all, ".a", "", true},
		{all, "..", "", true},
		{Options{}, "", "", true},
	}
	for _, tt := range tests {
		if got := tt.options.Visible(tt.name, tt.pattern); got != tt.want {
			t.Errorf("Visible(%q, %q) with %+v is %v", tt.name, tt.pattern, tt.options, got)
		}
	}
}
