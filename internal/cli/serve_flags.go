package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// serveFlags are the flags of `ferry serve`.
type serveFlags struct {
	dir       string
	write     bool
	dotFiles  bool
	anonymous bool
	users     []string
	database  string
	listen    listenFlag
	passive   portRangeFlag
	public    publicFlag
	tls       tlsFlag
	implicit  portFlag
	level     levelFlag
	format    formatFlag

	given func(name string) bool // whether a flag is on the command line
}

func newServeFlags() *serveFlags { return &serveFlags{} }

// register defines the flags.
func (f *serveFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.dir, "dir", "", "serve this `directory` to anonymous users and to those of --user (default: the current one, or what FILE says)")
	flags.BoolVar(&f.write, "write", false, "let clients write, delete and rename: without a FILE the users of --user, or the anonymous if there are none; with a FILE as write_enable=YES")
	flags.StringArrayVar(&f.users, "user", nil, "let this `name` log in with a password; may be given several times. Without a FILE there is then no anonymous login")
	flags.StringVar(&f.database, "user-database", "", "let the virtual users of this database `file` in, which 'ferry user' keeps; each sees a directory of his own. Without a FILE there is then no anonymous login")
	flags.BoolVar(&f.anonymous, "anonymous", false, "let anonymous users in beside those of --user")
	flags.BoolVar(&f.dotFiles, "dot-files", false, "serve names that begin with a dot too (default: no; with a FILE what it says)")
	flags.Var(&f.listen, "listen", "listen at this address and port, or port; may be given several times (default: port 2121 of every address, or what FILE says)")
	flags.Var(&f.passive, "passive-ports", "use these ports for passive data connections (default: 40000-40009, or what FILE says)")
	flags.Var(&f.public, "public-address", "tell clients to open passive data connections to this IPv4 address or host name, as a NAT in front of the server needs it (default: the address that the client dialled)")
	flags.Var(&f.tls, "tls", "offer TLS (AUTH TLS) with this certificate; auto makes one and keeps it, for clients that know it by its fingerprint, and acme:HOST orders one from Let's Encrypt (-oacme_agree=YES agrees to its terms). Users of --user must use it then")
	flags.Var(&f.implicit, "implicit-tls", "with TLS: listen at this port too, where TLS comes with the first byte (ftps://)")
	flags.Var(&f.level, "log-level", "log from this level on: debug, info, warn or error")
	flags.Var(&f.format, "log-format", "write log lines as text or json")
	for _, name := range []string{"user", "listen", "passive-ports", "public-address", "implicit-tls"} {
		mustComplete(cmd, name, cobra.NoFileCompletions)
	}
	mustComplete(cmd, "log-level", cobra.FixedCompletions(levelNames(), cobra.ShellCompDirectiveNoFileComp))
	mustComplete(cmd, "log-format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.MarkFlagDirname("dir") // fails only for a flag that there is not
}

// mustComplete says how the shell completes a flag.
func mustComplete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, f) // fails only for a flag that there is not
}

// apply puts the flags into the settings of a service.
func (f *serveFlags) apply(s *service) error {
	set := &s.cfg.Settings
	if f.given("dir") {
		dir, err := directory(f.dir)
		if err != nil {
			return fmt.Errorf("invalid argument %q for \"--dir\" flag: %w", printable(f.dir), err)
		}
		set.AnonRoot, set.LocalRoot = dir, dir
	}
	if f.given("write") {
		set.WriteEnable = f.write
		s.opts.AnonymousWrite = f.write && s.share && len(f.users) == 0 && f.database == ""
	}
	if f.given("dot-files") {
		set.DotFiles = f.dotFiles
		if s.share {
			set.ForceDotFiles = f.dotFiles // who asks to serve them wants to see them
		}
	}
	switch {
	case f.given("anonymous"):
		set.AnonymousEnable = f.anonymous
	case s.share && (len(f.users) > 0 || f.database != ""):
		set.AnonymousEnable = false
	}
	if f.database != "" {
		set.VirtualUsersFile = f.database
	}
	if f.listen.addrs != nil {
		s.opts.Listen = f.listen.addrs
	}
	if f.passive.max != 0 {
		set.PasvMinPort, set.PasvMaxPort = uint32(f.passive.min), uint32(f.passive.max)
	}
	if f.public.host != "" {
		set.PasvAddress, set.PasvAddrResolve = f.public.host, f.public.name
	}
	if f.implicit != 0 {
		set.ImplicitSSLPort = uint32(f.implicit)
	}
	if f.given("tls") {
		return f.tls.apply(s)
	}
	if f.implicit != 0 && !set.SSLEnable {
		return fmt.Errorf("--implicit-tls needs a certificate: give --tls too, or ssl_enable=YES in a FILE")
	}
	return nil
}

// directory makes a pathname absolute and makes sure that it is a directory
// that can be read.
func directory(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	d, err := os.Open(abs)
	if err != nil {
		return "", fmt.Errorf("want a directory that can be read: %w", err)
	}
	defer func() { _ = d.Close() }()
	info, err := d.Stat()
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("want a directory, and it is none")
	}
	return abs, nil
}
