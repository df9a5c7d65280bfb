package lab

// The usual networks: addresses for documentation (RFC 5737) as public ones, and
// private ones (RFC 1918) behind NATs.
const (
	clientNet  = "192.0.2.0/24"
	serverNet  = "198.51.100.0/24"
	middleNet  = "203.0.113.0/24"
	privateNet = "10.1.0.0/24"
	secondNet  = "10.9.0.0/24"
	insideNet  = "10.2.0.0/24"
	clientNet6 = "2001:db8:1::/64"
	serverNet6 = "2001:db8:2::/64"
	usual      = " --data-port 20 --passive-ports 50000-50099"
	ends       = " --clients 192.0.2.0/24 --server 198.51.100.2" + usual
	ends6      = " --clients 2001:db8:1::/64 --server 2001:db8:2::2" + usual
)

// onlyControl is what many how-tos leave behind: port 21 and answers.
const onlyControl = `table inet lab {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established accept
		tcp dport 21 ct state new accept
		meta l4proto { icmp, ipv6-icmp } accept
	}
}
`

var direct = []Link{{Net: clientNet, Net6: clientNet6}, {Net: serverNet, Net6: serverNet6}}

// routed is a topology of client, firewall and server, with these rules.
func routed(name, about, facts, expect string) Topology {
	return Topology{
		Name: name, About: about, Hosts: []string{"client", "fw", "server"}, Links: direct,
		Filters: map[string]Filter{"fw": {Facts: facts}}, Expect: expect,
	}
}

// Topologies are all of them.
var Topologies = concat(routedOnes, hostOnes, translated, faulty, versionSix, serversOwn)

func concat(lists ...[]Topology) []Topology {
	var all []Topology
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var routedOnes = []Topology{
	{
		Name: "open", About: "A router between client and server, and no filter at all.",
		Hosts: []string{"client", "router", "server"}, Links: direct,
		Expect: "* * ok",
	},
	{
		Name: "routed-21", About: "A router that lets port 21 and answers through, and drops the rest: login works, ls hangs.",
		Hosts: []string{"client", "fw", "server"}, Links: direct,
		Filters: map[string]Filter{"fw": {Text: onlyControl}},
		Expect:  "* passive passive-no-connection fw\n * active active-timeout fw",
	},
	routed("routed-passive", "A router with the rules of passive mode.",
		"--at forward --mode passive"+ends, "* passive ok\n * active active-timeout fw"),
	routed("routed-active", "A router with the rules of active mode.",
		"--at forward --mode active"+ends, "* passive passive-no-connection fw\n * active ok"),
	routed("routed-both", "A router with the rules of both modes.",
		"--at forward --mode both"+ends, "* * ok"),
	routed("routed-helper", "A router whose FTP helper opens what is negotiated, in both modes. TLS blinds it.",
		"--at forward --mode both --state helper"+ends,
		"none * ok\n explicit passive passive-no-connection fw\n explicit active active-timeout fw"),
	routed("routed-helper-passive", "A router with the FTP helper and the rules of passive mode alone.",
		"--at forward --mode passive --state helper"+ends,
		"none passive ok\n none active active-timeout fw\n explicit passive passive-no-connection fw\n explicit active active-timeout fw"),
	routed("routed-helper-active", "A router with the FTP helper and the rules of active mode alone.",
		"--at forward --mode active --state helper"+ends,
		"none active ok\n none passive passive-no-connection fw\n explicit passive passive-no-connection fw\n explicit active active-timeout fw"),
	routed("acl-passive", "A switch that looks at each packet alone, with the access list of passive mode.",
		"--at forward --mode passive --state none"+ends, "* passive ok\n * active active-timeout fw"),
	routed("acl-active", "A switch that looks at each packet alone, with the access list of active mode.",
		"--at forward --mode active --state none"+ends, "* passive passive-no-connection fw\n * active ok"),
	routed("routed-knock", "A router that opens the passive ports to addresses with a live control connection, and to nobody else.",
		"--at forward --mode passive --state knock --tls explicit"+ends, "* passive ok\n * active active-timeout fw"),
}

// host is a topology with a filter on one of the ends.
func host(name, about, on string, filter Filter, expect string) Topology {
	return Topology{
		Name: name, About: about, Hosts: []string{"client", "router", "server"}, Links: direct,
		Filters: map[string]Filter{on: filter}, Expect: expect,
	}
}

var hostOnes = []Topology{
	host("client-closed", "The client's own firewall lets nothing in: active mode ends there.", "client",
		Filter{Facts: "--at client --mode passive" + ends}, "* passive ok\n * active active-timeout client"),
	host("client-active", "The client's own firewall has the rules of active mode, and keeps it from opening passive data connections.", "client",
		Filter{Facts: "--at client --mode active" + ends}, "* passive passive-no-connection client\n * active ok"),
	host("server-21", "The server's own firewall has port 21 open and nothing else.", "server",
		Filter{Text: "table inet lab {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established,related accept\n\t\ttcp dport 21 accept\n\t\tmeta l4proto { icmp, ipv6-icmp } accept\n\t\tiif lo accept\n\t}\n}\n"},
		"* passive passive-no-connection server\n * active ok"),
	host("server-range", "The server's own firewall has the rules of passive mode: port 21 and the range.", "server",
		Filter{Facts: "--at server --mode passive" + ends}, "* passive ok\n * active active-timeout server"),
	host("server-active", "The server's own firewall has the rules of active mode.", "server",
		Filter{Facts: "--at server --mode active" + ends}, "* passive passive-no-connection server\n * active ok"),
	host("server-helper", "The server's own firewall has the FTP helper. Under TLS only what the server opens itself gets through.", "server",
		Filter{Facts: "--at server --mode both --state helper" + ends},
		"none * ok\n explicit passive passive-no-connection server\n explicit active ok"),
	host("server-knock", "The server's own firewall opens the passive ports to addresses with a live control connection.", "server",
		Filter{Facts: "--at server --mode passive --state knock --tls explicit" + ends}, "* passive ok\n * active active-timeout server"),
	host("server-acl", "The server's own firewall follows no connections, and has the rules of both modes.", "server",
		Filter{Facts: "--at server --mode both --state none" + ends}, "* * ok"),
}
