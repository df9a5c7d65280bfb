package daemon

import (
	"net/netip"

	"ferry/ftpserver"
	"ferry/internal/charset"
	"ferry/internal/config"
)

// charsetOf chooses the charset of a session: that of the client's network, else
// that of the port that it dialled, else client_charset. nil if there is none to
// choose. What is wrong with the settings checkCharsets has said.
func charsetOf(s *config.Settings) func(peer, local netip.AddrPort) ftpserver.Charset {
	networks, _ := s.CharsetOfNetworks()
	ports, _ := s.CharsetOfPorts()
	if s.ClientCharset == "" && len(networks) == 0 && len(ports) == 0 {
		return nil
	}
	rest := charsetNamed(s.ClientCharset)
	ofPort := make(map[uint16]ftpserver.Charset)
	for port, name := range ports {
		ofPort[port] = charsetNamed(name)
	}
	ofNetwork := make(map[netip.Prefix]ftpserver.Charset)
	for network, name := range networks {
		ofNetwork[network] = charsetNamed(name)
	}
	return func(peer, local netip.AddrPort) ftpserver.Charset {
		addr := peer.Addr().Unmap().WithZone("")
		for bits := addr.BitLen(); bits >= 0 && len(ofNetwork) > 0; bits-- {
			network, err := addr.Prefix(bits)
			if err != nil {
				break
			}
			if c, ok := ofNetwork[network]; ok {
				return c
			}
		}
		if c, ok := ofPort[local.Port()]; ok {
			return c
		}
		return rest
	}
}

// charsetNamed is nil for UTF-8 and for no name: nothing is to be converted.
func charsetNamed(name string) ftpserver.Charset {
	if name == "" || config.IsUTF8(name) {
		return nil
	}
	c, err := charset.Lookup(name)
	if err != nil {
		return nil
	}
	return c
}

// checkCharsets finds charsets that there are not. config has looked already if
// the settings come from a file.
func checkCharsets(s *config.Settings) error {
	if name := s.ClientCharset; name != "" && !config.IsUTF8(name) {
		if _, err := charset.Lookup(name); err != nil {
			return oops("bad charset", "client_charset", err)
		}
	}
	if _, err := s.CharsetOfPorts(); err != nil {
		return oops("bad charset", "client_charset_listeners", err)
	}
	if _, err := s.CharsetOfNetworks(); err != nil {
		return oops("bad charset", "client_charset_networks", err)
	}
	return nil
}
