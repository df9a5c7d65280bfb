package peers

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Names of the peers, which are the names of their programs in .peers/bin.
const (
	NameVsftpd       = "vsftpd"
	NameProFTPD      = "proftpd"
	NamePureFTPd     = "pure-ftpd"
	NameFerry        = "ferry"
	NameCurl         = "curl"
	NameLftp         = "lftp"
	NameTnftp        = "tnftp"
	NameInetutilsFTP = "inetutils-ftp"
	NameNcftpGet     = "ncftpget"
	NameNcftpPut     = "ncftpput"
	NameNcftpLs      = "ncftpls"
	NameWget         = "wget"
	NamePython       = "python3"
	NameStrace       = "strace"
)

// Need returns the path of the program of a peer. Where it is absent the test
// is skipped, or failed when CI=true; a name that make peers has and PATH too is
// taken from make peers.
func Need(t testing.TB, name string) string {
	t.Helper()
	path, err := find(name)
	if err != nil {
		missing(t, fmt.Sprintf("peer %s: %v", name, err))
	}
	return path
}

// missing skips the test, or fails it when CI=true.
func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s (CI=true: nothing may be left out)", why)
	}
	t.Skip(why)
}

// find returns the path of the program .peers/bin/name.
func find(name string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, ".peers", "bin", name)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("not there; run make peers")
	case err != nil:
		return "", fmt.Errorf("run make peers: %w", err)
	case info.IsDir() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return "", fmt.Errorf("%s is no program", path)
	}
	return path, nil
}

// moduleRoot is the folder of go.mod, looked for upwards from the working
// directory (which is the folder of the package while its tests run).
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find the module: no go.mod above the working directory")
		}
		dir = parent
	}
}
