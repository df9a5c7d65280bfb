package daemon

import (
	"context"
	"log/slog"

	"ferry/internal/acme"
	"ferry/internal/certs"
	"ferry/internal/config"
)

// sourceOf loads the certificates in the files that the settings name.
func sourceOf(s *config.Settings) (*certs.Source, error) {
	pairs, err := pairsOf(s)
	if err != nil {
		return nil, oops("SSL: cannot load certificates", "ssl_cert_pairs", err)
	}
	source, err := certs.FromPairs(pairs)
	switch {
	case err != nil && s.SSLCertPairs != "":
		return nil, oops("SSL: cannot load certificates", "rsa_cert_file, ssl_cert_pairs", err)
	case err != nil:
		return nil, oops("SSL: cannot load RSA certificate", "rsa_cert_file", err)
	}
	return source, nil
}

// pairsOf are the files that the settings name.
func pairsOf(s *config.Settings) ([]certs.Pair, error) {
	var all []certs.Pair
	if s.RSACertFile != "" && (s.SSLCertPairs == "" || s.RSACertFile != config.Defaults().RSACertFile) {
		all = append(all, certs.Pair{Cert: s.RSACertFile, Key: s.RSAPrivateKeyFile})
	}
	if s.DSACertFile != "" {
		all = append(all, certs.Pair{Cert: s.DSACertFile, Key: s.DSAPrivateKeyFile})
	}
	if s.SSLCertPairs == "" {
		return all, nil
	}
	pairs, err := certs.ParsePairs(s.SSLCertPairs)
	return append(all, pairs...), err
}

// FilesOf lists the files that a server opens again while it runs: certificates,
// which it reads when they change, and logs, which it appends to after a rotation.
// A process that keeps more power may do it for this one (keeper.Options).
func FilesOf(s *config.Settings) (reading, appending []string) {
	if s.SSLEnable && s.ACMEDomains == "" {
		pairs, _ := pairsOf(s) // New says what is wrong with them
		for _, pair := range pairs {
			reading = append(reading, pair.Cert)
			if pair.Key != "" && pair.Key != pair.Cert {
				reading = append(reading, pair.Key)
			}
		}
	}
	return reading, logPaths(s)
}

// open finds the certificates: those that were handed over, those that the keeper
// orders, or those in files.
func (t *transport) open(ctx context.Context, s *config.Settings, log *slog.Logger) (err error) {
	switch {
	case t.source != nil:
	case s.ACMEDomains == "":
		t.source, err = sourceOf(s)
	default:
		t.keeper, err = acme.Open(ctx, acme.Options{
			Domains: hostNames(s.ACMEDomains), Email: s.ACMEEmail, Directory: s.ACMEDirectory, Storage: s.ACMEStorage,
			RootsFile: s.ACMECAFile, HTTPPort: uint16(s.ACMEHTTPPort), TLSPort: uint16(s.ACMETLSPort), ListenHost: challengeHost(s), Log: log,
		})
		if err != nil {
			return oops("SSL: cannot get certificates", "acme_domains", err)
		}
		if t.source, err = certs.FromCurrent(t.keeper.Current); err != nil {
			t.keeper.Close()
		}
	}
	return err
}

// challengeHost is where the challenges of the authority are answered: at the
// address that the settings listen at, if they name one.
func challengeHost(s *config.Settings) string {
	switch {
	case s.ListenIPv6:
		return s.ListenAddress6
	case s.Listen:
		return s.ListenAddress
	}
	return ""
}
