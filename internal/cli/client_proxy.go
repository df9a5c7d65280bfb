package cli

import (
	"context"
	"fmt"
	"os"
	"slices"

	"ferry/ftpclient"
	"ferry/internal/proxy"
	"ferry/internal/remote"
)

// route is how a server is reached.
type route struct {
	// address is whom the client speaks to, "host:port": the server, or the FTP
	// proxy before it, whose is the certificate then. host is the same for TLS.
	address, host string
	// proxy is nil without one.
	proxy *proxy.Proxy
	// server is where the server is.
	server string
}

// proxyFlag is --proxy: given, but nil, is none.
type proxyFlag struct {
	given bool
	proxy *proxy.Proxy
}

func parseProxy(text string) (proxyFlag, error) {
	p, err := proxy.Parse(text)
	return proxyFlag{true, p}, err
}

// route finds the proxy: that of --proxy, the site, or the environment.
func (c *client) route(ctx context.Context, t *remote.Target, f *clientFlags) (*route, error) {
	via := &route{address: t.Addr(), host: t.Host, proxy: f.proxy.proxy, server: t.Addr()}
	if !f.proxy.given {
		var err error
		if via.proxy, err = proxy.FromEnvironment(os.Getenv, string(t.Scheme), t.Host); err != nil {
			return nil, &usageError{err}
		}
	}
	p := via.proxy
	if p == nil {
		return via, nil
	}
	if p.User != "" && !p.HasPassword {
		who := credentials{user: p.User}
		if err := c.findPassword(ctx, proxyPasswordEnv, p.Host, p.Addr(), true, &who); err != nil {
			return nil, fmt.Errorf("the proxy %s: %w", p, err)
		}
		withPassword := *p
		withPassword.Password, withPassword.HasPassword = who.password, true
		via.proxy = &withPassword
	}
	if p.Tunnels() {
		return via, nil
	}
	if t.Scheme != remote.Offered {
		return nil, wrongUsage("%s: an FTP proxy (%s) reads what is said to the server, so there is no TLS with that: use a proxy of socks5:// or http://, or %s://", t, p, remote.Offered)
	}
	seen, err := c.known.SeenTLS(via.server)
	if err != nil {
		return nil, err
	}
	if seen && !f.plain {
		return nil, fmt.Errorf("%w: %s has TLS, and the FTP proxy %s can have none with it for you", errNoTLS, via.server, p)
	}
	via.address, via.host = p.Addr(), p.Host
	return via, nil
}

// through makes the connections go by the proxy.
func (via *route) through(cfg *ftpclient.Config) error {
	if via.proxy == nil {
		return nil
	}
	cfg.Dial = (&proxy.Dialer{Proxy: via.proxy, Server: via.server}).Dial
	if !via.proxy.Tunnels() {
		return nil
	}
	// Nobody connects back through it.
	modes := cfg.Modes
	if modes == nil {
		modes = ftpclient.Auto()
	}
	cfg.Modes = slices.DeleteFunc(slices.Clone(modes), func(m ftpclient.Mode) bool {
		return m == ftpclient.EPRT || m == ftpclient.PORT
	})
	if len(cfg.Modes) == 0 {
		return wrongUsage("no server connects to this machine through the proxy %s, as active mode wants: use --passive, or --proxy none", via.proxy)
	}
	return nil
}
