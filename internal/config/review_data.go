package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// numbers warns of values that no port and no mode has.
func (r *reviewer) numbers() {
	for _, limit := range []struct {
		name        string
		value       uint32
		least, most uint32
	}{
		{"listen_port", r.set.ListenPort, 1, 65535},
		{"ftp_data_port", r.set.FTPDataPort, 0, 65535},
		{"anon_umask", r.set.AnonUmask, 0, 0o777},
		{"local_umask", r.set.LocalUmask, 0, 0o777},
		{"file_open_mode", r.set.FileOpenMode, 0, 0o7777},
		{"chown_upload_mode", r.set.ChownUploadMode, 0, 0o7777},
	} {
		if limit.value >= limit.least && limit.value <= limit.most {
			continue
		}
		if a, ok := r.config.assignment(limit.name); ok {
			if _, fault := parseNumber(a.Value); fault != numberGood {
				continue // that is complained about already
			}
		}
		message := fmt.Sprintf("%s=%d is no port", limit.name, limit.value)
		hint := fmt.Sprintf("write a number from %d to %d", limit.least, limit.most)
		if o, _ := Lookup(limit.name); o.Octal() {
			message = fmt.Sprintf("%s=%#o has more than permission bits", limit.name, limit.value)
			hint = fmt.Sprintf("write a number up to %#o", limit.most)
		}
		r.add(limit.name, Warning, CauseNumberRange, message, hint)
	}
}

// passiveRange warns of a passive range that is not the one that is written.
func (r *reviewer) passiveRange() {
	if !r.set.PasvEnable {
		return
	}
	least, most := r.set.PasvMinPort, r.set.PasvMaxPort
	lowest, highest := r.set.PassiveRange()
	used := fmt.Sprintf("passive ports are %d to %d", lowest, highest)
	ignored := func(name string, value uint32) bool {
		if value == 0 || value >= 1024 && value <= 65535 {
			return false
		}
		r.add(name, Warning, CauseRangePort, fmt.Sprintf("%s=%d is ignored: %s", name, value, used),
			"write a port from 1024 to 65535")
		return true
	}
	badLeast := ignored("pasv_min_port", least)
	badMost := ignored("pasv_max_port", most)
	if badLeast || badMost {
		return
	}
	given := r.assigned("pasv_min_port")
	switch {
	case most != 0 && most < uint32(lowest) && given:
		r.add("pasv_max_port", Warning, CauseRangeInverted,
			fmt.Sprintf("pasv_min_port=%d is above pasv_max_port=%d: %s", least, most, used),
			"exchange the two")
	case most != 0 && most < uint32(lowest):
		r.add("pasv_max_port", Warning, CauseRangeInverted,
			fmt.Sprintf("pasv_max_port=%d is below the default pasv_min_port=%d: %s", most, least, used),
			"set pasv_min_port too")
	case most != 0 && !given:
		r.add("pasv_max_port", Warning, CauseRangeHalf,
			fmt.Sprintf("pasv_max_port is set, pasv_min_port is not and has the default %d: %s", least, used),
			"set pasv_min_port too")
	case most == 0 && given && least != 0:
		r.add("pasv_min_port", Note, CauseRangeHalf,
			"pasv_min_port is set, pasv_max_port is not: "+used,
			"set pasv_max_port too, and open that range in the firewall")
	}
}

// passiveAddress warns of an address that no client can use. vsftpd finds it at
// the first PASV, and ends the session.
func (r *reviewer) passiveAddress() {
	text := r.set.PasvAddress
	if text == "" {
		return
	}
	shown := "pasv_address=" + escape(text, maxShown)
	addr, err := netip.ParseAddr(text)
	switch {
	case r.set.PasvAddrResolve && err != nil:
		if !hostName(text) {
			r.add("pasv_address", Warning, CausePassiveAddress, shown+" is no host name", "write the name of a host")
		}
	case err != nil && hostName(text) && strings.ContainsFunc(text, letter):
		r.add("pasv_address", Warning, CausePassiveAddress, shown+" is no IPv4 address",
			"write a.b.c.d, or set pasv_addr_resolve=YES to look up a host name")
	case err != nil:
		r.add("pasv_address", Warning, CausePassiveAddress, shown+" is no IPv4 address", "write a.b.c.d")
	case !addr.Is4():
		r.add("pasv_address", Warning, CausePassiveAddress, shown+" is no IPv4 address",
			"the reply to PASV has room for IPv4 only; IPv6 clients use EPSV, which needs no address")
	case addr.IsUnspecified():
		r.add("pasv_address", Warning, CausePassiveUnspecified, shown+" is an address that no client can connect to",
			"write the address that clients dial, or remove the line")
	case addr.IsMulticast() || addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		r.add("pasv_address", Warning, CausePassiveAddress, shown+" is the address of no single host",
			"write the address that clients dial, or remove the line")
	}
}

// listenAddresses warns of addresses that are not listened on. Of those that
// are, Validate takes care.
func (r *reviewer) listenAddresses() {
	for _, l := range []struct {
		name, address, option string
		on                    bool
	}{
		{"listen_address", r.set.ListenAddress, "listen", r.set.Listen},
		{"listen_address6", r.set.ListenAddress6, "listen_ipv6", r.set.ListenIPv6},
	} {
		if l.address != "" && !l.on {
			r.add(l.name, Note, CauseWithoutEffect, l.name+" has no effect without "+l.option, "set "+l.option+"=YES")
		}
	}
}

// timeouts tells of limits that are off.
func (r *reviewer) timeouts() {
	idle, data := r.set.IdleSessionTimeout, r.set.DataConnectionTimeout
	if (idle == 0) != (data == 0) {
		name := "idle_session_timeout"
		if data == 0 {
			name = "data_connection_timeout"
		}
		r.add(name, Warning, CauseOneTimeout,
			"of idle_session_timeout and data_connection_timeout only one is on, with which vsftpd behaves oddly",
			"set both, or none")
		return
	}
	for _, t := range []struct {
		name  string
		value uint32
	}{
		{"idle_session_timeout", idle},
		{"data_connection_timeout", data},
		{"accept_timeout", r.set.AcceptTimeout},
		{"connect_timeout", r.set.ConnectTimeout},
	} {
		if t.value == 0 {
			r.add(t.name, Note, CauseNoTimeout,
				t.name+"=0 lets a session wait for a peer that is gone as long as TCP does",
				"set a number of seconds")
		}
	}
}

// hostName reports whether text has the form of a host name (RFC 1123 §2.1),
// with the underscores that some networks use.
func hostName(text string) bool {
	if len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(text, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool { return !letter(r) && (r < '0' || r > '9') && r != '-' && r != '_' }) {
			return false
		}
	}
	return true
}

func letter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
