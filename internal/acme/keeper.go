package acme

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
)

// Keeper keeps the certificates of some host names valid until Close.
type Keeper struct {
	opts   Options
	cache  *certmagic.Cache
	config *certmagic.Config

	mu      sync.Mutex
	refused func(error) // is told of a failed order while Open waits for it
}

// Open takes the certificates out of the storage, and orders those that are not
// there or have ended, which takes some seconds each. From then on they are renewed
// in the background: a renewal that fails is logged and tried again, and the old
// certificate stays. The error says which name cannot be had, and why.
func Open(ctx context.Context, o Options) (*Keeper, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	roots, err := o.roots()
	if err != nil {
		return nil, err
	}
	k := &Keeper{opts: o}
	log := zapLogger(o.Log)
	k.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert:   func(certmagic.Certificate) (*certmagic.Config, error) { return k.config, nil },
		RenewCheckInterval: o.checkEvery,
		Logger:             log,
	})
	k.config = certmagic.New(k.cache, certmagic.Config{
		Storage:            &certmagic.FileStorage{Path: o.Storage},
		RenewalWindowRatio: o.renewAt,
		DisableARI:         o.renewAt != 0,
		OnEvent:            k.event,
		// A staple is no use to clients of FTP, and to get one takes the network
		// before anything is served.
		OCSP:   certmagic.OCSPConfig{DisableStapling: true},
		Logger: log,
	})
	k.config.Issuers = []certmagic.Issuer{certmagic.NewACMEIssuer(k.config, certmagic.ACMEIssuer{
		CA: AuthorityURL(o.Directory), Email: o.Email, Agreed: true, TrustedRoots: roots,
		DisableHTTPChallenge: o.HTTPPort == 0, AltHTTPPort: int(o.HTTPPort),
		DisableTLSALPNChallenge: o.TLSPort == 0, AltTLSALPNPort: int(o.TLSPort),
		ListenHost: o.ListenHost, Logger: log,
	})}
	k.announce()
	for _, name := range o.Domains {
		if err := k.provide(ctx, name); err != nil {
			k.Close()
			return nil, err
		}
	}
	return k, nil
}

// Close ends renewals.
func (k *Keeper) Close() { k.cache.Stop() }

// provide loads the certificate of a name, or orders it.
func (k *Keeper) provide(ctx context.Context, name string) error {
	cert, err := k.config.CacheManagedCertificate(ctx, name)
	switch {
	case err == nil && !cert.Expired():
		return nil
	case err == nil:
		err = k.await(ctx, func(ctx context.Context) error { return k.config.RenewCertAsync(ctx, name, false) })
		k.cache.RemoveManaged([]certmagic.SubjectIssuer{{Subject: name}}) // else the old one stays beside the new
	case errors.Is(err, fs.ErrNotExist):
		err = k.await(ctx, func(ctx context.Context) error { return k.config.ObtainCertAsync(ctx, name) })
	default:
		return fmt.Errorf("the certificate for %s in %s cannot be used: %w\nremove it there, and a new one is ordered", name, k.opts.Storage, err)
	}
	if err != nil {
		return fmt.Errorf("no certificate for %s from %s: %w", name, AuthorityURL(k.opts.Directory), err)
	}
	_, err = k.config.CacheManagedCertificate(ctx, name)
	return err
}

// orderTimeout is how long a start waits for one certificate.
const orderTimeout = 3 * time.Minute

// await runs an order, and ends it at the first failure: certmagic would go on
// trying for weeks, and whoever starts the server wants to know.
func (k *Keeper) await(ctx context.Context, order func(context.Context) error) error {
	ctx, stop := context.WithTimeoutCause(ctx, orderTimeout, fmt.Errorf("the order is not done after %v", orderTimeout))
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	k.mu.Lock()
	k.refused = func(err error) { cancel(err) }
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		k.refused = nil
		k.mu.Unlock()
	}()
	err := order(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// event is told by certmagic what happens to certificates.
func (k *Keeper) event(_ context.Context, name string, data map[string]any) error {
	host, _ := data["identifier"].(string)
	renewal, _ := data["renewal"].(bool)
	switch name {
	case "cert_obtaining":
		k.opts.Log.Info("a certificate is ordered", "host", host, "authority", AuthorityURL(k.opts.Directory), "renewal", renewal)
	case "cert_obtained":
		k.opts.Log.Info("the certificate has come", "host", host, "renewal", renewal)
	case "cert_failed":
		err, _ := data["error"].(error)
		k.mu.Lock()
		refused := k.refused
		k.mu.Unlock()
		if refused != nil {
			refused(err)
			return nil
		}
		k.opts.Log.Warn("no certificate has come, the old one stays", "host", host, "err", err)
	}
	return nil
}

// Current are the certificates of the moment in the order of the domains: of each
// the one that lasts longest.
func (k *Keeper) Current() ([]tls.Certificate, error) {
	var all []tls.Certificate
	for _, name := range k.opts.Domains {
		var best *certmagic.Certificate
		for _, cert := range k.cache.AllMatchingCertificates(name) {
			if best == nil || cert.Leaf.NotAfter.After(best.Leaf.NotAfter) {
				best = &cert
			}
		}
		if best == nil {
			return nil, fmt.Errorf("there is no certificate for %s", name)
		}
		all = append(all, best.Certificate)
	}
	return all, nil
}

// announce says once what the keeper does and may listen on.
func (k *Keeper) announce() {
	o := &k.opts
	attrs := []any{"hosts", strings.Join(o.Domains, ","), "authority", AuthorityURL(o.Directory), "storage", o.Storage}
	for _, c := range []struct {
		name string
		port uint16
	}{{"http-01", o.HTTPPort}, {"tls-alpn-01", o.TLSPort}} {
		if c.port != 0 {
			attrs = append(attrs, c.name, net.JoinHostPort(o.ListenHost, strconv.Itoa(int(c.port))))
		}
	}
	o.Log.Info("certificates come by ACME; the addresses of its challenges listen while one is ordered", attrs...)
}
