package listing

import "strings"

// Key is what a listing is sorted by.
type Key uint8

// The keys.
const (
	ByName Key = iota // bytes of the name, smallest first
	ByTime            // newest first (-t)
	BySize            // largest first (-S)
)

// Options are the options of ls that a client may put in the argument of LIST,
// NLST and STAT. vsftpd knows a, r, t, F, l and R; A, d and S are ours.
type Options struct {
	All       bool // a: names that begin with a dot too, with "." and ".."
	AlmostAll bool // A: the same without "." and ".." (force_dot_files sets it)
	Long      bool // l: NLST as LIST does it; LIST is long anyway
	Recursive bool // R: for the caller to refuse without ls_recurse_enable
	Directory bool // d: the directory itself, not what is in it
	Classify  bool // F: marks behind the names
	Reverse   bool // r
	Sort      Key  // t and S; the last one counts
}

// ParseArgs splits the argument of LIST, NLST or STAT into options and the
// pathname or pattern, which may hold spaces. Words at the front that begin with
// "-" are options; "--" ends them, so that "-- -l" is the file "-l". One space
// separates: a pathname keeps the spaces that it begins and ends with.
//
// Unknown letters are passed over, the 1 of "-1" among them: as with vsftpd,
// LIST -1 is long and NLST -1 short.
func ParseArgs(arg string) (o Options, path string) {
	for strings.HasPrefix(arg, "-") {
		word, rest, _ := strings.Cut(arg, " ")
		arg = rest
		if word == "--" {
			break
		}
		for _, c := range []byte(word[1:]) {
			o.set(c)
		}
	}
	return o, arg
}

func (o *Options) set(letter byte) {
	switch letter {
	case 'a':
		o.All = true
	case 'A':
		o.AlmostAll = true
	case 'l':
		o.Long = true
	case 'R':
		o.Recursive = true
	case 'd':
		o.Directory = true
	case 'F':
		o.Classify = true
	case 'r':
		o.Reverse = true
	case 't':
		o.Sort = ByTime
	case 'S':
		o.Sort = BySize
	}
}

// Visible reports whether a name is listed at all: one that begins with a dot
// needs All or AlmostAll, or a pattern that begins with a dot as well ("" is no
// pattern). "." and ".." need All.
func (o Options) Visible(name, pattern string) bool {
	switch {
	case !strings.HasPrefix(name, "."):
		return true
	case o.All:
		return true
	case name == "." || name == "..":
		return false
	default:
		return o.AlmostAll || strings.HasPrefix(pattern, ".")
	}
}
