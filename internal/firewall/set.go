package firewall

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// FactNames lists the names that [Facts.Set] knows, as in the command line.
var FactNames = []string{
	"at", "mode", "state", "tls", "clients", "server", "control-port", "data-port", "passive-ports", "active-ports",
	"public", "masquerade", "keep", "outgoing", "knock-time",
}

// ReadFacts reads facts as they stand in a command line, with blanks between:
// "--at server --passive-ports 3000-4000". The error is that of [Facts.Set].
func ReadFacts(line string) (Facts, error) {
	var facts Facts
	words := strings.Fields(line)
	for i := 0; i < len(words); i++ {
		name, value, given := strings.Cut(strings.TrimPrefix(words[i], "--"), "=")
		switch {
		case given:
		case name == "masquerade":
			value = "true"
		case i+1 < len(words):
			i++
			value = words[i]
		}
		if err := facts.Set(name, value); err != nil {
			return facts, err
		}
	}
	return facts, nil
}

// Set reads one fact from text. Lists are separated by commas, and a later call
// replaces an earlier one. The error is a [FactError].
func (f *Facts) Set(name, value string) error {
	err := f.set(name, value)
	if err != nil {
		return &FactError{Fact: name, Text: err.Error()}
	}
	return nil
}

func (f *Facts) set(name, value string) (err error) {
	switch name {
	case "at":
		f.At = Place(value)
		return oneOf(value, "server", "client", "forward")
	case "mode":
		f.Active, f.Passive = value != "passive", value != "active"
		return oneOf(value, "active", "passive", "both")
	case "state":
		f.Tracking = Tracking(value)
		return oneOf(value, "helper", "conntrack", "none", "knock")
	case "tls":
		f.TLS = value != "none"
		if value == "implicit" && len(f.Control) == 0 {
			f.Control = []uint16{990}
		}
		return oneOf(value, "none", "explicit", "implicit")
	case "clients":
		f.Clients, err = list(value, parseNetwork)
	case "server":
		f.Server, err = list(value, parseAddress)
	case "public":
		f.Public, err = list(value, parseAddress)
	case "control-port":
		f.Control, err = list(value, parsePort)
	case "keep":
		f.Keep, err = list(value, parsePort)
	case "data-port":
		if f.DataPort = 0; value != "any" {
			f.DataPort, err = parsePort(value)
		}
	case "passive-ports":
		f.PassivePorts, err = parseRange(value)
	case "active-ports":
		f.ActivePorts, err = parseRange(value)
	case "masquerade":
		f.Masquerade, err = strconv.ParseBool(value)
	case "outgoing":
		f.Outgoing = Outgoing(value)
		return oneOf(value, "open", "closed")
	case "knock-time":
		f.KnockTime, err = time.ParseDuration(value)
		if err != nil || f.KnockTime < time.Second {
			return fmt.Errorf("%q is no time of a second or more, such as 5m", value)
		}
	default:
		return fmt.Errorf("there is no fact of this name")
	}
	return err
}

func oneOf(value string, words ...string) error {
	for _, w := range words {
		if value == w {
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s", value, strings.Join(words, ", "))
}

// list reads values that commas separate.
func list[T any](text string, parse func(string) (T, error)) ([]T, error) {
	var values []T
	for word := range strings.SplitSeq(text, ",") {
		v, err := parse(strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

func parsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no port (1 to 65535)", text)
	}
	return uint16(n), nil
}

// parseRange reads a range; "any" is every port from 1024 on.
func parseRange(text string) (Ports, error) {
	if text == "any" {
		return Unprivileged, nil
	}
	return ParsePorts(text)
}

func parseAddress(text string) (netip.Addr, error) {
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return a, fmt.Errorf("%q is no IP address", text)
	}
	return a.Unmap(), nil
}

// parseNetwork reads a network, or an address as the network of one host.
func parseNetwork(text string) (netip.Prefix, error) {
	if text == "any" {
		return netip.Prefix{}, fmt.Errorf("leave --clients out for clients from everywhere")
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
	}
	n, err := netip.ParsePrefix(text)
	if err != nil || n.Addr().Is4In6() {
		return n, fmt.Errorf("%q is no network such as 192.0.2.0/24 or 2001:db8::/32", text)
	}
	return n, nil
}
