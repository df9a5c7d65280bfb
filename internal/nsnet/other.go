//go:build !linux

package nsnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
)

// errSystem is what everything says where there are no network namespaces.
var errSystem = fmt.Errorf("network namespaces: only Linux has them: %w", errors.ErrUnsupported)

// Check says that no world can be made here.
func Check() (How, error) { return 0, errSystem }

// Command returns a command whose Start says so.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Err = errSystem
	return cmd
}

// A World is what only Linux can make.
type World struct{}

// Enter says that no world can be made here.
func Enter() (*World, error) { return nil, errSystem }

// Dir is empty.
func (w *World) Dir() string { return "" }

// Privileged is false.
func (w *World) Privileged() bool { return false }

// AddHost says that no world can be made here.
func (w *World) AddHost(string) (*Host, error) { return nil, errSystem }

// Host returns nil.
func (w *World) Host(string) *Host { return nil }

// Connect says that no world can be made here.
func (w *World) Connect(_, _ Port) error { return errSystem }

// Close does nothing.
func (w *World) Close() error { return nil }

// A Host is what only a World can have.
type Host struct{}

// Name is empty.
func (h *Host) Name() string { return "" }

// Route says that no world can be made here.
func (h *Host) Route(netip.Prefix, netip.Addr) error { return errSystem }

// Drop says that no world can be made here.
func (h *Host) Drop(netip.Prefix) error { return errSystem }

// Reject says that no world can be made here.
func (h *Host) Reject(netip.Prefix) error { return errSystem }

// Sysctl says that no world can be made here.
func (h *Host) Sysctl(_, _ string) error { return errSystem }

// Do says that no world can be made here.
func (h *Host) Do(func() error) error { return errSystem }

// Dial says that no world can be made here.
func (h *Host) Dial(context.Context, string, string) (net.Conn, error) { return nil, errSystem }

// Listen says that no world can be made here.
func (h *Host) Listen(string, string) (net.Listener, error) { return nil, errSystem }

// A Cmd is an exec.Cmd that does not start.
type Cmd struct{ *exec.Cmd }

// Command returns a command whose Start says so.
func (h *Host) Command(ctx context.Context, name string, args ...string) *Cmd {
	return &Cmd{Command(ctx, name, args...)}
}
