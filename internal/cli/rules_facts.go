package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ferry/internal/config"
	"ferry/internal/firewall"
)

// facts are what the settings say, with what the flags say over it.
func (r *rulesRun) facts(ctx context.Context, s *config.Settings) (firewall.Facts, []firewall.Note, error) {
	facts := firewall.Facts{At: firewall.AtServer, Active: s.PortEnable, Passive: s.PasvEnable}
	fromSettings(&facts, s)
	var errs []error
	for _, name := range firewall.FactNames {
		value, given := r.given[name]
		if !given {
			continue
		}
		if name == "server" || name == "public" {
			addresses, err := addressesOf(ctx, value)
			if err != nil {
				errs = append(errs, &firewall.FactError{Fact: name, Text: err.Error(), Advice: "say its address"})
				continue
			}
			value = addresses
		}
		errs = append(errs, facts.Set(name, value))
	}
	errs = append(errs, r.modes(&facts, s))
	if facts.At == firewall.AtServer && r.given["server"] == "" {
		listen, err := listenAddresses(s)
		facts.Server = listen
		errs = append(errs, err)
	}
	notes, err := advertised(ctx, &facts, s)
	return facts, notes, errors.Join(append(errs, err)...)
}

// fromSettings takes over the ports and times.
func fromSettings(facts *firewall.Facts, s *config.Settings) {
	if s.ListenPort > 0 && s.ListenPort <= 65535 {
		facts.Control = []uint16{uint16(s.ListenPort)}
	}
	if s.SSLEnable && s.ImplicitSSLPort > 0 && s.ImplicitSSLPort <= 65535 {
		facts.Control = append(facts.Control, uint16(s.ImplicitSSLPort))
	}
	facts.TLS = s.SSLEnable
	if s.ConnectFromPort20 && s.FTPDataPort <= 65535 {
		facts.DataPort = uint16(s.FTPDataPort)
	}
	if s.PasvMinPort != 0 || s.PasvMaxPort != 0 {
		facts.PassivePorts = firewall.Ports{From: port(s.PasvMinPort, 1024), To: port(s.PasvMaxPort, 65535)}
	}
	if s.IdleSessionTimeout > 0 {
		facts.KnockTime = time.Duration(s.IdleSessionTimeout)*time.Second + 10*time.Second
	}
}

// port is a port of the settings, which have 0 for none.
func port(n uint32, none uint16) uint16 {
	if n == 0 || n > 65535 {
		return none
	}
	return uint16(n)
}

// modes refuses a mode that the configuration switches off.
func (r *rulesRun) modes(facts *firewall.Facts, s *config.Settings) error {
	mode := r.given["mode"]
	switch {
	case mode == "" && !s.PortEnable && !s.PasvEnable:
		return &firewall.FactError{Fact: "mode", Text: "the configuration switches both modes off", Advice: "set pasv_enable=YES or port_enable=YES"}
	case mode != "" && facts.Active && !s.PortEnable:
		return &firewall.FactError{Fact: "mode", Text: "the configuration switches active mode off (port_enable=NO)", Advice: "set port_enable=YES, or use --mode passive"}
	case mode != "" && facts.Passive && !s.PasvEnable:
		return &firewall.FactError{Fact: "mode", Text: "the configuration switches passive mode off (pasv_enable=NO)", Advice: "set pasv_enable=YES, or use --mode active"}
	}
	return nil
}

// listenAddresses are the addresses that the server listens at, where the settings
// name them.
func listenAddresses(s *config.Settings) ([]netip.Addr, error) {
	var found []netip.Addr
	for _, l := range []struct {
		option, address string
		on              bool
	}{{"listen_address", s.ListenAddress, s.Listen}, {"listen_address6", s.ListenAddress6, s.ListenIPv6}} {
		if !l.on || l.address == "" {
			continue
		}
		a, err := netip.ParseAddr(l.address)
		if err != nil {
			return nil, &firewall.FactError{Fact: "server", Text: fmt.Sprintf("%s=%s is no address", l.option, l.address), Advice: "say --server ADDRESS"}
		}
		if a = a.Unmap(); !a.IsUnspecified() {
			found = append(found, a)
		}
	}
	return found, nil
}

// resolveLimit is how long a name may take to be looked up.
const resolveLimit = 5 * time.Second

// addressesOf looks the names of a list up.
func addressesOf(ctx context.Context, text string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveLimit)
	defer cancel()
	var found []string
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		if a, err := netip.ParseAddr(word); err == nil {
			found = append(found, a.Unmap().String())
			continue
		}
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", word)
		if err != nil {
			return "", fmt.Errorf("%q does not resolve to an address (%w)", word, err)
		}
		for _, a := range addrs {
			if !slices.Contains(found, a.Unmap().String()) {
				found = append(found, a.Unmap().String())
			}
		}
	}
	return strings.Join(found, ","), nil
}

// advertised compares the address that the server tells its passive clients with
// those that it has.
func advertised(ctx context.Context, facts *firewall.Facts, s *config.Settings) ([]firewall.Note, error) {
	if s.PasvAddress == "" || !facts.Passive {
		return nil, nil
	}
	told, err := netip.ParseAddr(s.PasvAddress)
	if err != nil && !s.PasvAddrResolve {
		return nil, nil // the server refuses it by itself
	}
	if err != nil {
		text, err := addressesOf(ctx, s.PasvAddress)
		if err != nil {
			return nil, &firewall.FactError{Fact: "server", Text: "pasv_address: " + err.Error(), Advice: "passive clients would be told no address; mend the name, or set an address"}
		}
		first, _, _ := strings.Cut(text, ",")
		told = netip.MustParseAddr(first)
	}
	switch {
	case slices.Contains(facts.Server, told), slices.Contains(facts.Public, told):
		return nil, nil
	case len(facts.Public) > 0:
		return []firewall.Note{{Topic: firewall.NoteNAT, Text: fmt.Sprintf("pasv_address is %s, but this firewall forwards %s: passive clients are sent elsewhere", told, facts.Public[0])}}, nil
	case len(facts.Server) > 0 && facts.At == firewall.Between:
		return []firewall.Note{{Topic: firewall.NoteNAT, Text: fmt.Sprintf("pasv_address is %s, which is not the server's own address: if this firewall forwards it to the server, say --public %s", told, told)}}, nil
	}
	return nil, nil
}
