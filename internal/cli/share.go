package cli

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"ferry/internal/config"
	"ferry/internal/netx"
)

// shareSettings are the settings with which a directory is shared: vsftpd's
// defaults are made for a server that runs for years, and these for a person who
// shares something for an hour.
const shareSettings = `anonymous_enable=YES
anon_world_readable_only=NO
dot_files=NO
hide_ids=YES
use_localtime=YES
ascii_download_enable=YES
ascii_upload_enable=YES
anon_umask=022
local_umask=022
pasv_min_port=40000
pasv_max_port=40009
listen_port=2121
`

// shareSource is what complaints call shareSettings.
const shareSource = "(built in)"

// makeShare turns the service into the share of a directory, with the settings
// of the command line on top.
func (s *service) makeShare(f *serveFlags, settings []string) error {
	texts := []config.Source{{Name: shareSource, Text: []byte(shareSettings)}}
	for _, text := range settings {
		texts = append(texts, config.Source{Setting: true, Text: []byte(strings.TrimPrefix(text, "-o"))})
	}
	full, err := config.Parse(texts...)
	if err != nil {
		return &refusal{err}
	}
	set := &full.Settings
	assigned := make(map[string]bool)
	for i := range full.Assignments {
		if a := &full.Assignments[i]; a.File != shareSource {
			assigned[a.Option.Name] = true
			a.Line-- // the share is the first source, and nobody gave it
		}
	}
	for _, c := range full.Warnings {
		if c.File != shareSource && c.Line > 0 {
			c.Line--
		}
	}
	if !f.given("dir") { // else the flag is seen to with the others
		dir, err := directory(".")
		if err != nil {
			return &refusal{fmt.Errorf("the current directory cannot be shared: %w", err)}
		}
		set.AnonRoot, set.LocalRoot = dir, dir
	}
	if !assigned["connect_from_port_20"] {
		s.noSourcePort = sourcePort(set)
	}
	if !set.Listen && !set.ListenIPv6 {
		if set.ListenPort > 65535 {
			return &refusal{fmt.Errorf("500 OOPS: bad port: %d (listen_port)", set.ListenPort)}
		}
		s.opts.Listen = []netip.AddrPort{everyAddress(uint16(set.ListenPort))}
	}
	s.cfg = full
	return nil
}

// sourcePort sets connect_from_port_20 if the port is to be had, and says why it
// is not otherwise.
func sourcePort(set *config.Settings) (whyNot string) {
	port := uint16(set.FTPDataPort)
	err := netx.ProbePort(netip.AddrPortFrom(netip.IPv4Unspecified(), port))
	set.ConnectFromPort20 = err == nil
	if err == nil {
		return ""
	}
	return portReason(port, err)
}

// portReason says why active connections cannot come from a port.
func portReason(port uint16, err error) string {
	switch {
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return fmt.Sprintf("port %d needs root or CAP_NET_BIND_SERVICE", port)
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Sprintf("port %d is in use", port)
	}
	return fmt.Sprintf("port %d: %v", port, err)
}

// warnOfDirectory warns of a directory that hardly anybody means to share whole.
func warnOfDirectory(w io.Writer, dir string) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	if what := personal(dir, home); what != "" {
		fmt.Fprintf(w, "ferry: warning: %s is %s, and all that its files say can be read over the network; --dir shares another directory\n", dir, what)
	}
}

// personal says what a directory is that holds more than somebody means to
// share, or nothing.
func personal(dir, home string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if real, err := filepath.EvalSymlinks(home); err == nil && home != "" {
		home = real
	}
	parent := filepath.Dir(dir)
	switch {
	case parent == dir:
		return "the whole file system"
	case home != "" && dir == home:
		return "your home"
	case parent == "/home", parent == "/Users", dir == "/root":
		return "a home"
	case dir == "/home", dir == "/Users", home != "" && strings.HasPrefix(home, dir+string(filepath.Separator)):
		return "where homes are"
	}
	return ""
}
