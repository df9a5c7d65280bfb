package keeper

import (
	"fmt"
	"os"
	"strings"

	"ferry/internal/config"
	"ferry/internal/sandbox"
	"ferry/internal/sys"
)

// The ways in which a file that was fixed at start is opened: a key is one of
// them and the pathname.
const (
	ForReading   = "read:"
	ForAppending = "append:"
)

// fileKey names a file and how it is opened.
type fileKey string

// files are the files that the unprivileged process may have opened, and nothing
// else: what only root can read or make.
type files map[fileKey]struct{}

// files lists the certificates, which are read again when they change, and the
// logs, which are opened again after rotation.
func (l *Local) files() files {
	s := &l.settings
	set := make(files)
	for _, name := range certificates(s) {
		set[fileKey(ForReading+name)] = struct{}{}
	}
	if s.XferlogEnable || s.DualLogEnable {
		set[fileKey(ForAppending+s.XferlogFile)] = struct{}{}
		set[fileKey(ForAppending+s.VsftpdLogFile)] = struct{}{}
	}
	return set
}

// certificates lists the files that a server reads again while it runs.
func certificates(s *config.Settings) []string {
	if !s.SSLEnable {
		return nil
	}
	var names []string
	for _, name := range []string{s.RSACertFile, s.RSAPrivateKeyFile, s.DSACertFile, s.DSAPrivateKeyFile} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// open opens one of the files.
func (f files) open(key string) (*os.File, error) {
	if _, ok := f[fileKey(key)]; !ok {
		return nil, fmt.Errorf("%q is no file that was named at start", key)
	}
	if name, ok := strings.CutPrefix(key, ForAppending); ok {
		return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	}
	return os.Open(strings.TrimPrefix(key, ForReading))
}

// folders are the directories that opening the file takes: it may be another one
// by then.
func (k fileKey) folders() (sys.Reach, []string) {
	if name, ok := strings.CutPrefix(string(k), ForAppending); ok {
		return sys.ReachWrite | sys.ReachCreate, sandbox.Folders(name)
	}
	return sys.ReachRead, sandbox.Folders(strings.TrimPrefix(string(k), ForReading))
}
