package nsnet

import (
	"context"
	"fmt"
	"net"
)

// Dial connects from the host as net.Dialer does. The address is an IP address and
// a port: "192.0.2.1:21" or "[2001:db8::1]:21". The error keeps the system's in
// reach of errors.Is.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if err := literal(address); err != nil {
		return nil, fmt.Errorf("host %s: dial: %w", h.name, err)
	}
	var conn net.Conn
	err := h.Do(func() (err error) {
		var dialer net.Dialer //nolint:forbidigo // The socket must be made on this thread, with no other goroutine between.
		dialer.SetMultipathTCP(false)
		conn, err = dialer.DialContext(ctx, network, address)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("host %s: %w", h.name, err)
	}
	return conn, nil
}

// Listen listens on the host as net.Listen does, with plain TCP. The address is an
// IP address and a port, 0 for any free one.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	if err := literal(address); err != nil {
		return nil, fmt.Errorf("host %s: listen: %w", h.name, err)
	}
	var listener net.Listener
	err := h.Do(func() (err error) {
		var config net.ListenConfig //nolint:forbidigo // The socket must be made on this thread, with no other goroutine between.
		config.SetMultipathTCP(false)
		listener, err = config.Listen(context.Background(), network, address)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("host %s: %w", h.name, err)
	}
	return listener, nil
}
