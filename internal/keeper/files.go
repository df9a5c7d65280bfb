package keeper

import (
	"fmt"
	"os"
	"strings"

	"ferry/internal/sandbox"
	"ferry/internal/sys"
)

// The ways in which a file that was fixed at start is opened: a key is one of
// them and the pathname.
const (
	forReading   = "read:"
	forAppending = "append:"
)

// fileKey names a file and how it is opened.
type fileKey string

// files are the files that the unprivileged process may have opened, and nothing
// else: what only root can read or make.
type files map[fileKey]struct{}

// newFiles makes the list.
func newFiles(reading, appending []string) files {
	set := make(files)
	for _, name := range reading {
		set[fileKey(forReading+name)] = struct{}{}
	}
	for _, name := range appending {
		set[fileKey(forAppending+name)] = struct{}{}
	}
	return set
}

// open opens one of the files.
func (f files) open(key string) (*os.File, error) {
	if _, ok := f[fileKey(key)]; !ok {
		return nil, fmt.Errorf("%q is no file that was named at start", key)
	}
	if name, ok := strings.CutPrefix(key, forAppending); ok {
		return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	}
	return os.Open(strings.TrimPrefix(key, forReading))
}

// folders are the directories that opening the file takes: it may be another one
// by then.
func (k fileKey) folders() (sys.Reach, []string) {
	if name, ok := strings.CutPrefix(string(k), forAppending); ok {
		return sys.ReachWrite | sys.ReachCreate, sandbox.Folders(name)
	}
	return sys.ReachRead, sandbox.Folders(strings.TrimPrefix(string(k), forReading))
}
