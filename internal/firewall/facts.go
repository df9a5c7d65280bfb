package firewall

import (
	"net/netip"
	"time"
)

// Place is where the firewall stands.
type Place string

// The places.
const (
	AtServer Place = "server"  // on the server itself
	AtClient Place = "client"  // on the client itself
	Between  Place = "forward" // on a router or switch between both
)

// Tracking is what the firewall knows of a packet besides the packet.
type Tracking string

// The kinds of tracking.
const (
	// Helper follows connections and reads the control connection: the kernel's
	// nf_conntrack_ftp opens exactly the port that was negotiated. It cannot read
	// TLS.
	Helper Tracking = "helper"
	// Conntrack follows connections: answers are told from what opens one.
	Conntrack Tracking = "conntrack"
	// Stateless looks at each packet alone, as the ACL of a switch does. Answers are
	// told by their ACK or RST.
	Stateless Tracking = "none"
	// Knock follows connections, and opens the passive range to those addresses only
	// that have a live control connection. It needs no look into it, so TLS is fine.
	Knock Tracking = "knock"
)

// Outgoing is what a host may do besides FTP when it opens connections itself.
type Outgoing string

// The kinds.
const (
	// OutgoingOpen lets the host open what it likes, but for data connections of a
	// mode that is not wanted, as far as they can be told.
	OutgoingOpen Outgoing = "open"
	// OutgoingClosed lets the host send what FTP needs, and nothing else.
	OutgoingClosed Outgoing = "closed"
)

// Facts are what a plan is made from. [Make] fills in what is empty, and refuses
// what cannot be.
type Facts struct {
	At       Place
	Active   bool // PORT and EPRT: the server opens the data connection
	Passive  bool // PASV and EPSV: the client opens it
	Tracking Tracking

	// TLS says that control connections may be encrypted (AUTH TLS, or from their
	// start), so that no helper can read them.
	TLS bool

	// Clients are the networks that clients come from. Empty: everywhere, in the
	// families of the server's addresses.
	Clients []netip.Prefix
	// Server are the server's own addresses. Empty at the server: all of its own.
	Server []netip.Addr

	Control []uint16 // control ports; empty: 21
	// DataPort is the port that the server opens active data connections from
	// (ftp_data_port, 20). 0: any, as with connect_from_port_20=NO.
	DataPort uint16
	// PassivePorts are pasv_min_port to pasv_max_port. Zero: any from 1024 on.
	PassivePorts Ports
	// ActivePorts are the ports at which clients wait for active data connections.
	// Zero: 1024 to 65535.
	ActivePorts Ports

	// Public are the addresses that clients dial where this firewall forwards them to
	// Server (one for one, in the order of Server). Only between.
	Public []netip.Addr
	// Masquerade says that clients leave with this firewall's own address. Only
	// between.
	Masquerade bool

	// Keep are further TCP ports of this host that stay reachable, such as 22. Only at
	// a host.
	Keep []uint16
	// Outgoing is for hosts. Empty: open, where connections are followed.
	Outgoing Outgoing

	// KnockTime is how long an address may be silent on its control connections
	// before its passive ports close. 0: 310 s, just above the time after which a
	// server ends an idle session (idle_session_timeout).
	KnockTime time.Duration
}

// DefaultKnockTime is the KnockTime of facts that name none.
const DefaultKnockTime = 310 * time.Second

// Host says whether the firewall stands on one of the two ends.
func (f *Facts) Host() bool { return f.At != Between }

// Stateful says whether the firewall follows connections.
func (f *Facts) Stateful() bool { return f.Tracking != Stateless }

// Inward is the direction of packets that come in to the host.
func (f *Facts) Inward() Side {
	if f.At == AtClient {
		return Client
	}
	return Server
}
