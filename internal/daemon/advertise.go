package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ferry/internal/config"
)

// How often a host name is looked up again, and how long that may take.
const (
	resolveEvery   = time.Minute
	resolveTimeout = 5 * time.Second
)

// advertiser knows the address for 227 replies. A host name (pasv_addr_resolve)
// is looked up in the background, so that PASV never waits; the last good answer
// holds until there is another.
type advertiser struct {
	addr   atomic.Pointer[netip.Addr]
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// newAdvertiser checks pasv_address, and looks a host name up once.
func newAdvertiser(ctx context.Context, s *config.Settings, log *slog.Logger) (*advertiser, error) {
	a := &advertiser{cancel: func() {}}
	if s.PasvAddress == "" || !s.PasvEnable {
		return a, nil
	}
	if !s.PasvAddrResolve {
		addr, err := netip.ParseAddr(s.PasvAddress)
		if err != nil || !addr.Unmap().Is4() {
			return nil, oops("invalid pasv_address: "+s.PasvAddress, "pasv_address", err)
		}
		addr = addr.Unmap()
		a.addr.Store(&addr)
		return a, nil
	}
	addr, err := resolve(ctx, s.PasvAddress)
	if err != nil {
		return nil, oops("cannot resolve host:"+s.PasvAddress, "pasv_address", err)
	}
	a.addr.Store(&addr)
	ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	a.wg.Go(func() { a.refresh(ctx, s.PasvAddress, log) })
	return a, nil
}

// Addr is the address now; invalid if none is set.
func (a *advertiser) Addr() netip.Addr {
	if p := a.addr.Load(); p != nil {
		return *p
	}
	return netip.Addr{}
}

// Close ends the looking up.
func (a *advertiser) Close() {
	a.cancel()
	a.wg.Wait()
}

func (a *advertiser) refresh(ctx context.Context, host string, log *slog.Logger) {
	ticker := time.NewTicker(resolveEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		addr, err := resolve(ctx, host)
		switch old := a.Addr(); {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Warn("pasv_address cannot be looked up, its last address stays", "host", host, "address", old, "err", err)
		case addr != old:
			log.Info("pasv_address has a new address", "host", host, "address", addr, "before", old)
			a.addr.Store(&addr)
		}
	}
}

// resolve looks up the first IPv4 address of a host.
func resolve(ctx context.Context, host string) (netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return netip.Addr{}, err
	}
	return addrs[0].Unmap(), nil
}
