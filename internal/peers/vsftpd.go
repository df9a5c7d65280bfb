package peers

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Vsftpd starts the real vsftpd, standalone and anonymous.
//
// As root it changes the user and the root directory as it does in service. Any
// other user runs it with run_as_launching_user=YES: then "/" is the system's
// root directory and anonymous starts in Root, which Confined reports.
func Vsftpd(t testing.TB, cfg Config) *Server {
	t.Helper()
	path := Need(t, NameVsftpd)
	cfg.fill(t)
	return vsftpdLike(NameVsftpd, path, nil, cfg).start(t, cfg)
}

// Confined reports whether the servers started here show Root as "/", for
// which most of them have to be started by root.
func Confined() bool { return os.Getuid() == 0 }

// NeedConfined skips the test (fails it when CI=true) where Confined is false.
func NeedConfined(t testing.TB) {
	t.Helper()
	if !Confined() {
		missing(t, "only root can confine a real server to a folder")
	}
}

// vsftpdLike is a program that reads vsftpd.conf(5), called as "path args...
// file".
func vsftpdLike(name, path string, args []string, cfg Config) program {
	return program{name: name, path: path, setup: func(dir string, listen *net.TCPAddr) ([]string, error) {
		text, err := vsftpdConf(dir, listen, cfg)
		if err != nil {
			return nil, err
		}
		if cfg.Host != nil {
			more, err := cfg.Host.conf(text, listen.Port)
			return append(slices.Clone(args), more...), err
		}
		file := filepath.Join(dir, "vsftpd.conf")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
		return append(slices.Clone(args), file), nil
	}}
}

// vsftpdConf is the text of the configuration file.
func vsftpdConf(dir string, listen *net.TCPAddr, cfg Config) (string, error) {
	empty := filepath.Join(dir, "empty")
	if err := os.MkdirAll(empty, 0o755); err != nil {
		return "", err
	}
	opts := map[string]string{
		"listen_port":             strconv.Itoa(listen.Port),
		"delay_failed_login":      "0", // a test of a wrong password need not take a second
		"pasv_min_port":           strconv.Itoa(minPassivePort),
		"pasv_max_port":           strconv.Itoa(maxPassivePort),
		"max_per_ip":              "0",
		"seccomp_sandbox":         "NO", // what a test machine's kernel may forbid
		"isolate":                 "NO",
		"isolate_network":         "NO",
		"xferlog_enable":          "NO",
		"connect_from_port_20":    "NO",
		"accept_timeout":          "20",
		"connect_timeout":         "20",
		"data_connection_timeout": "60",
	}
	if listen.IP.To4() == nil {
		opts["listen_ipv6"], opts["listen_address6"] = "YES", listen.IP.String()
	} else {
		opts["listen"], opts["listen_address"] = "YES", listen.IP.String()
	}
	if cfg.Write {
		for _, name := range []string{
			"write_enable", "anon_upload_enable", "anon_mkdir_write_enable", "anon_other_write_enable",
		} {
			opts[name] = "YES"
		}
	}
	if cfg.Host != nil {
		opts["anonymous_enable"], opts["local_enable"] = "NO", "YES"
	} else {
		user, err := anonymousUser()
		if err != nil {
			return "", err
		}
		opts["ftp_username"] = user.name
		opts["guest_username"] = user.name // as whom ferry reaches the files of other users
		opts["anonymous_enable"] = "YES"
		opts["anon_root"] = cfg.Root
		opts["anon_umask"] = "022" // anonymous may read what it wrote
		opts["secure_chroot_dir"] = empty
	}
	if !Confined() {
		opts["run_as_launching_user"] = "YES"
	}
	for _, line := range cfg.Options {
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return "", fmt.Errorf("vsftpd option %q: want name=value", line)
		}
		opts[name] = value
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(opts)) {
		fmt.Fprintf(&b, "%s=%s\n", name, opts[name])
	}
	return b.String(), nil
}
