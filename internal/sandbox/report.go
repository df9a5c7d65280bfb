package sandbox

import (
	"errors"
	"log/slog"
	"math/bits"
	"os"
	"strconv"
	"strings"

	"ferry/internal/sys"
)

// Report says what holds of a process, for its log.
type Report struct {
	// User is who it has become; empty if it stays who it was.
	User string
	// Stays says why it stays who it was.
	Stays string
	// UID is its user now.
	UID int
	// Capabilities are those that it has left. Known is false where the system
	// does not tell, or has none.
	Capabilities sys.CapSet
	Known        bool
	NoNewPrivs   bool
	// Landlock is the version of Landlock that holds, 0 for none.
	Landlock int
	// Off are the restrictions that are off, with the reason, in words.
	Off []string
	// Open is what the kernel is too old to restrict, in words.
	Open []string
	// Missing are paths that were not there, and cannot be reached later either.
	Missing []string

	paths int
}

// off notes what does not hold. Built with cgo, a program can do none of it, and one
// reason is enough.
func (r *Report) off(what string, err error) {
	if errors.Is(err, sys.ErrThreads) {
		err = sys.ErrThreads
		if last := len(r.Off) - 1; last >= 0 && strings.HasSuffix(r.Off[last], err.Error()) {
			what = strings.TrimSuffix(r.Off[last], ": "+err.Error()) + ", " + what
			r.Off = r.Off[:last]
		}
	}
	r.Off = append(r.Off, what+": "+err.Error())
}

// Summary says in a few words what became of the process.
func (r *Report) Summary() string {
	if r.Known && !r.NoNewPrivs && r.Landlock == 0 {
		return "the process is not confined"
	}
	return "the process is confined"
}

// read asks the kernel what holds.
func (r *Report) read() {
	r.UID = os.Geteuid()
	threads, err := sys.Threads(0)
	if err != nil {
		return
	}
	r.Known, r.NoNewPrivs = true, true
	for i := range threads {
		r.Capabilities |= threads[i].Permitted
		r.NoNewPrivs = r.NoNewPrivs && threads[i].NoNewPrivs
	}
}

// LogAttrs are the attributes of the one line that a log gets at the start.
func (r *Report) LogAttrs() []slog.Attr {
	user := strconv.Itoa(r.UID)
	if r.User != "" {
		user = r.User
	}
	attrs := []slog.Attr{slog.String("user", user)}
	if r.Known {
		attrs = append(attrs, slog.String("capabilities", capabilities(r.Capabilities)), slog.Bool("no_new_privs", r.NoNewPrivs))
	}
	landlock := "off"
	if r.Landlock > 0 {
		landlock = "abi " + strconv.Itoa(r.Landlock) + ", " + strconv.Itoa(r.paths) + " paths"
	}
	attrs = append(attrs, slog.String("landlock", landlock))
	for _, more := range []struct {
		key  string
		list []string
	}{{"off", r.without()}, {"unrestricted", r.Open}, {"missing", r.Missing}} {
		if len(more.list) > 0 {
			attrs = append(attrs, slog.String(more.key, strings.Join(more.list, "; ")))
		}
	}
	return attrs
}

// without is what is off, the change of the user included.
func (r *Report) without() []string {
	if r.Stays == "" {
		return r.Off
	}
	return append([]string{"the change of the user: " + r.Stays}, r.Off...)
}

// capabilities names the members of a set.
func capabilities(set sys.CapSet) string {
	// Root has some forty of them, and has given none of them up then.
	const all = 32
	switch n := bits.OnesCount64(uint64(set)); {
	case n == 0:
		return "none"
	case n > all:
		return "all"
	}
	var names []string
	for _, c := range set.List() {
		names = append(names, c.String())
	}
	return strings.Join(names, ",")
}
