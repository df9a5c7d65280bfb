package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/firewall"
	"ferry/internal/firewall/dialects"
)

const rulesLong = `Write the firewall rules that FTP needs, and no wider ones: from the configuration
of the server (a vsftpd.conf, settings, or the defaults) and what the flags say of
the firewall. The rules go to the standard output, what is needed besides them to
the standard error, and into the rules as comments.

Where the firewall stands:
  --at server   on the server itself (the default)
  --at client   on the client itself
  --at forward  on a router or switch between both

What it knows (--state):
  conntrack  it follows connections
  helper     it reads the control connection too, and opens the port that was
             negotiated, nothing else; not with TLS, which it cannot read
  knock      it follows connections, and opens the passive ports only to addresses
             that have a live control connection; TLS is fine
  none       it looks at each packet alone, as the access list of a switch does

Formats, and what each can do:
`

func newRules(p *program) *cobra.Command {
	r := &rulesRun{program: p, given: map[string]string{}}
	cmd := &cobra.Command{
		Use:   "rules [FILE | -oNAME=VALUE]...",
		Short: "Write firewall rules for FTP",
		Long:  rulesLong + formatTable(),
		Example: `  ferry rules /etc/vsftpd.conf
  ferry rules /etc/vsftpd.conf --clients 192.0.2.0/24 --keep 22 --explain
  ferry rules --at forward --server 198.51.100.5 --mode passive --passive-ports 50000-50099 --format iptables-restore
  ferry rules --at forward --state none --server 198.51.100.5 --clients 192.0.2.0/24 --format comware
  ferry rules /etc/vsftpd.conf --apply --confirm 60s`,
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, args) },
	}
	r.flags(cmd)
	return cmd
}

// formatTable lists the dialects for the help.
func formatTable() string {
	var b strings.Builder
	for _, d := range dialects.All {
		places, trackings := make([]string, len(d.Places)), make([]string, len(d.Trackings))
		for i, p := range d.Places {
			places[i] = string(p)
		}
		for i, t := range d.Trackings {
			trackings[i] = string(t)
		}
		fmt.Fprintf(&b, "  %-18s %-24s %s\n", d.Name, strings.Join(places, " "), strings.Join(trackings, " "))
	}
	return b.String()
}

// rulesRun is one call of ferry rules.
type rulesRun struct {
	*program
	given   map[string]string // facts by the flags' names
	format  string
	explain bool
	live    rulesLive
}

// flags makes a flag of each fact, and the others.
func (r *rulesRun) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	for _, f := range []struct{ name, value, usage string }{
		{"at", "PLACE", "where the firewall stands: server, client or forward (default server)"},
		{"mode", "MODE", "active, passive or both (default: what the configuration allows)"},
		{"state", "STATE", "what the firewall knows: conntrack, helper, knock or none (default: the first that the format has)"},
		{"tls", "KIND", "none, explicit or implicit (default: what the configuration says)"},
		{"clients", "NETWORK,...", "where clients come from (default everywhere)"},
		{"server", "ADDRESS,...", "addresses or a name of the server (default listen_address; at the server all of its own)"},
		{"control-port", "PORT,...", "control ports (default listen_port and implicit_ssl_port)"},
		{"data-port", "PORT", "port that active data connections come from, or any (default ftp_data_port under connect_from_port_20, else any)"},
		{"passive-ports", "RANGE", "passive ports (default pasv_min_port to pasv_max_port), or any"},
		{"active-ports", "RANGE", "ports at which clients wait in active mode (default 1024-65535)"},
		{"public", "ADDRESS,...", "addresses that this firewall forwards to the server's, one for one"},
		{"masquerade", "", "clients leave with this firewall's own address"},
		{"keep", "PORT,...", "further TCP ports of this host that stay reachable, such as 22"},
		{"outgoing", "KIND", "what this host may open besides: open or closed (default open)"},
		{"knock-time", "TIME", "how long an address may be silent before its passive ports close (default idle_session_timeout and 10s)"},
	} {
		flag := flags.VarPF(&factFlag{r.given, f.name, f.value}, f.name, "", f.usage)
		if f.value == "" {
			flag.NoOptDefVal = "true"
		}
	}
	flags.StringVar(&r.format, "format", "nftables", "language of the rules; see above")
	flags.BoolVar(&r.explain, "explain", false, "print a picture of the connections and why each rule is there, instead of the rules")
	r.live.flags(cmd)
}

// factFlag keeps what a flag says of a fact until the configuration is read.
type factFlag struct {
	given      map[string]string
	name, kind string
}

func (f *factFlag) String() string {
	if f == nil || f.given == nil {
		return ""
	}
	return f.given[f.name]
}

func (f *factFlag) Type() string {
	if f.kind == "" {
		return "bool"
	}
	return f.kind
}

// Set checks the value as far as it can be checked alone. A name of a server is
// resolved later.
func (f *factFlag) Set(value string) error {
	var facts firewall.Facts
	if err := facts.Set(f.name, value); err != nil && f.name != "server" && f.name != "public" {
		return err
	}
	f.given[f.name] = value
	return nil
}

func (r *rulesRun) run(cmd *cobra.Command, args []string) error {
	dialect, err := dialects.Find(r.format)
	if err != nil {
		return err
	}
	if err := r.live.check(r.format); err != nil {
		return err
	}
	if done, err := r.live.withoutRules(cmd.Context(), r); done {
		return err
	}
	cfg, _, err := loadSources(args)
	if err != nil {
		return err
	}
	facts, notes, err := r.facts(cmd.Context(), &cfg.Settings)
	if err != nil {
		return refuseFacts(err)
	}
	text, plan, more, err := dialect.Write(facts)
	if err != nil {
		return refuseFacts(err)
	}
	notes = append(notes, more...)
	if r.explain {
		plan.Notes = notes
		_, err = fmt.Fprint(r.stdout, plan.Explain())
		return failed(err)
	}
	for _, n := range notes {
		fmt.Fprintf(r.stderr, "ferry: %s\n", n)
	}
	if r.live.wanted() {
		return r.live.run(cmd.Context(), r, text)
	}
	_, err = fmt.Fprint(r.stdout, text)
	return failed(err)
}

// failed is an error of writing what was asked for.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &failure{fmt.Errorf("cannot print: %w", err)}
}

// refuseFacts tells each fact that cannot be by the name of its flag.
func refuseFacts(err error) error {
	var lines []string
	var walk func(error)
	walk = func(err error) {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				walk(e)
			}
			return
		}
		var fact *firewall.FactError
		if errors.As(err, &fact) {
			lines = append(lines, "--"+fact.Fact+": "+fact.Error())
			return
		}
		lines = append(lines, err.Error())
	}
	walk(err)
	return &refusal{errors.New(strings.Join(lines, "\n"))}
}
