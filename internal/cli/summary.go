package cli

import (
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"ferry/internal/config"
	"ferry/internal/daemon"
)

// maxURLs is how many addresses are listed: a machine with containers has dozens.
const maxURLs = 8

// summary is what somebody wants to know of a server that has just started.
type summary struct {
	settings       *config.Settings
	status         daemon.Status
	users          []string // who may log in with a password
	anonymousWrite bool
	noSourcePort   string        // see service
	addresses      []netip.Addr  // of this machine, loopback last
	firewall       filterProgram // what rules are written for
}

// row is a label and what belongs to it, a line each.
type row struct {
	label string
	lines []string
}

// write writes the summary as a block.
func (s *summary) write(w io.Writer) {
	for _, r := range s.rows() { // a row without lines is not shown
		label := r.label
		for _, line := range r.lines {
			fmt.Fprintf(w, "%-10s %s\n", label, line)
			label = ""
		}
	}
}

// rows are the lines of the block.
func (s *summary) rows() []row {
	rows := []row{
		{"directory", s.directories()},
		{"login", s.logins()},
		{"address", s.urls()},
		{"tls", s.protection()},
		{"passive", []string{s.passive()}},
		{"active", []string{s.active()}},
	}
	if try := s.try(); try != "" {
		rows = append(rows, row{"try", []string{try}})
	}
	if rule := s.firewallRule(); rule != "" {
		rows = append(rows, row{"firewall", []string{rule}})
	}
	return rows
}

// log writes what the lines of a log can use of the summary.
func (s *summary) log(log *slog.Logger) {
	for _, addr := range s.status.Control {
		log.Info("listening", "address", addr, "pid", os.Getpid())
	}
	for _, addr := range s.status.Implicit {
		log.Info("listening", "address", addr, "tls", "implicit", "pid", os.Getpid())
	}
	if p := s.protection(); p != nil {
		log.Info("TLS: " + strings.Join(p, "; "))
	}
	log.Info("serving", "directory", strings.Join(s.directories(), "; "), "login", strings.Join(s.logins(), "; "))
	log.Info("passive mode: " + s.passive())
	log.Info("active mode: " + s.active())
}

func (s *summary) anonymousAccess() string {
	set := s.settings
	switch {
	case set.WriteEnable && s.anonymousWrite:
		return "read and write"
	case set.WriteEnable && set.AnonOtherWriteEnable:
		return "read, upload, delete and rename"
	case set.WriteEnable && (set.AnonUploadEnable || set.AnonMkdirWriteEnable):
		return "read and upload"
	}
	return "read-only"
}

// target is where a client can go.
type target struct {
	scheme string
	addr   netip.AddrPort
}

// targets are the addresses that a client can dial: the unspecified one stands
// for all of the machine's.
func (s *summary) targets() []target {
	var all []target
	add := func(scheme string, addrs []netip.AddrPort) {
		for _, c := range addrs {
			if !c.Addr().IsUnspecified() {
				all = append(all, target{scheme, c})
				continue
			}
			if s.addresses == nil { // the system does not say
				all = append(all, target{scheme, c})
			}
			for _, a := range s.addresses {
				if a.Is4() || c.Addr().Is6() {
					all = append(all, target{scheme, netip.AddrPortFrom(a, c.Port())})
				}
			}
		}
	}
	add("ftps", s.status.Implicit)
	add("ftp", s.status.Control)
	return all
}

func (s *summary) urls() []string {
	var urls []string
	targets := s.targets()
	for i, t := range targets {
		if rest := len(targets) - i; i == maxURLs-1 && rest > 1 {
			// The last one is loopback, which always works.
			urls = append(urls, fmt.Sprintf("(and %d more)", rest-1), targets[len(targets)-1].url())
			break
		}
		urls = append(urls, t.url())
	}
	return urls
}

// url is the URL of a target; the default port goes without saying.
func (t target) url() string {
	host := t.addr.String()
	if usual := map[string]uint16{"ftp": 21, "ftps": 990}; t.addr.Port() == usual[t.scheme] {
		host = strings.TrimSuffix(host, ":"+strconv.Itoa(int(t.addr.Port())))
	}
	return t.scheme + "://" + host + "/"
}

// protection says what TLS there is; nil is none.
func (s *summary) protection() []string {
	if s.status.Fingerprints == nil {
		return nil
	}
	how := "by AUTH TLS"
	switch {
	case s.status.Control == nil:
		how = "from the first byte"
	case s.status.Implicit != nil:
		how += ", and from the first byte at ftps://"
	}
	lines := []string{how}
	if s.settings.ACMEDomains != "" {
		lines = append(lines, s.orders())
	}
	for _, f := range s.status.Fingerprints {
		lines = append(lines, "SHA-256 "+f)
	}
	return lines
}

// passive says where clients open data connections to.
func (s *summary) passive() string {
	p := s.status.Passive
	if !p.Enabled {
		return "off (pasv_enable=NO)"
	}
	text := "port " + strconv.Itoa(int(p.Min))
	if p.Min != p.Max {
		text = fmt.Sprintf("ports %d-%d", p.Min, p.Max)
	}
	if p.Advertised.IsValid() {
		return text + " at " + p.Advertised.String()
	}
	return text + " at the address that the client dialled"
}

// active says where the server's data connections come from.
func (s *summary) active() string {
	a := s.status.Active
	switch {
	case !a.Enabled:
		return "off (port_enable=NO)"
	case a.SourcePort != 0:
		return "from port " + strconv.Itoa(int(a.SourcePort))
	case a.Err != nil:
		return "from any free port: " + portReason(uint16(s.settings.FTPDataPort), a.Err)
	case s.noSourcePort != "":
		return "from any free port: " + s.noSourcePort
	}
	return "from any free port (connect_from_port_20=NO)"
}

// try is a line to paste into a shell on this machine.
func (s *summary) try() string {
	targets := s.targets()
	if len(targets) == 0 {
		return ""
	}
	best := targets[len(targets)-1] // loopback if there is one
	for _, t := range targets {
		if t.addr.Addr() == netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
			best = t
		}
	}
	if best.addr.Addr().IsUnspecified() {
		return ""
	}
	words := []string{"curl"}
	user := !s.settings.AnonymousEnable && len(s.users) > 0
	switch {
	case best.scheme == "ftps":
		words = append(words, "--insecure")
	case s.settings.SSLEnable && (user && s.settings.ForceLocalLoginsSSL || !user && s.settings.ForceAnonLoginsSSL):
		words = append(words, "--insecure", "--ssl-reqd")
	}
	switch {
	case user:
		words = append(words, "--user", shellWord(s.users[0]))
	case !s.settings.AnonymousEnable:
		words = append(words, "--user", "NAME")
	}
	at := best.url()
	if strings.Contains(at, "[") {
		at = "-g '" + at + "'" // curl takes brackets for a pattern otherwise
	}
	return strings.Join(append(words, at), " ")
}

// shellWord quotes a word for a shell where it must be.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-@+", r)
	}
	if strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
