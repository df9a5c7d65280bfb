package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ferry/internal/certs"
	"ferry/internal/config"
)

// tlsFlag is --tls: a certificate, or the wish for one.
type tlsFlag struct {
	auto      bool
	hosts     string // to order certificates for
	cert, key string
}

// String implements pflag.Value.
func (f *tlsFlag) String() string { return "" }

// Type implements pflag.Value.
func (f *tlsFlag) Type() string { return "auto|cert[,key]|acme:host" }

// Set implements pflag.Value.
func (f *tlsFlag) Set(text string) error {
	if hosts, ok := strings.CutPrefix(text, "acme:"); ok && hosts != "" {
		*f = tlsFlag{hosts: hosts}
		return nil
	}
	cert, key, _ := strings.Cut(text, ",")
	if cert == "" || cert == "acme:" {
		return errors.New("want auto, or a certificate's file, and behind a comma its key's if that is another file, or acme:HOST")
	}
	*f = tlsFlag{auto: text == "auto", cert: cert, key: key}
	return nil
}

// portFlag is a port that must be one.
type portFlag uint16

// String implements pflag.Value.
func (f *portFlag) String() string { return "" }

// Type implements pflag.Value.
func (f *portFlag) Type() string { return "port" }

// Set implements pflag.Value.
func (f *portFlag) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return errors.New("want a port from 1 to 65535, such as 990")
	}
	*f = portFlag(n)
	return nil
}

// apply puts the flag into the settings.
func (f *tlsFlag) apply(s *service) error {
	set := &s.cfg.Settings
	set.SSLEnable, set.AllowAnonSSL = true, true
	if f.hosts != "" {
		set.ACMEDomains = f.hosts
		return nil
	}
	set.ACMEDomains = "" // the flag wins
	if !f.auto {
		set.RSACertFile, set.RSAPrivateKeyFile = f.cert, f.key
		return nil
	}
	source, dir, err := selfSigned(set)
	if err != nil {
		return &refusal{fmt.Errorf("--tls auto: %w", err)}
	}
	s.opts.Certificates, s.opts.CertificateDir = source, dir
	return nil
}

// selfSigned makes a certificate, or takes the one that was made before: clients
// know it by its fingerprint, so that must not change from start to start. dir is where it is kept.
func selfSigned(set *config.Settings) (source *certs.Source, dir string, err error) {
	dir, err = os.UserConfigDir()
	if err != nil {
		return nil, "", fmt.Errorf("no place to keep the certificate: %w", err)
	}
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if name, err := os.Hostname(); err == nil && name != "" {
		hosts = append(hosts, name)
	}
	if set.PasvAddress != "" {
		hosts = append(hosts, set.PasvAddress)
	}
	dir = filepath.Join(dir, "ferry", "tls")
	source, err = certs.SelfSigned(certs.SelfSignedOptions{Hosts: hosts, Dir: dir})
	return source, dir, err
}
