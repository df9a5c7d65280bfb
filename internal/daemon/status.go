package daemon

import (
	"net/netip"

	"ferry/internal/certs"
	"ferry/internal/config"
	"ferry/internal/netx"
)

// Status is what a running server can say of itself.
type Status struct {
	// Control are the addresses that listen, Implicit those where TLS comes
	// first.
	Control, Implicit []netip.AddrPort
	// Fingerprints are the SHA-256 fingerprints of the certificates; none if
	// there is no TLS.
	Fingerprints []string
	Passive      PassiveStatus
	Active       ActiveStatus
}

// PassiveStatus is about PASV and EPSV.
type PassiveStatus struct {
	Enabled  bool
	Min, Max uint16
	// Advertised is the address for 227 replies; invalid is the one that the
	// client dialled.
	Advertised netip.Addr
}

// ActiveStatus is about PORT and EPRT.
type ActiveStatus struct {
	Enabled bool
	// SourcePort is where connections come from; 0 is any free port.
	SourcePort uint16
	// Err is why the port that the settings want is not to be had.
	Err error
}

// Status tells how the server stands.
func (d *Daemon) Status() Status {
	s := &d.opts.Settings
	st := Status{Active: d.active}
	for _, l := range d.listeners {
		if addr := netx.AddrPort(l.Addr()); l.implicit {
			st.Implicit = append(st.Implicit, addr)
		} else {
			st.Control = append(st.Control, addr)
		}
	}
	if d.transport != nil {
		for _, leaf := range d.transport.source.Leaves() {
			st.Fingerprints = append(st.Fingerprints, certs.Fingerprint(leaf))
		}
	}
	st.Passive.Enabled = s.PasvEnable
	st.Passive.Min, st.Passive.Max = s.PassiveRange()
	st.Passive.Advertised = d.advertise.Addr()
	return st
}

// activeStatus finds out where active connections will come from.
func activeStatus(s *config.Settings) ActiveStatus {
	st := ActiveStatus{Enabled: s.PortEnable}
	if !s.PortEnable || !s.ConnectFromPort20 {
		return st
	}
	port := uint16(s.FTPDataPort)
	if st.Err = probe(port); st.Err == nil {
		st.SourcePort = port
	}
	return st
}
