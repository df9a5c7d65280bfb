package dialects

import (
	"fmt"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/aws"
	"ferry/internal/firewall/cisco"
	"ferry/internal/firewall/comware"
	"ferry/internal/firewall/firewalld"
	"ferry/internal/firewall/iptables"
	"ferry/internal/firewall/kubernetes"
	"ferry/internal/firewall/mikrotik"
	"ferry/internal/firewall/nft"
	"ferry/internal/firewall/pf"
	"ferry/internal/firewall/ufw"
	"ferry/internal/firewall/windows"
)

// All are the dialects, the proved ones first, as the help lists them.
var All = []*firewall.Dialect{
	&nft.Dialect,
	iptables.Restore, iptables.Restore6, iptables.Script, iptables.Script6,
	firewalld.Dialect, ufw.Dialect, comware.Dialect,
	cisco.Dialect, mikrotik.Dialect, pf.Dialect, aws.Dialect, kubernetes.Dialect,
	windows.Dialect,
}

// Find gives the dialect of a name, or an error that lists the names.
func Find(name string) (*firewall.Dialect, error) {
	names := make([]string, len(All))
	for i, d := range All {
		if d.Name == name {
			return d, nil
		}
		names[i] = d.Name
	}
	return nil, fmt.Errorf("there is no format %q: say one of %s", name, strings.Join(names, ", "))
}
