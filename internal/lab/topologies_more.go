package lab

// highPorts is a hop that does something to all that goes to high ports.
func highPorts(verdict string) string {
	return "table inet lab {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n" +
		"\t\ttcp dport 1024-65535 ct state new " + verdict + "\n\t}\n}\n"
}

// noICMPForward is the fault of a firewall that takes ICMP for dangerous.
const noICMPForward = "table inet lab {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tip protocol icmp drop\n\t}\n}\n"

var threeLinks = []Link{{Net: clientNet}, {Net: middleNet}, {Net: serverNet}}

var faulty = []Topology{
	{
		Name: "black-hole", About: "A provider in the middle drops connections to high ports, and says nothing.",
		Hosts: []string{"client", "isp", "router", "server"}, Links: threeLinks,
		Filters: map[string]Filter{"isp": {Text: highPorts("drop")}},
		Expect:  "* passive passive-no-connection isp\n * active active-timeout isp",
	},
	{
		Name: "reject", About: "A hop in the middle rejects connections to high ports, and says so.",
		Hosts: []string{"client", "isp", "router", "server"}, Links: threeLinks,
		Filters: map[string]Filter{"isp": {Text: highPorts("reject with icmpx admin-prohibited")}},
		Expect:  "* passive passive-no-connection isp\n * active active-unreachable isp",
	},
	{
		Name: "reset", About: "A hop in the middle answers connections to high ports with a reset.",
		Hosts: []string{"client", "isp", "router", "server"}, Links: threeLinks,
		Filters: map[string]Filter{"isp": {Text: highPorts("reject with tcp reset")}},
		Expect:  "* passive passive-no-connection isp\n * active active-refused isp",
	},
	{
		Name: "small-mtu", About: "A tunnel in the middle carries 600 bytes, and says so to who sends more.",
		Hosts: []string{"client", "a", "b", "server"}, Links: []Link{{Net: clientNet}, {Net: middleNet, MTU: 600}, {Net: serverNet}},
		Expect: "* * ok",
	},
	{
		Name: "mtu-black-hole", About: "A tunnel in the middle carries 600 bytes, and firewalls drop the ICMP that says so: small files work, large ones stall, and so does a handshake of TLS.",
		Hosts:   []string{"client", "edge", "tunnel", "end", "fw", "server"},
		Links:   []Link{{Net: clientNet}, {Net: "203.0.113.0/30"}, {Net: "203.0.113.4/30", MTU: 600}, {Net: "203.0.113.8/30"}, {Net: serverNet}},
		Filters: map[string]Filter{"edge": {Text: noICMPForward}, "fw": {Text: noICMPForward}},
		Expect:  "none * data-timeout fw\n explicit * data-timeout edge\n explicit * curl data-timeout fw\n explicit * lftp data-timeout fw",
	},
}

// six is a topology of IPv6.
func six(t Topology) Topology {
	t.IPv6 = true
	return t
}

var versionSix = []Topology{
	six(Topology{Name: "ipv6-open", About: "IPv6, a router between and no filter.", Hosts: []string{"client", "router", "server"}, Links: direct, Expect: "* * ok"}),
	six(routed("ipv6-passive", "IPv6, a router with the rules of passive mode.", "--at forward --mode passive"+ends6, "* passive ok\n * active active-timeout fw")),
	six(routed("ipv6-active", "IPv6, a router with the rules of active mode.", "--at forward --mode active"+ends6, "* passive passive-no-connection fw\n * active ok")),
	six(routed("ipv6-helper", "IPv6, a router with the FTP helper.", "--at forward --mode both --state helper"+ends6,
		"none * ok\n explicit passive passive-no-connection fw\n explicit active active-timeout fw")),
	six(host("ipv6-server-knock", "IPv6, the server's own firewall knocks.", "server",
		Filter{Facts: "--at server --mode passive --state knock --tls explicit" + ends6}, "* passive ok\n * active active-timeout server")),
}

// serversOwn are faults of the server's configuration, on an open network.
var serversOwn = []Topology{
	{
		Name: "pasv-off", About: "The server has passive mode switched off (pasv_enable=NO).", Hosts: []string{"client", "router", "server"}, Links: direct,
		Server: map[string]string{"pasv_enable": "NO"}, Expect: "* passive passive-disabled server\n * active ok",
	},
	{
		Name: "port-off", About: "The server has active mode switched off (port_enable=NO).", Hosts: []string{"client", "router", "server"}, Links: direct,
		Server: map[string]string{"port_enable": "NO"}, Expect: "* passive ok\n * active port-disabled server",
	},
	{
		Name: "tls-reuse", About: "The server wants data connections to resume the TLS session of their control connection.", Hosts: []string{"client", "router", "server"}, Links: direct,
		Server: map[string]string{"require_ssl_reuse": "YES"}, Expect: "* * ok",
	},
}
