package interop_test

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"

	"ferry/ftpclient"
	"ferry/internal/peers"
)

// A libraryServer is a server against which the client library is tried.
type libraryServer struct {
	name string
	// secure says that it has TLS here.
	secure bool
	start  func(t *testing.T, secure bool) libraryTarget
	// lacks are the modes that it does not know.
	lacks []ftpclient.Mode
}

// A libraryTarget is one that runs.
type libraryTarget struct {
	addr           string
	user, password string
	dir            string // where the user may write
	tls            *tls.Config
}

// dial logs in, and goes to where the user may write.
func (tg *libraryTarget) dial(t *testing.T, cfg ftpclient.Config, version uint16) *ftpclient.Conn {
	t.Helper()
	if version != 0 {
		cfg.TLS, cfg.TLSConfig = ftpclient.TLSExplicit, tg.tls.Clone()
		cfg.TLSConfig.MinVersion, cfg.TLSConfig.MaxVersion = version, version
	}
	c, err := ftpclient.Dial(t.Context(), tg.addr, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // after a test that went well it is closed already
	if err := c.Login(t.Context(), tg.user, tg.password, ""); err != nil {
		t.Fatal(err)
	}
	if tg.dir != "" {
		if err := c.Chdir(t.Context(), tg.dir); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// anonymousTarget is where anonymous writes in peers.Incoming.
func anonymousTarget(s *peers.Server, cert *peers.Certificate) libraryTarget {
	tg := libraryTarget{addr: s.Addr, user: "anonymous", password: peers.AnonymousPassword, dir: peers.Incoming}
	if cert != nil {
		tg.tls = &tls.Config{RootCAs: cert.Pool}
	}
	return tg
}

// libraryServers are all that can be had.
func libraryServers() []libraryServer {
	return []libraryServer{
		{name: peers.NameFerry, secure: true, start: func(t *testing.T, secure bool) libraryTarget {
			if !secure {
				return anonymousTarget(peers.FerryDir(t, peers.Config{Write: true}), nil)
			}
			cert := peers.NewCertificate(t)
			s := peers.FerryTLS(t, peers.Config{Write: true, Options: []string{"require_ssl_reuse=YES", "strict_ssl_read_eof=YES"}}, cert)
			return anonymousTarget(s.Server, &cert)
		}},
		{name: peers.NameVsftpd, secure: true, start: startLibraryVsftpd},
		{name: peers.NamePureFTPd, secure: true, start: func(t *testing.T, secure bool) libraryTarget {
			if !secure {
				return anonymousTarget(peers.PureFTPd(t, peers.Config{Write: true}), nil)
			}
			cert := peers.NewCertificate(t)
			return anonymousTarget(peers.PureFTPd(t, peers.Config{Write: true, Options: []string{"--tls=3", "--certfile=" + bothInOne(t, cert)}}), &cert)
		}},
		{name: peers.NameProFTPD, secure: true, start: func(t *testing.T, secure bool) libraryTarget {
			if !secure {
				return anonymousTarget(peers.ProFTPD(t, peers.Config{Write: true}), nil)
			}
			cert := peers.NewCertificate(t)
			return anonymousTarget(peers.ProFTPD(t, peers.Config{Write: true, Options: peers.ProFTPDTLS(t, cert)}), &cert)
		}},
		{name: peers.NamePyftpdlib, secure: true, start: func(t *testing.T, secure bool) libraryTarget {
			if !secure {
				return anonymousTarget(peers.Pyftpdlib(t, peers.Config{Write: true}), nil)
			}
			cert := peers.NewCertificate(t)
			return anonymousTarget(peers.PyftpdlibTLS(t, peers.Config{Write: true}, cert), &cert)
		}},
		{name: peers.NameInetutilsFTPd, start: func(t *testing.T, _ bool) libraryTarget {
			host := &peers.Host{Dir: peers.NewRoot(t), Users: []peers.HostUser{{Name: "anna", Password: "secret", UID: 41000}}}
			addr := peers.InetutilsFTPd(t, peers.Config{Host: host})
			home := filepath.Join(host.Dir, "srv", "home", "anna")
			if err := os.MkdirAll(home, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(home, 41000, 41000); err != nil {
				t.Fatal(err)
			}
			return libraryTarget{addr: addr, user: "anna", password: "secret"}
		}},
	}
}

// startLibraryVsftpd starts vsftpd as strict as it can be.
func startLibraryVsftpd(t *testing.T, secure bool) libraryTarget {
	if !secure {
		return anonymousTarget(peers.Vsftpd(t, peers.Config{Write: true}), nil)
	}
	cert := peers.NewCertificate(t)
	return anonymousTarget(peers.Vsftpd(t, peers.Config{Write: true, Options: []string{
		"ssl_enable=YES", "allow_anon_ssl=YES", "force_anon_data_ssl=YES", "force_anon_logins_ssl=YES",
		"rsa_cert_file=" + cert.CertFile, "rsa_private_key_file=" + cert.KeyFile,
		"require_ssl_reuse=YES", "strict_ssl_read_eof=YES", "ssl_tlsv1=YES", "ssl_ciphers=HIGH",
	}}), &cert)
}

// bothInOne is a file with the certificate and its key.
func bothInOne(t *testing.T, cert peers.Certificate) string {
	t.Helper()
	var all []byte
	for _, name := range []string{cert.KeyFile, cert.CertFile} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	name := filepath.Join(t.TempDir(), "both.pem")
	if err := os.WriteFile(name, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
