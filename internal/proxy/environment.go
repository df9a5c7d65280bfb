package proxy

import (
	"fmt"
	"net/netip"
	"strings"
)

// FromEnvironment gives the proxy that the environment names for a URL's scheme and
// host; nil is none. As for curl, SCHEME_proxy counts before all_proxy, and a name
// in small letters before the same in capitals; an empty variable is none. no_proxy
// names hosts for which none is used. getenv is os.Getenv.
func FromEnvironment(getenv func(string) string, scheme, host string) (*Proxy, error) {
	variable := "ftp_proxy"
	if scheme == "ftps" {
		variable = "ftps_proxy"
	}
	for _, name := range []string{variable, strings.ToUpper(variable), "all_proxy", "ALL_PROXY"} {
		value := getenv(name)
		if value == "" {
			continue
		}
		exempt := getenv("no_proxy")
		if exempt == "" {
			exempt = getenv("NO_PROXY")
		}
		if Exempts(exempt, host) {
			return nil, nil
		}
		p, err := Parse(value)
		if err != nil {
			return nil, fmt.Errorf("%s in the environment: %w", name, err)
		}
		return p, nil
	}
	return nil, nil
}

// Exempts reports whether a list as of no_proxy has the host: "*" has every one;
// else names with commas or blanks between them, each of which stands for itself
// and all below it, addresses, and networks (192.0.2.0/24).
func Exempts(list, host string) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	addr, err := netip.ParseAddr(host)
	isAddr := err == nil
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		entry = strings.ToLower(strings.Trim(entry, "[]"))
		if isAddr {
			if network, err := netip.ParsePrefix(entry); err == nil && network.Contains(addr.Unmap().WithZone("")) {
				return true
			}
			if other, err := netip.ParseAddr(entry); err == nil && other.Unmap() == addr.Unmap() {
				return true
			}
			continue
		}
		entry = strings.Trim(entry, ".")
		if entry != "" && (host == entry || strings.HasSuffix(host, "."+entry)) {
			return true
		}
	}
	return false
}
