package peers

import (
	_ "embed" // the script
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
			"-m", "pyftpdlib", "-i", listen.IP.String(), "-p", strconv.Itoa(listen.Port), "-d", cfg.Root,
			"-r", strconv.Itoa(minPassivePort) + "-" + strconv.Itoa(maxPassivePort),
		}
		if cfg.Write {
			args = append(args, "-w")
		}
		return append(args, cfg.Options...), nil
	}}.start(t, cfg)
}

// pyftpdlibTLS is the server with TLS, which its own program has not got.
//
//go:embed pyftpdlib.py
var pyftpdlibTLS string

// PyftpdlibTLS starts pyftpdlib with TLS, for anonymous, and nothing in clear.
func PyftpdlibTLS(t testing.TB, cfg Config, cert Certificate) *Server {
	t.Helper()
	path := Need(t, NamePyftpdlib)
	cfg.fill(t)
	return program{name: NamePyftpdlib, path: path, setup: func(_ string, listen *net.TCPAddr) ([]string, error) {
		return []string{
			"-c", pyftpdlibTLS, listen.IP.String(), strconv.Itoa(listen.Port), cfg.Root,
			strconv.Itoa(minPassivePort), strconv.Itoa(maxPassivePort), cert.CertFile, cert.KeyFile,
		}, nil
	}}.start(t, cfg)
}
