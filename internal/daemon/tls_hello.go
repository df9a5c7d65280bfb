package daemon

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ferry/internal/config"
)

// greetings checks the ClientHello of a control connection where the settings want
// more of it than crypto/tls does: the host name that it asks for
// (ssl_sni_hostname), and that it asks for FTP (ssl_alpn_strict). nil checks nothing.
// Data connections are not asked: they prove whose they are.
func greetings(s *config.Settings) func(*tls.ClientHelloInfo) (*tls.Config, error) {
	hosts := hostNames(s.SSLSNIHostname)
	strict := s.SSLALPNStrict
	if hosts == nil && !strict {
		return nil
	}
	return func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		named := func(host string) bool { return strings.EqualFold(hello.ServerName, host) }
		switch {
		case hosts != nil && !slices.ContainsFunc(hosts, named):
			return nil, fmt.Errorf("the client asks for the host %q, not for %s (ssl_sni_hostname)", hello.ServerName, strings.Join(hosts, " or "))
		case strict && len(hello.SupportedProtos) == 0:
			return nil, errors.New("the client does not ask for the protocol ftp (ssl_alpn_strict)")
		}
		return nil, nil
	}
}

// hostNames reads a list of names with commas between them; nil if there are none.
func hostNames(text string) []string {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
