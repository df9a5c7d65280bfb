package peers

import (
	"slices"
	"strconv"
	"testing"
)

// NameOpenssl is the program openssl in .peers/bin.
const NameOpenssl = "openssl"

// SecureServer is a server that speaks TLS: by AUTH TLS at Addr, from the first
// byte at Implicit.
type SecureServer struct {
	*Server
	Implicit string // host:port
}

// FerryTLS starts `ferry serve` as Ferry does, with TLS, for anonymous too, at two
// ports. cfg.Options win over what it sets. Its Output is a log at the level
// debug, one JSON object a line.
func FerryTLS(t testing.TB, cfg Config, cert Certificate) *SecureServer {
	t.Helper()
	path := BuildFerry(t)
	cfg.fill(t)
	implicit, err := freePort(cfg.IPv6)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Options = append([]string{
		"ssl_enable=YES",
		"allow_anon_ssl=YES",
		"rsa_cert_file=" + cert.CertFile,
		"rsa_private_key_file=" + cert.KeyFile,
		"implicit_ssl_port=" + strconv.Itoa(implicit.Port),
	}, cfg.Options...)
	args, env := usersOf(cfg)
	pr := vsftpdLike(NameFerry, path, slices.Concat([]string{"serve", "--log-level", "debug", "--log-format", "json"}, args), cfg)
	pr.env = env
	s := pr.start(t, cfg)
	return &SecureServer{Server: s, Implicit: implicit.String()}
}
