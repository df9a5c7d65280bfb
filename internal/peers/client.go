package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Op is what a client is to do.
type Op string

// The operations.
const (
	Get  Op = "get"  // Remote to Local
	Put  Op = "put"  // Local to Remote
	List Op = "list" // the names in Remote
)

// Job is one run of a client.
type Job struct {
	Op             Op
	Addr           string // host:port of the server
	User, Password string
	Remote         string // slash-separated, relative to where the login leads; for List "" is there
	Local          string // absolute
	Home           string // a folder for the client's own files, absolute
}

// Mode is one way in which a client makes its data connections.
type Mode struct {
	Verb string // the command that it sends for it: PASV, EPSV, PORT or EPRT
	IPv6 bool   // the control connection is IPv6
	args []string
}

// String is the verb and the family: "EPSV ip6".
func (m Mode) String() string {
	if m.IPv6 {
		return m.Verb + " ip6"
	}
	return m.Verb + " ip4"
}

// Client is a real FTP client.
type Client struct {
	Name     string
	Programs []string // names for Need
	Ops      []Op     // what it can do
	Modes    []Mode   // how it can do it
	call     func(m Mode, j Job) (call, error)
}

// call is one command line.
type call struct {
	program string // name in .peers/bin
	args    []string
	stdin   string
	// listing is the file that the names are written to; empty: standard output.
	listing string
}

// Clients lists the real clients with every way of data connection that each
// can be told to use.
func Clients() []Client {
	return []Client{curl(), lftp(), tnftp(), inetutilsFTP(), ncftp(), wget(), ftplib()}
}

// Can reports whether the client has the operation.
func (c Client) Can(op Op) bool { return slices.Contains(c.Ops, op) }

// Need skips the test (fails it when CI=true) if a program of the client is
// absent.
func (c Client) Need(t testing.TB) {
	t.Helper()
	for _, p := range c.Programs {
		Need(t, p)
	}
}

// Result is what came of a run.
type Result struct {
	Output string   // standard output and error, with the client's protocol trace
	Names  string   // of List: the listing, in the client's own form
	Verbs  []string // the data connection commands that it sent, in order
}

// Run does one job and returns when the client has ended. It is killed when the
// context ends. An error says that the client reported failure; that it reports
// none proves nothing, so compare the files.
func (c Client) Run(ctx context.Context, m Mode, j Job) (Result, error) {
	in, err := c.call(m, j)
	if err != nil {
		return Result{}, err
	}
	path, err := find(in.program)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	cmd := exec.CommandContext(ctx, path, in.args...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = j.Home
	cmd.Env = clientEnv(j.Home)
	cmd.Stdin = strings.NewReader(in.stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = launch(cmd)
	if err == nil {
		err = wait(cmd)
	}
	r := Result{Output: stdout.String() + stderr.String(), Names: stdout.String()}
	r.Verbs = dataVerbs(r.Output)
	if ctx.Err() != nil {
		err = errors.Join(err, ctx.Err())
	}
	if err == nil && j.Op == List && in.listing != "" {
		var b []byte
		b, err = os.ReadFile(in.listing)
		r.Names = string(b)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", c.Name, err)
	}
	return r, nil
}

// clientEnv is the environment of a client: no user's settings and no proxy get
// into a test, and names are UTF-8.
func clientEnv(home string) []string {
	env := []string{"HOME=" + home, "LC_ALL=C.UTF-8", "TERM=dumb"}
	for _, name := range []string{"PATH", "TMPDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// tracedVerb finds the commands in the protocol traces of all clients: "> EPSV"
// (curl), "---> PASV" (lftp, tnftp, inetutils-ftp), "--> PORT ..." (wget), "Cmd: PASV"
// (ncftp), "*cmd* 'EPSV'" (ftplib).
var tracedVerb = regexp.MustCompile(`(?m)^(?:> |-+> |Cmd: |\*cmd\* ')(PASV|EPSV|PORT|EPRT)\b`)

// dataVerbs lists the data connection commands of a trace.
func dataVerbs(trace string) []string {
	var verbs []string
	for _, m := range tracedVerb.FindAllStringSubmatch(trace, -1) {
		verbs = append(verbs, m[1])
	}
	return verbs
}

// hostPort splits the address of a job, which Dial and servers made.
func (j Job) hostPort() (host, port string, err error) {
	host, port, err = net.SplitHostPort(j.Addr)
	if err != nil {
		return "", "", fmt.Errorf("address of the server: %w", err)
	}
	return host, port, nil
}
