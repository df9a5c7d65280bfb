package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// lowestPassive is the lowest port that passive data connections may use, as for
// pasv_min_port: those below are for services.
const lowestPassive = 1024

// portRangeFlag is --passive-ports. The zero value is no range.
type portRangeFlag struct {
	min, max uint16
}

// String implements pflag.Value.
func (f *portRangeFlag) String() string {
	switch f.max {
	case 0:
		return ""
	case f.min:
		return strconv.Itoa(int(f.min))
	}
	return fmt.Sprintf("%d-%d", f.min, f.max)
}

// Type implements pflag.Value.
func (f *portRangeFlag) Type() string { return "low-high" }

// Set implements pflag.Value: LOW-HIGH, or one port.
func (f *portRangeFlag) Set(text string) error {
	low, high, isRange := strings.Cut(text, "-")
	if !isRange {
		high = low
	}
	first, err1 := strconv.ParseUint(low, 10, 16)
	last, err2 := strconv.ParseUint(high, 10, 16)
	switch {
	case err1 != nil || err2 != nil || first < lowestPassive || last < lowestPassive:
		return fmt.Errorf("want LOW-HIGH or one port, each from %d to 65535, such as 40000-40009", lowestPassive)
	case first > last:
		return fmt.Errorf("want LOW-HIGH, and %d is above %d", first, last)
	}
	f.min, f.max = uint16(first), uint16(last)
	return nil
}

// publicFlag is --public-address: what replies to PASV advertise.
type publicFlag struct {
	host string
	name bool // it is a name, not an address
}

// String implements pflag.Value.
func (f *publicFlag) String() string { return f.host }

// Type implements pflag.Value.
func (f *publicFlag) Type() string { return "address-or-name" }

// Set implements pflag.Value: an IPv4 address, or a host name.
func (f *publicFlag) Set(text string) error {
	addr, err := netip.ParseAddr(text)
	switch {
	case err == nil && !addr.Unmap().Is4():
		return errors.New("want an IPv4 address or a host name: IPv6 clients send EPSV, whose reply has no address")
	case err == nil && addr.Unmap().IsUnspecified():
		return errors.New("want the IPv4 address or host name that clients can connect to")
	case err == nil:
		f.host, f.name = addr.Unmap().String(), false
		return nil
	case !isHostName(text):
		return errors.New("want an IPv4 address or a host name, such as 203.0.113.5 or ftp.example.com")
	}
	f.host, f.name = text, true
	return nil
}

// isHostName reports a name of letters, digits, hyphens and dots that is no
// misspelt address (RFC 1123 §2.1).
func isHostName(s string) bool {
	if len(s) > 253 {
		return false
	}
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	_, err := strconv.Atoi(labels[len(labels)-1])
	return err != nil
}
