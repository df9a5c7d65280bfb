package peers

import (
	"net"
	"strconv"
	"testing"
)

// NamePyftpdlib is the name of pyftpdlib's program in .peers/bin.
const NamePyftpdlib = "pyftpdlib"

// Pyftpdlib starts the server that pyftpdlib brings with it, for anonymous. It
// runs as the user of the test, and confines by names only. cfg.Options are
// command line arguments.
func Pyftpdlib(t testing.TB, cfg Config) *Server {
	t.Helper()
	path := Need(t, NamePyftpdlib)
	cfg.fill(t)
	return program{name: NamePyftpdlib, path: path, setup: func(_ string, listen *net.TCPAddr) ([]string, error) {
		args := []string{
			"-i", listen.IP.String(), "-p", strconv.Itoa(listen.Port), "-d", cfg.Root,
			"-r", strconv.Itoa(minPassivePort) + "-" + strconv.Itoa(maxPassivePort),
		}
		if cfg.Write {
			args = append(args, "-w")
		}
		return append(args, cfg.Options...), nil
	}}.start(t, cfg)
}
