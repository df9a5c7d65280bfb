package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
)

// clientFlags are those of every command that talks to a server.
type clientFlags struct {
	user            string
	active, passive bool
	modes           []ftpclient.Mode
	activePorts     portRangeFlag
	advertise, bind netip.Addr
	timeout         time.Duration
	insecure, plain bool
	tlsMax          tlsMaxFlag
	verbose         int
}

// register adds the flags to a command.
func (f *clientFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.user, "user", "", "log in as this user, where the URL names none")
	flags.BoolVar(&f.active, "active", false, "let the server connect for each transfer (EPRT, PORT), and nothing else")
	flags.BoolVar(&f.passive, "passive", false, "connect to the server for each transfer (EPSV, PASV), and nothing else")
	flags.Var(parsedFlag[[]ftpclient.Mode]{&f.modes, "modes", ftpclient.ParseModes}, "mode", "data connection `modes`: auto (all in turn), or of epsv, pasv, pasv-announced, eprt, port")
	flags.Var(&f.activePorts, "active-ports", "the ports of this machine to which the server may connect, `low-high`")
	flags.Var(parsedFlag[netip.Addr]{&f.advertise, "address", parseClientAddr}, "advertise", "what the server is told to connect to in active mode, an `address`: that of a NAT before this machine")
	flags.Var(parsedFlag[netip.Addr]{&f.bind, "address", parseClientAddr}, "bind", "the `address` of this machine to listen at in active mode")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "how long a reply or a connection may take")
	flags.BoolVar(&f.insecure, "insecure", false, "take any certificate: whoever stands between can read all")
	flags.BoolVar(&f.plain, "plain", false, "without TLS, even with a server that had it before")
	flags.Var(&f.tlsMax, "tls-max", "the highest `version` of TLS, 1.2 or 1.3")
	flags.CountVarP(&f.verbose, "verbose", "v", "show the dialogue with the server; -vv: the modes that are tried, too")
	cmd.MarkFlagsMutuallyExclusive("active", "passive", "mode")
	cmd.MarkFlagsMutuallyExclusive("plain", "insecure")
	cmd.MarkFlagsMutuallyExclusive("plain", "tls-max")
}

// check refuses what does not go together.
func (f *clientFlags) check() error {
	if f.timeout <= 0 {
		return errors.New("invalid argument for \"--timeout\" flag: want more than nothing, such as 30s")
	}
	return nil
}

// ladder are the modes of the flags; nil is every one.
func (f *clientFlags) ladder() []ftpclient.Mode {
	switch {
	case f.active:
		return ftpclient.Active()
	case f.passive:
		return ftpclient.Passive()
	}
	return f.modes
}

func parseClientAddr(text string) (netip.Addr, error) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return a, errors.New("want an IPv4 or IPv6 address")
	}
	return a.Unmap(), nil
}

// tlsMaxFlag is --tls-max, as package tls numbers the versions; 0 is its highest.
type tlsMaxFlag uint16

// String implements pflag.Value.
func (f *tlsMaxFlag) String() string { return "" }

// Type implements pflag.Value.
func (f *tlsMaxFlag) Type() string { return "version" }

// Set implements pflag.Value.
func (f *tlsMaxFlag) Set(text string) error {
	switch text {
	case "1.2":
		*f = 0x0303
	case "1.3":
		*f = 0x0304
	default:
		return fmt.Errorf("want 1.2 or 1.3")
	}
	return nil
}
