package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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

	account string
	pin     string // the digits of a fingerprint
	ca      string
	cert    string
	key     string
	charset charsetFlag
	zone    zoneFlag
	proxy   proxyFlag

	// These two are of sites alone.
	connections int
	localDir    string
}

// register adds the flags to a command.
func (f *clientFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.user, "user", "", "log in as this user, where the URL names none")
	flags.BoolVar(&f.active, "active", false, "let the server connect for each transfer (EPRT, PORT), and nothing else")
	flags.BoolVar(&f.passive, "passive", false, "connect to the server for each transfer (EPSV, PASV), and nothing else")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "how long a reply or a connection may take")
	flags.BoolVar(&f.insecure, "insecure", false, "take any certificate: whoever stands between can read all")
	flags.CountVarP(&f.verbose, "verbose", "v", "show the dialogue with the server; -vv: the modes that are tried, too")
	f.registerServer(flags)
	cmd.MarkFlagsMutuallyExclusive("active", "passive", "mode")
	for _, name := range []string{"insecure", "tls-max", "pin", "ca", "cert"} {
		cmd.MarkFlagsMutuallyExclusive("plain", name)
	}
	cmd.MarkFlagsMutuallyExclusive("insecure", "pin", "ca")
}

// registerServer adds those that a site may have too, by the same names. They
// change nothing of f that is not set.
func (f *clientFlags) registerServer(flags *pflag.FlagSet) {
	flags.Var(parsedFlag[string]{&f.account, "name", anyText}, "account", "the account `name`, for the few servers that ask for one")
	flags.Var(parsedFlag[[]ftpclient.Mode]{&f.modes, "modes", ftpclient.ParseModes}, "mode", "data connection `modes`: auto (all in turn), active, passive, or of epsv, pasv, pasv-announced, eprt, port")
	flags.Var(&f.activePorts, "active-ports", "the ports of this machine to which the server may connect, `low-high`")
	flags.Var(parsedFlag[netip.Addr]{&f.advertise, "address", parseClientAddr}, "advertise", "what the server is told to connect to in active mode, an `address`: that of a NAT before this machine")
	flags.Var(parsedFlag[netip.Addr]{&f.bind, "address", parseClientAddr}, "bind", "the `address` of this machine to listen at in active mode")
	flags.BoolVar(&f.plain, "plain", f.plain, "without TLS, even with a server that had it before")
	flags.Var(&f.tlsMax, "tls-max", "the highest `version` of TLS, 1.2 or 1.3")
	flags.Var(parsedFlag[string]{&f.pin, "sha256:digits", ftpclient.ParsePin}, "pin", "the SHA-256 of the only certificate to trust, `sha256:digits`")
	flags.Var(parsedFlag[string]{&f.ca, "file", anyText}, "ca", "a `file` (PEM) with the only authorities to trust")
	flags.Var(parsedFlag[string]{&f.cert, "file", anyText}, "cert", "a `file` (PEM) with a certificate to show to the server")
	flags.Var(parsedFlag[string]{&f.key, "file", anyText}, "key", "a `file` (PEM) with its private key, if that is not in the same")
	flags.Var(parsedFlag[charsetFlag]{&f.charset, "name", parseCharset}, "charset", "in what the server writes names, such as windows-1252, the `name` of a charset; auto finds it out")
	flags.Var(parsedFlag[zoneFlag]{&f.zone, "zone", parseZone}, "time-zone", "the `zone` in which the server gives times, such as Europe/Berlin or +02:00; auto finds it out")
	flags.Var(parsedFlag[proxyFlag]{&f.proxy, "URL", parseProxy}, "proxy", "a proxy: the `URL` of socks5://, socks5h://, http:// (CONNECT) or ftp://, or none")
}

// ofSites are flags for everything that a site may have.
func (f *clientFlags) ofSites() *pflag.FlagSet {
	flags := pflag.NewFlagSet("site", pflag.ContinueOnError)
	f.registerServer(flags)
	flags.Var(parsedFlag[int]{&f.connections, "number", parseConnections}, "connections", "the most connections at once, a `number`, for a server that allows few")
	flags.Var(parsedFlag[string]{&f.localDir, "directory", anyText}, "local-dir", "the `directory` of this machine to which get brings files if it is told none")
	return flags
}

// anyText takes what is not empty.
func anyText(text string) (string, error) {
	if text == "" {
		return "", errors.New("want more than nothing")
	}
	return text, nil
}

// check refuses what does not go together.
func (f *clientFlags) check() error {
	if f.timeout <= 0 {
		return errors.New("invalid argument for \"--timeout\" flag: want more than nothing, such as 30s")
	}
	if f.key != "" && f.cert == "" {
		return errors.New("--key is the key of a certificate: give --cert too")
	}
	return nil
}

// wantsTLS says that a flag has a meaning with TLS alone, which must be then: it
// says who is trusted, or who the client is.
func (f *clientFlags) wantsTLS() bool { return f.pin != "" || f.ca != "" || f.cert != "" }

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
