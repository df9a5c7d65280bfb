package certs

import (
	"crypto/tls"
	"errors"
)

// Versions are the lowest and highest version of TLS to offer under the switches
// of vsftpd.conf(5): ssl_tlsv1, ssl_tlsv11, ssl_tlsv12, ssl_tlsv13, ssl_sslv2 and
// ssl_sslv3. Only TLS 1.2 and 1.3 are ever offered; the older ones are broken, and
// the notes say which switch does not have the effect that it asks for. Where only
// ssl_tlsv1 or ssl_tlsv11 is on, TLS 1.2 and 1.3 are offered, because that switch
// once stood for all of TLS. No TLS switch at all is an error.
func Versions(tls1, tls11, tls12, tls13, sslv2, sslv3 bool) (lowest, highest uint16, notes []string, err error) {
	if !tls12 && !tls13 && !tls1 && !tls11 {
		if sslv2 || sslv3 {
			return 0, 0, nil, errors.New("only SSL 2 or SSL 3 is switched on, which are broken and never offered: set ssl_tlsv12=YES and ssl_tlsv13=YES")
		}
		return 0, 0, nil, errors.New("no version of TLS is switched on: set ssl_tlsv12=YES and ssl_tlsv13=YES")
	}
	lowest, highest = tls.VersionTLS12, tls.VersionTLS13
	switch {
	case tls12 && !tls13:
		highest = tls.VersionTLS12
	case tls13 && !tls12:
		lowest = tls.VersionTLS13
	}
	offered := "TLS 1.2 and 1.3 are offered"
	if lowest == highest {
		offered = "only " + tls.VersionName(lowest) + " is offered"
	}
	for _, old := range []struct {
		on           bool
		option, name string
	}{
		{tls1, "ssl_tlsv1", "TLS 1.0"},
		{tls11, "ssl_tlsv11", "TLS 1.1"},
		{sslv2, "ssl_sslv2", "SSL 2"},
		{sslv3, "ssl_sslv3", "SSL 3"},
	} {
		if old.on {
			notes = append(notes, old.option+"=YES: "+old.name+" is broken and never offered; "+offered)
		}
	}
	return lowest, highest, notes, nil
}
