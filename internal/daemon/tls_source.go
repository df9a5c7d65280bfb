package daemon

import (
	"ferry/internal/certs"
	"ferry/internal/config"
)

// sourceOf loads the certificates in the files that the settings name.
func sourceOf(s *config.Settings) (*certs.Source, error) {
	var all []certs.Pair
	if s.RSACertFile != "" && (s.SSLCertPairs == "" || s.RSACertFile != config.Defaults().RSACertFile) {
		all = append(all, certs.Pair{Cert: s.RSACertFile, Key: s.RSAPrivateKeyFile})
	}
	if s.DSACertFile != "" {
		all = append(all, certs.Pair{Cert: s.DSACertFile, Key: s.DSAPrivateKeyFile})
	}
	if s.SSLCertPairs != "" {
		pairs, err := certs.ParsePairs(s.SSLCertPairs)
		if err != nil {
			return nil, oops("SSL: cannot load certificates", "ssl_cert_pairs", err)
		}
		all = append(all, pairs...)
	}
	source, err := certs.FromPairs(all)
	switch {
	case err != nil && s.SSLCertPairs != "":
		return nil, oops("SSL: cannot load certificates", "rsa_cert_file, ssl_cert_pairs", err)
	case err != nil:
		return nil, oops("SSL: cannot load RSA certificate", "rsa_cert_file", err)
	}
	return source, nil
}
