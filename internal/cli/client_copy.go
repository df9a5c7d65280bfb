package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
	"ferry/internal/between"
)

// copyFlags are those of copy.
type copyFlags struct {
	recursive, through, direct, json bool
	parallel, retries                int
	verify                           string
}

func newCopy(p *program) *cobra.Command {
	var f copyFlags
	cmd := &cobra.Command{
		Use:   "copy [flags] URL URL",
		Short: "Copy files from one server to another",
		Long: `Copy a file from one server to another, or to another place of the same server:
into the directory of the second URL if there is one or if the URL ends with a
slash, else to that name. With -r a directory is copied with all that is in it.

The servers are asked to transfer to each other, one listening and the other one
connecting, so that the content does not pass this machine. Most servers refuse
that: it then goes through this machine, as it comes and without a file here. That
is said once.

Between servers that are spoken to under TLS, one has to be the TLS client (SSCN or
CPSV). Without, or if one of the two has no TLS, a direct transfer would be in clear:
it is never made so, the content goes through this machine under TLS. Even with
SSCN or CPSV the servers cannot check each other's certificate: --via-client
does not depend on that.` + clientLong,
		Example: `  ferry copy ftpes://alice@old.example.com/big.iso ftpes://alice@new.example.com/
  ferry copy -r -P 4 --verify size ftp://old.example.com/pub ftpes://bob@new.example.com/www`,
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.recursive, "recursive", "r", false, "copy directories with all that is in them")
	flags.BoolVar(&f.direct, "direct", false, "from server to server or not at all")
	flags.BoolVar(&f.through, "via-client", false, "through this machine, without asking the servers first")
	flags.IntVarP(&f.parallel, "parallel", "P", 1, "how `many` files are copied at once, up to 32")
	flags.IntVar(&f.retries, "retries", 3, "how `often` a file is tried again after a fault that may pass: after 1 second, 2, 4, ...")
	flags.StringVar(&f.verify, "verify", "", "compare at the end of each file: `size`, or hash (checksums that both servers make)")
	flags.BoolVar(&f.json, "json", false, "print what happens as objects, one a line")
	cmd.MarkFlagsMutuallyExclusive("direct", "via-client")
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		return c.copy(ctx, &f, args)
	})
}

// check refuses what does not go together.
func (f *copyFlags) check() error {
	switch {
	case f.parallel < 1 || f.parallel > 32:
		return errors.New("invalid argument for \"--parallel\" flag: want a number from 1 to 32")
	case f.retries < 0 || f.retries > 20:
		return errors.New("invalid argument for \"--retries\" flag: want a number from 0 to 20")
	case f.verify != "" && f.verify != "size" && f.verify != "hash":
		return fmt.Errorf("invalid argument %q for \"--verify\" flag: want size or hash", f.verify)
	}
	return nil
}

// copy is the command.
func (c *client) copy(ctx context.Context, f *copyFlags, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("want the URL of a file, and the one of its copy, not %d arguments", len(args))
	}
	targets, err := someURLs(args)
	if err != nil {
		return err
	}
	from, to := targets[0], targets[1]
	if to.User == "" && to.SameServer(from) {
		to.User, to.Password, to.HasPassword = from.User, from.Password, from.HasPassword
	}
	switch {
	case from.Type != 0 || to.Type != 0:
		return errors.New("a copy has the bytes of the file: no ;type=")
	case from.Path == "" && !f.recursive:
		return fmt.Errorf("%s names no file: give -r for all that the server has", from)
	case to.SameServer(from) && to.User == from.User && strings.TrimSuffix(to.Path, "/") == strings.TrimSuffix(from.Path, "/"):
		return fmt.Errorf("%s and %s are the same", from, to)
	}
	if err := f.check(); err != nil {
		return err
	}
	w := &copyReport{client: c, json: f.json, tree: f.recursive}
	j := &between.Job{
		Recursive: f.recursive, Verify: between.Verify(f.verify), Parallel: f.parallel, Retries: f.retries, Event: w.event,
	}
	switch {
	case f.direct:
		j.Route = between.Direct
	case f.through:
		j.Route = between.Through
	}
	if j.From, err = c.open(ctx, from, f.parallel); err != nil {
		return &clientError{from.String(), err}
	}
	defer func() { _ = j.From.Close() }()
	if j.To, err = c.open(ctx, to, f.parallel); err != nil {
		return &clientError{to.String(), err}
	}
	defer func() { _ = j.To.Close() }()
	if err := j.Copy(ctx, from.Path, to.Path); err != nil {
		return &clientError{from.String() + " -> " + to.String(), errors.Join(err, ctx.Err())}
	}
	return nil
}

// copyReport tells what a copy does.
type copyReport struct {
	*client
	json, tree bool
	mu         sync.Mutex
}

// copyEvent is an object of --json.
type copyEvent struct {
	Event   between.Kind `json:"event"`
	From    string       `json:"from"`
	To      string       `json:"to,omitempty"`
	Bytes   *int64       `json:"bytes,omitempty"`
	Seconds float64      `json:"seconds,omitempty"`
	Direct  *bool        `json:"direct,omitempty"`
	TLS     *bool        `json:"tls,omitempty"`
	Error   string       `json:"error,omitempty"`
}

func (w *copyReport) event(e between.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.json {
		w.object(e)
		return
	}
	name := printable(e.From + " -> " + e.To)
	switch e.Kind {
	case between.Done:
		way := "directly"
		if !e.Direct {
			way = "through this machine"
		}
		size := ""
		if e.Bytes >= 0 {
			size = fmt.Sprintf("  %d bytes", e.Bytes)
		}
		fmt.Fprintf(w.stdout, "%s%s in %v, %s\n", name, size, e.Elapsed.Round(time.Millisecond), way)
	case between.Around:
		fmt.Fprintf(w.stderr, "ferry: the content goes through this machine: %s\n", around(e.Err))
	case between.Skip:
		fmt.Fprintf(w.stderr, "ferry: %s is left out: %s\n", printable(e.From), shortly(e.Err))
	case between.Retry:
		fmt.Fprintf(w.stderr, "ferry: %s: %s; trying again\n", name, shortly(e.Err))
	case between.Fail:
		if w.tree { // of a single file the command says so at its end
			fmt.Fprintf(w.stderr, "ferry: %s: %s\n", printable(e.From), shortly(e.Err))
		}
	case between.Start:
	}
}

// object prints an event as JSON.
func (w *copyReport) object(e between.Event) {
	o := copyEvent{Event: e.Kind, From: e.From, To: e.To, Seconds: e.Elapsed.Seconds()}
	if e.Kind == between.Done {
		o.Direct, o.TLS = &e.Direct, &e.Private
	}
	if e.Bytes >= 0 {
		o.Bytes = &e.Bytes
	}
	if e.Err != nil {
		o.Error = shortly(e.Err)
	}
	text, err := json.Marshal(o)
	if err != nil {
		return // a struct of plain fields can always be written
	}
	fmt.Fprintf(w.stdout, "%s\n", text)
}

// around is why servers do not transfer to each other, in one line.
func around(err error) string {
	failed, ok := errors.AsType[*ftpclient.Error](err)
	if ok && len(failed.Tried) > 0 {
		return "the servers refuse: " + shortly(failed.Tried[0].Err)
	}
	if ok && failed.Err != nil {
		err = failed.Err
	}
	return shortly(err)
}
