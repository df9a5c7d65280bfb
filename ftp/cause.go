package ftp

// Cause names why something about a data connection (or a session) failed:
// a stable word in kebab-case that is the same in the reply, the log, the metric
// and the documentation, from release to release.
type Cause string

// The causes. Causes lists them with their explanation.
const (
	CauseNoDataPort           Cause = "no-data-port"
	CausePortMalformed        Cause = "port-malformed"
	CausePortAddressForeign   Cause = "port-address-foreign"
	CausePortAddressPrivate   Cause = "port-address-private"
	CausePortReserved         Cause = "port-reserved"
	CausePortDisabled         Cause = "port-disabled"
	CausePassiveDisabled      Cause = "passive-disabled"
	CauseEPSVAll              Cause = "epsv-all"
	CausePassiveFamily        Cause = "passive-family-mismatch"
	CausePassiveRangeBusy     Cause = "passive-range-exhausted"
	CausePassiveSlotBusy      Cause = "passive-slot-busy"
	CausePassiveNoConnection  Cause = "passive-no-connection"
	CausePassivePeerMismatch  Cause = "passive-peer-mismatch"
	CausePassiveNoAddress     Cause = "passive-address-unknown"
	CausePassiveReply         Cause = "passive-reply-garbled"
	CausePassiveForeign       Cause = "passive-address-foreign"
	CauseActiveRefused        Cause = "active-refused"
	CauseActiveTimeout        Cause = "active-timeout"
	CauseActiveUnreachable    Cause = "active-unreachable"
	CauseActiveSourcePortBusy Cause = "active-source-port-busy"
	CauseActiveSourcePortPriv Cause = "active-source-port-privilege"
	CauseDataTimeout          Cause = "data-timeout"
	CauseDataReset            Cause = "data-connection-lost"
	CauseTLSHandshake         Cause = "tls-handshake-failed"
	CauseTLSNotResumed        Cause = "tls-session-not-resumed"
	CauseTLSCertificate       Cause = "tls-certificate-mismatch"
	CauseTLSTruncated         Cause = "tls-truncated"
	CauseThirdParty           Cause = "third-party-refused"
	CauseAborted              Cause = "aborted"
	CauseControlLost          Cause = "control-connection-lost"
	CauseShutdown             Cause = "server-shutdown"
	CauseIdle                 Cause = "idle-timeout"
	CauseLoginFailures        Cause = "login-failures"
	CauseLoginTimeout         Cause = "login-timeout"
	CauseSessionTimeout       Cause = "session-timeout"
	CauseTransferTimeout      Cause = "transfer-timeout"
	CauseLoginLocked          Cause = "login-locked"
	CauseConnectRate          Cause = "connect-rate-exceeded"
	CauseTooManySessions      Cause = "too-many-sessions"
	CauseProtocol             Cause = "protocol-violation"
	CauseInternal             Cause = "internal-error"
)

// CauseInfo explains one cause: what happened, and what to do about it.
type CauseInfo struct {
	Cause   Cause
	Meaning string
	Advice  string
}

