package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// filterProgram is a program that rules are written for.
type filterProgram string

// The programs that are known.
const (
	firewallNone     filterProgram = ""
	firewallNft      filterProgram = "nft"
	firewallIPTables filterProgram = "iptables"
	firewallUFW      filterProgram = "ufw"
	firewallCmd      filterProgram = "firewall-cmd"
	firewallNetsh    filterProgram = "netsh"
)

// findFirewall guesses which program this machine's rules are made with: the
// first there is of those that sit on top of others.
func findFirewall() filterProgram {
	switch runtime.GOOS {
	case "windows":
		return firewallNetsh
	case "linux":
		for _, f := range []filterProgram{firewallCmd, firewallUFW, firewallNft, firewallIPTables} {
			if installed(string(f)) {
				return f
			}
		}
		return firewallNft
	}
	return firewallNone // the rules of pf are a file, not a line
}

// installed reports a program in the search path, or where only root's leads.
func installed(name string) bool {
	if _, err := exec.LookPath(name); err == nil {
		return true
	}
	return slices.ContainsFunc([]string{"/usr/sbin", "/sbin"}, func(dir string) bool {
		info, err := os.Stat(filepath.Join(dir, name))
		return err == nil && info.Mode()&0o111 != 0
	})
}

// portSpan is a port, or several from first to last.
type portSpan struct{ first, last uint16 }

// text is the span with its ends separated by sep.
func (s portSpan) text(sep string) string {
	if s.first == s.last {
		return strconv.Itoa(int(s.first))
	}
	return fmt.Sprintf("%d%s%d", s.first, sep, s.last)
}

// firewallRule is a line that lets clients in, or nothing where none is needed
// or known.
func (s *summary) firewallRule() string {
	var spans []portSpan
	for _, c := range slices.Concat(s.status.Control, s.status.Implicit) {
		span := portSpan{c.Port(), c.Port()}
		if !c.Addr().IsLoopback() && !slices.Contains(spans, span) {
			spans = append(spans, span)
		}
	}
	if spans == nil {
		return "" // nobody comes from outside
	}
	if p := s.status.Passive; p.Enabled {
		spans = append(spans, portSpan{p.Min, p.Max})
	}
	for _, port := range s.challengePorts() {
		if span := (portSpan{port, port}); !slices.Contains(spans, span) {
			spans = append(spans, span)
		}
	}
	return s.firewall.allow(spans)
}

// allow is the line that lets TCP connections to the ports in, ahead of the rules
// that there are.
func (f filterProgram) allow(spans []portSpan) string {
	list := func(sep, between string) string {
		words := make([]string, len(spans))
		for i, s := range spans {
			words[i] = s.text(sep)
		}
		return strings.Join(words, between)
	}
	switch f {
	case firewallNft:
		return "nft insert rule inet filter input tcp dport { " + list("-", ", ") + " } accept"
	case firewallIPTables:
		return "iptables -I INPUT -p tcp -m multiport --dports " + list(":", ",") + " -j ACCEPT"
	case firewallUFW:
		return "ufw allow proto tcp from any to any port " + list(":", ",")
	case firewallCmd:
		return "firewall-cmd --add-port=" + list("-", "/tcp --add-port=") + "/tcp"
	case firewallNetsh:
		return "netsh advfirewall firewall add rule name=ferry dir=in action=allow protocol=TCP localport=" + list("-", ",")
	case firewallNone:
		return ""
	}
	return ""
}
