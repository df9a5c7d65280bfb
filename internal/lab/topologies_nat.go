package lab

// behindClientNAT are the links of a client with a private address.
var behindClientNAT = []Link{{Net: privateNet, Private: true}, {Net: serverNet}}

// behindServerNAT are the links of a server with a private address.
var behindServerNAT = []Link{{Net: clientNet}, {Net: insideNet, Private: true}}

// publicAddress is the firewall's, at which a server behind it is found.
const publicAddress = "192.0.2.2"

const forwarded = "--at forward --server 10.2.0.2 --public " + publicAddress + usual

var translated = []Topology{
	{
		Name: "client-nat", About: "The client is behind a NAT without a helper: its PORT names an address that nobody can reach.",
		Hosts: []string{"client", "nat", "server"}, Links: behindClientNAT,
		Filters: map[string]Filter{"nat": {Facts: "--at forward --mode passive --masquerade --clients 10.1.0.0/24 --server 198.51.100.2" + usual}},
		Expect:  "* passive ok\n * active port-address-private server\n * active @vsftpd port-address-foreign server\n * active @pure-ftpd port-address-foreign server\n * active @proftpd active-refused nat",
	},
	{
		Name: "client-nat-helper", About: "The client is behind a NAT whose helper rewrites PORT. Under TLS it cannot.",
		Hosts: []string{"client", "nat", "server"}, Links: behindClientNAT,
		Filters: map[string]Filter{"nat": {Facts: "--at forward --mode both --state helper --masquerade --clients 10.1.0.0/24 --server 198.51.100.2" + usual}},
		Expect:  "none * ok\n explicit passive passive-no-connection nat\n explicit active port-address-private server\n explicit active @vsftpd port-address-foreign server\n explicit active @pure-ftpd port-address-foreign server",
	},
	{
		Name: "server-nat", About: "The server is behind a NAT that forwards port 21 and the range; pasv_address is right.",
		Hosts: []string{"client", "nat", "server"}, Links: behindServerNAT, Address: publicAddress,
		Filters: map[string]Filter{"nat": {Facts: forwarded + " --mode both"}},
		Server:  map[string]string{"pasv_address": publicAddress},
		Expect:  "* * ok",
	},
	{
		Name: "server-nat-wrong", About: "As server-nat, but pasv_address names another host. Clients that dial the control address do not care; others do.",
		Hosts: []string{"client", "nat", "server"}, Links: behindServerNAT, Address: publicAddress,
		Filters: map[string]Filter{"nat": {Facts: forwarded + " --mode both"}},
		Server:  map[string]string{"pasv_address": "192.0.2.99"},
		Expect:  "* * ok\n * pasv tnftp passive-address-foreign client\n * pasv lftp passive-no-connection client",
	},
	{
		Name: "server-nat-missing", About: "As server-nat, but pasv_address is not set, so that the 227 names the private address.",
		Hosts: []string{"client", "nat", "server"}, Links: behindServerNAT, Address: publicAddress,
		Filters: map[string]Filter{"nat": {Facts: forwarded + " --mode both"}},
		Expect:  "* * ok\n * pasv tnftp passive-address-foreign client",
	},
	{
		Name: "server-nat-helper", About: "The server is behind a NAT whose helper rewrites the 227 and forwards what it names. Under TLS it cannot.",
		Hosts: []string{"client", "nat", "server"}, Links: behindServerNAT, Address: publicAddress,
		Filters: map[string]Filter{"nat": {Facts: forwarded + " --mode both --state helper"}},
		Expect:  "none * ok\n explicit passive passive-no-connection nat\n explicit active active-timeout nat",
	},
	{
		Name: "server-nat-21", About: "The server is behind a NAT that forwards port 21 alone.",
		Hosts: []string{"client", "nat", "server"}, Links: behindServerNAT, Address: publicAddress,
		Filters: map[string]Filter{"nat": {Text: "table ip lab {\n\tchain inward {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tip daddr 192.0.2.2 tcp dport 21 dnat to 10.2.0.2\n\t}\n\tchain outward {\n\t\ttype nat hook postrouting priority srcnat;\n\t\tip saddr 10.2.0.0/24 oifname != \"to-server\" masquerade\n\t}\n}\n"}},
		Server:  map[string]string{"pasv_address": publicAddress},
		Expect:  "* passive passive-no-connection nat\n * active ok",
	},
	{
		Name: "double-nat", About: "The client is behind two NATs, as with a provider that shares addresses.",
		Hosts: []string{"client", "home", "provider", "server"},
		Links: []Link{{Net: privateNet, Private: true}, {Net: secondNet, Private: true}, {Net: serverNet}},
		Filters: map[string]Filter{
			"home":     {Facts: "--at forward --mode passive --masquerade --clients 10.1.0.0/24 --server 198.51.100.2" + usual},
			"provider": {Facts: "--at forward --mode passive --masquerade --clients 10.9.0.0/24 --server 198.51.100.2" + usual},
		},
		Expect: "* passive ok\n * active port-address-private server\n * active @vsftpd port-address-foreign server\n * active @pure-ftpd port-address-foreign server\n * active @proftpd active-refused provider",
	},
	{
		Name: "both-nat", About: "Both ends are behind NATs without helpers; the server's forwards the range, and pasv_address is right.",
		Hosts: []string{"client", "nat", "gate", "server"},
		Links: []Link{{Net: privateNet, Private: true}, {Net: middleNet}, {Net: insideNet, Private: true}}, Address: "203.0.113.2",
		Filters: map[string]Filter{
			"nat":  {Facts: "--at forward --mode passive --masquerade --clients 10.1.0.0/24 --server 203.0.113.2" + usual},
			"gate": {Facts: "--at forward --mode both --server 10.2.0.2 --public 203.0.113.2" + usual},
		},
		Server: map[string]string{"pasv_address": "203.0.113.2"},
		Expect: "* passive ok\n * active port-address-private server\n * active @vsftpd port-address-foreign server\n * active @pure-ftpd port-address-foreign server\n * active @proftpd active-refused nat",
	},
	{
		Name: "both-nat-helper", About: "Both ends are behind NATs with helpers: plain FTP works in every mode, and under TLS nothing does.",
		Hosts: []string{"client", "nat", "gate", "server"},
		Links: []Link{{Net: privateNet, Private: true}, {Net: middleNet}, {Net: insideNet, Private: true}}, Address: "203.0.113.2",
		Filters: map[string]Filter{
			"nat":  {Facts: "--at forward --mode both --state helper --masquerade --clients 10.1.0.0/24 --server 203.0.113.2" + usual},
			"gate": {Facts: "--at forward --mode both --state helper --server 10.2.0.2 --public 203.0.113.2" + usual},
		},
		Expect: "none * ok\n explicit passive passive-no-connection nat\n explicit active port-address-private server\n explicit active @vsftpd port-address-foreign server\n explicit active @pure-ftpd port-address-foreign server",
	},
}
