package peers

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// ProFTPD starts the real ProFTPD, standalone and anonymous. cfg.Options are
// directives of its server context.
func ProFTPD(t testing.TB, cfg Config) *Server {
	t.Helper()
	path := Need(t, NameProFTPD)
	NeedConfined(t)
	cfg.fill(t)
	return program{name: NameProFTPD, path: path, setup: func(dir string, listen *net.TCPAddr) ([]string, error) {
		text, err := proftpdConf(dir, listen, cfg)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, "proftpd.conf")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
		return []string{"--nodaemon", "--config", file}, nil
	}}.start(t, cfg)
}

// ProFTPDTLS are the directives with which ProFTPD has TLS, and nothing in clear. It
// wants data connections to resume the session of their control connection, unless
// they say otherwise (TLSOptions NoSessionReuseRequired).
func ProFTPDTLS(t testing.TB, cert Certificate) []string {
	t.Helper()
	// make peers unpacks the module beside the program.
	modules := filepath.Join(filepath.Dir(filepath.Dir(Need(t, NameProFTPD))), "root", "usr", "lib", "proftpd")
	options := []string{}
	if _, err := os.Stat(filepath.Join(modules, "mod_tls.so")); err == nil {
		options = append(options, "ModulePath "+modules)
	}
	return append(options,
		"LoadModule mod_tls.c", "TLSEngine on", "TLSRequired on", "TLSProtocol TLSv1.2 TLSv1.3",
		"TLSECCertificateFile "+cert.CertFile, "TLSECCertificateKeyFile "+cert.KeyFile)
}

// proftpdConf is the text of the configuration file.
func proftpdConf(dir string, listen *net.TCPAddr, cfg Config) (string, error) {
	user, err := anonymousUser()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	line := func(name string, values ...string) {
		fmt.Fprintln(&b, name, strings.Join(values, " "))
	}
	line("ServerName", `"ProFTPD"`)
	line("ServerType", "standalone")
	line("DefaultAddress", listen.IP.String())
	line("SocketBindTight", "on")
	line("UseIPv6", onOff(listen.IP.To4() == nil))
	line("Port", strconv.Itoa(listen.Port))
	line("PassivePorts", strconv.Itoa(minPassivePort), strconv.Itoa(maxPassivePort))
	line("User", user.name)
	line("Group", user.group)
	line("PidFile", filepath.Join(dir, "pid"))
	line("ScoreboardFile", filepath.Join(dir, "scoreboard"))
	line("DelayEngine", "off")
	line("UseReverseDNS", "off")
	line("WtmpLog", "off")
	line("TransferLog", "none")
	line("RequireValidShell", "off")
	for _, o := range cfg.Options {
		line(o)
	}
	line("<Anonymous " + cfg.Root + ">")
	line("User", user.name)
	line("Group", user.group)
	line("UserAlias", "anonymous", user.name)
	line("Umask", "022")
	line("AllowOverwrite", "on")
	line("AllowStoreRestart", "on")
	if !cfg.Write {
		line("<Limit WRITE>")
		line("DenyAll")
		line("</Limit>")
	}
	line("</Anonymous>")
	return b.String(), nil
}

// onOff is a Boolean of ProFTPD's.
func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
