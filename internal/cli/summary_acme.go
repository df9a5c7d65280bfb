package cli

import (
	"fmt"
	"strconv"
	"strings"

	"ferry/internal/acme"
)

// challengePorts are those at which the authority asks for proof that the host
// names are this server's; none if no certificates are ordered.
func (s *summary) challengePorts() []uint16 {
	if !s.settings.SSLEnable || s.settings.ACMEDomains == "" {
		return nil
	}
	var ports []uint16
	for _, port := range []uint32{s.settings.ACMEHTTPPort, s.settings.ACMETLSPort} {
		if port != 0 {
			ports = append(ports, uint16(port))
		}
	}
	return ports
}

// orders says for which hosts certificates are ordered, where, and what listens
// meanwhile.
func (s *summary) orders() string {
	var ports []string
	for _, port := range s.challengePorts() {
		ports = append(ports, strconv.Itoa(int(port)))
	}
	return fmt.Sprintf("certificates for %s by %s, which asks at port %s while they are renewed",
		s.settings.ACMEDomains, acme.AuthorityURL(s.settings.ACMEDirectory), strings.Join(ports, " or "))
}