// Causes lists every cause, in the order of the documentation.
func Causes() []CauseInfo {
	return []CauseInfo{
		{CauseNoDataPort, "a transfer was asked for before PORT, EPRT, PASV or EPSV", "send one of them before each transfer"},
		{CausePortMalformed, "the argument of PORT or EPRT is not a host and port", "PORT takes h1,h2,h3,h4,p1,p2, EPRT |1|address|port| or |2|address|port|"},
		{CausePortAddressForeign, "PORT or EPRT names an address that is not the client's own", "use passive mode; the server's port_promiscuous=YES allows it, and lets the server be used to attack others (RFC 2577)"},
		{CausePortAddressPrivate, "PORT or EPRT names a private address while the client arrives from a public one: it is behind a NAT that did not translate the command", "use passive mode, or tell the client its public address and forward the port range to it"},
		{CausePortReserved, "PORT or EPRT names a port below 1024", "use a port from 1024 on (RFC 2577)"},
		{CausePortDisabled, "active mode is switched off at the server (port_enable=NO)", "use passive mode"},
		{CausePassiveDisabled, "passive mode is switched off at the server (pasv_enable=NO)", "use active mode"},
		{CauseEPSVAll, "the client sent EPSV ALL and then another data connection command", "only EPSV may follow (RFC 2428 §4)"},
		{CausePassiveFamily, "PASV on an IPv6 control connection, or EPSV for another family", "use EPSV without an argument"},
		{CausePassiveRangeBusy, "no port of the passive range could be opened", "widen pasv_min_port to pasv_max_port, or stop what else uses those ports"},
		{CausePassiveSlotBusy, "every passive port already waits for a connection from this client address", "widen the passive range: sessions from one address wait on different ports"},
		{CausePassiveNoConnection, "the client did not connect to the passive port in time", "a firewall or NAT between blocks the passive range, or the advertised address is wrong (pasv_address)"},
		{CausePassivePeerMismatch, "only others than the client's control address connected to the passive port", "the client's connections leave by different addresses: fix the routing, or set pasv_promiscuous=YES"},
		{CausePassiveNoAddress, "the server has no IPv4 address to advertise in a 227 reply", "use EPSV, or set pasv_address"},
		{CausePassiveReply, "the reply to PASV or EPSV has no address and port that can be read", "a device between may have changed it: use TLS, or active mode"},
		{CausePassiveForeign, "the reply to PASV names an address that may be somebody else's: more private than the server's own, or with a port below 1024", "the server should announce its own address (pasv_address), or the user say that the address can be trusted"},
		{CauseActiveRefused, "the client's data port refused the server's connection", "nothing listens there, or the client's firewall rejects it: use passive mode"},
		{CauseActiveTimeout, "the client's data port did not answer in time", "the client's firewall or NAT drops connections from the server: use passive mode"},
		{CauseActiveUnreachable, "the client's data address cannot be reached from the server", "use passive mode, or fix the route"},
		{CauseActiveSourcePortBusy, "the source port for active data connections was taken, a free one was used", "a firewall that wants source port 20 may block it; too many short transfers to one port"},
		{CauseActiveSourcePortPriv, "the source port for active data connections needs a privilege that the server lacks, a free one is used", "start as root or with CAP_NET_BIND_SERVICE, or set connect_from_port_20=NO"},
		{CauseDataTimeout, "no byte moved on the data connection for data_connection_timeout seconds", "the peer stopped reading or sending, or a firewall forgot the connection"},
		{CauseDataReset, "the data connection broke", "the peer closed it, or a device between did"},
		{CauseTLSHandshake, "TLS could not be agreed on", "the log has the reason: no common version or cipher, a certificate that was refused, or a peer that does not speak TLS there"},
		{CauseTLSNotResumed, "the data connection did not resume the TLS session of its control connection, which proves that both belong together", "use a client that resumes sessions, or set require_ssl_reuse=NO"},
		{CauseTLSCertificate, "the client of the data connection did not show the certificate of its control connection", "use a client that resumes sessions, or that shows the same certificate on both connections"},
		{CauseTLSTruncated, "the peer ended a TLS connection without close_notify, so the data may not be whole", "the client is at fault, or a device between cut the connection; strict_ssl_read_eof=NO takes such uploads for whole"},
		{CauseThirdParty, "SSCN or CPSV asked for a data connection under TLS to another server, which is not allowed", "let the client carry the file; pasv_promiscuous=YES or port_promiscuous=YES with require_ssl_reuse=NO allow it, and let the server be used to attack others (RFC 2577)"},
		{CauseAborted, "the client aborted the transfer", "nothing"},
		{CauseControlLost, "the control connection broke during the transfer", "a NAT or firewall may have dropped it while idle: use TCP keepalive"},
		{CauseShutdown, "the server is stopping", "connect again later"},
		{CauseIdle, "no command came for idle_session_timeout seconds", "send NOOP, or raise the limit"},
		{CauseLoginFailures, "too many wrong logins in one session (max_login_fails)", "check name and password"},
		{CauseLoginTimeout, "the client did not log in within login_timeout seconds", "log in sooner, or raise the limit"},
		{CauseSessionTimeout, "the session lasted session_timeout seconds", "connect again, or raise the limit"},
		{CauseTransferTimeout, "the transfer lasted transfer_timeout seconds", "go on from where it ended (REST), or raise the limit"},
		{CauseLoginLocked, "too many logins failed from the client's network of late (lockout_per_ip)", "wait for the time that the reply tells, and check names and passwords of all that connect from there"},
		{CauseConnectRate, "too many connections come from the client's network (connect_rate_per_ip)", "connect less often, or raise the limit: some clients open a session for each file"},
		{CauseTooManySessions, "there are as many sessions as max_clients, max_per_ip or max_per_user allow", "end other sessions, or raise the limit"},
		{CauseProtocol, "what came on the control connection is not FTP", "nothing, unless the client is a real one: it may speak another protocol"},
		{CauseInternal, "a fault of the server itself ended the session", "report it, with the lines of the log"},
	}
}
