package peers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// AnonymousPassword is the password that the clients here log in with. Any
// would do for a true anonymous login.
const AnonymousPassword = "anonymous@example.com"

// anonymousHash is AnonymousPassword for crypt(3), cheap on purpose.
const anonymousHash = "$1$ferry$ni4TAcigv9b5X0ZbZ4Yt71"

// PureFTPd starts the real Pure-FTPd. Its anonymous login needs a system user
// named ftp, so "anonymous" is a virtual user here, with AnonymousPassword. It
// may write wherever the file system lets it; cfg.Write must be set, as there is
// no switch against it. cfg.Options are command line arguments.
func PureFTPd(t testing.TB, cfg Config) *Server {
	t.Helper()
	path := Need(t, NamePureFTPd)
	NeedConfined(t)
	cfg.fill(t)
	return program{name: NamePureFTPd, path: path, setup: func(dir string, listen *net.TCPAddr) ([]string, error) {
		if !cfg.Write {
			return nil, errors.New("a virtual user of Pure-FTPd can always write")
		}
		db, err := pureDB(dir, path, cfg.Root)
		if err != nil {
			return nil, err
		}
		family := "-4"
		if listen.IP.To4() == nil {
			family = "-6"
		}
		return append([]string{
			"-S", listen.IP.String() + "," + strconv.Itoa(listen.Port), family,
			"-E", "-H", "-l", "puredb:" + db, "-g", filepath.Join(dir, "pid"),
			"-p", strconv.Itoa(minPassivePort) + ":" + strconv.Itoa(maxPassivePort),
			"-U", "022:022", "-C", "1000", "-c", "1000",
		}, cfg.Options...), nil
	}}.start(t, cfg)
}

// pureDB makes the database of virtual users, in two steps as Pure-FTPd has it:
// the text, and what pure-pw compiles of it.
func pureDB(dir, server, root string) (string, error) {
	user, err := anonymousUser()
	if err != nil {
		return "", err
	}
	text := filepath.Join(dir, "passwd")
	line := fmt.Sprintf("anonymous:%s:%s:%s::%s/./::::::::::::\n", anonymousHash, user.uid, user.gid, root)
	if err := os.WriteFile(text, []byte(line), 0o600); err != nil {
		return "", err
	}
	// make peers wraps what it has unpacked under root/.
	purePW := filepath.Join(filepath.Dir(filepath.Dir(server)), "root", "usr", "bin", "pure-pw")
	db := filepath.Join(dir, "pureftpd.pdb")
	out, err := exec.Command(purePW, "mkdb", db, "-f", text).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("pure-pw mkdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return db, nil
}
