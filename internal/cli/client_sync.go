package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/carry"
	"ferry/internal/mirror"
	"ferry/internal/remote"
)

const syncLong = `Make a directory like another: TO gets what FROM has. One of the two is a URL with
its scheme, the other a directory of this machine; what is in FROM comes into TO,
whether or not they end with a slash.

A file is copied if it is not there, has another size, or a time that differs by
2 seconds or more (or by more than a listing tells, where that knows minutes or
days). Copies get the time of their source, so that the next run has nothing to
do; a server without MFMT is compared by size, and by time only whether its file
is older. Symbolic links, and what is neither file nor directory, are left out.

With --delete, what TO alone has is removed, last, and only if all else went well.
Nothing at all is removed (exit status 120) if that would be more than
--max-delete allows: by default half of what TO has, or 10 if that is more, and
nothing if FROM is empty. A FROM that is not there is an error. Where a directory
cannot be listed, or a listing has a line that nobody understands, nothing below
is removed. What stands in the way (a file where a directory must be) counts as
removed too, and stays without --delete.

--exclude and --include are asked in their order, and the first that matches
decides. A pattern without a slash is for names at any depth, any other for the
path below FROM and TO; with a slash at its end it is for directories alone. "**"
is any number of directories. What is excluded is not removed either.

--dry-run shows what would be done, --plan writes it to a file as JSON, --apply
does what such a file says: each action only if both sides are still as they
were, else it is refused (exit status 121). Without FROM and TO they are those
of the plan.`

// syncFlags are those of sync.
type syncFlags struct {
	transferFlags
	compare   mirror.Options
	rules     []mirror.Rule
	dryRun    bool
	plan      string
	applyFrom string
}

func newSync(p *program) *cobra.Command {
	f := syncFlags{transferFlags: transferFlags{recursive: true, tempName: true}}
	cmd := &cobra.Command{
		Use:   "sync [flags] FROM TO",
		Short: "Make a directory here like one of a server, or the other way round",
		Long:  syncLong + clientLong,
		Example: `  ferry sync ftp://ftp.example.com/pub/ mirror/
  ferry sync --delete site/ ftpes://alice@ftp.example.com/www
  ferry sync --delete --plan plan.json site/ ftpes://alice@ftp.example.com/www
  ferry sync --apply plan.json
  ferry sync --exclude .git/ --exclude '*.tmp' -P 8 --dry-run . ftpes://alice@ftp.example.com/www`,
	}
	f.registerSync(cmd)
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		if f.applyFrom != "" {
			return c.applyPlan(ctx, &f, args)
		}
		if len(args) != 2 {
			return fmt.Errorf("want FROM and TO, a URL and a directory, not %d arguments", len(args))
		}
		s, err := c.newSync(&f, args[0], args[1])
		if err != nil {
			return err
		}
		return s.run(ctx)
	})
}

// registerSync adds the flags to a command.
func (f *syncFlags) registerSync(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.compare.Delete, "delete", false, "remove what TO alone has")
	flags.Var(parsedFlag[mirror.Limit]{&f.compare.Limit, "N|N%", mirror.ParseLimit}, "max-delete", "remove nothing if it is more than `N|N%` (default 50%, or 10 entries)")
	flags.BoolVar(&f.compare.Newer, "newer", false, "leave a file of TO as it is if it is newer than that of FROM")
	flags.BoolVar(&f.compare.SizeOnly, "size-only", false, "compare sizes alone")
	flags.BoolVar(&f.compare.Checksum, "checksum", false, "compare the content instead of times, by checksums that the server makes")
	flags.BoolVarP(&f.compare.Times, "times", "t", true, "give copies the time of their source")
	flags.Var(ruleFlag{&f.rules, false}, "exclude", "leave out what matches the `pattern`; may be repeated")
	flags.Var(ruleFlag{&f.rules, true}, "include", "do not leave out what matches the `pattern`; may be repeated")
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "show what would be done, and do nothing")
	flags.StringVar(&f.plan, "plan", "", "write what is to be done to a `file`, - is the output, and do nothing")
	flags.StringVar(&f.applyFrom, "apply", "", "do what the plan in a `file` says, - is the input")
	flags.Var(&f.verify, "verify", "compare each copy at its end: `size`, or hash (a checksum of the whole file)")
	flags.Var(parsedFlag[int64]{&f.limit, "bytes", parseSize}, "limit", "the most `bytes` a second, such as 500K")
	flags.IntVar(&f.retries, "retries", 3, "how `often` something is tried again after a fault that may pass: after 1 second, 2, 4, ...")
	flags.IntVarP(&f.parallel, "parallel", "P", 4, "how many `listings` or files go at once, each on a connection of its own")
	flags.BoolVar(&f.json, "json", false, "print what happens as objects, one a line")
	cmd.MarkFlagsMutuallyExclusive("size-only", "checksum", "newer")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "plan")
	for _, name := range []string{"plan", "delete", "newer", "size-only", "checksum", "times", "exclude", "include"} {
		cmd.MarkFlagsMutuallyExclusive("apply", name)
	}
}

// ruleFlag is --exclude or --include; both add to one list, whose order counts.
type ruleFlag struct {
	rules   *[]mirror.Rule
	include bool
}

// String implements pflag.Value.
func (f ruleFlag) String() string { return "" }

// Type implements pflag.Value.
func (f ruleFlag) Type() string { return "pattern" }

// Set implements pflag.Value.
func (f ruleFlag) Set(text string) error {
	r := mirror.Rule{Include: f.include, Pattern: text}
	if _, err := mirror.NewFilter([]mirror.Rule{r}); err != nil {
		return err
	}
	*f.rules = append(*f.rules, r)
	return nil
}

// syncing is one run of sync.
type syncing struct {
	*client
	flags  *syncFlags
	target *remote.Target
	local  string // as it was given
	upload bool
}

// isURL says whether an argument of sync names a server: by a URL, or by a site.
func isURL(arg string) bool {
	if strings.Contains(arg, "://") {
		return true
	}
	sites, err := readSites()
	if err != nil {
		return false // the file is complained of where the other argument is read
	}
	name, _, _ := strings.Cut(arg, "/")
	return sites.Find(name) != nil
}

// newSync reads the two trees.
func (c *client) newSync(f *syncFlags, from, to string) (*syncing, error) {
	s := &syncing{client: c, flags: f, upload: isURL(to)}
	there, here := from, to
	switch {
	case isURL(from) && isURL(to):
		return nil, errors.New("both are URLs: ferry copy brings files from one server to another; sync needs a directory of this machine on one side")
	case s.upload:
		there, here = to, from
	case !isURL(from):
		return nil, errors.New("one of FROM and TO must be a site, or a URL with its scheme, such as ftp://ftp.example.com/pub")
	}
	if here == "" {
		return nil, errors.New("the directory has no name: . is the current one")
	}
	var err error
	if s.target, err = parseTarget(there); err != nil {
		return nil, err
	}
	if s.target.Type == 'a' {
		return nil, fmt.Errorf("%s: of a text (;type=a) bytes are not counted alike on both sides, so there is nothing to compare", s.target)
	}
	s.local = filepath.Clean(here)
	f.keepTime = false // package mirror sees to it
	t := *s.target
	t.Type = 0
	s.target = &t
	return s, f.check(s.target)
}

// names are the two trees, as a plan has them.
func (s *syncing) names() (from, to string) {
	here, err := filepath.Abs(s.local)
	if err != nil {
		here = s.local // the current directory is gone; a plan like that is refused
	}
	if s.upload {
		return here, s.target.String()
	}
	return s.target.String(), here
}

// mirror connects. Its pool must be closed.
func (s *syncing) mirror(ctx context.Context) (*mirror.Mirror, *carry.Job, error) {
	filter, err := mirror.NewFilter(s.flags.rules)
	if err != nil {
		return nil, nil, err
	}
	w := s.newProgress(&s.flags.transferFlags, true)
	j, err := s.job(ctx, s.target, &s.flags.transferFlags, w)
	if err != nil {
		return nil, nil, err
	}
	path := s.target.Path
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	teller := &syncTeller{syncing: s}
	return &mirror.Mirror{
		Pool: j.Pool, Remote: path, Local: s.local, Upload: s.upload, Options: s.flags.compare, Filter: filter,
		Parallel: s.flags.parallel, Files: j, Event: teller.event,
	}, j, nil
}

// run makes a plan, and carries it out unless it is only to be seen.
func (s *syncing) run(ctx context.Context) error {
	m, j, err := s.mirror(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = j.Pool.Close() }()
	plan, err := m.Plan(ctx)
	if err != nil {
		return &clientError{s.target.String(), err}
	}
	plan.From, plan.To = s.names()
	s.notes(plan)
	switch {
	case s.flags.plan != "":
		if err := s.writePlan(plan); err != nil {
			return err
		}
		if s.flags.plan != "-" {
			s.would(plan)
		}
		return s.verdict(plan, nil)
	case s.flags.dryRun:
		s.show(plan)
		return s.verdict(plan, nil)
	}
	return s.carryOut(ctx, m, plan, false)
}

// carryOut does what a plan says.
func (s *syncing) carryOut(ctx context.Context, m *mirror.Mirror, plan *mirror.Plan, check bool) error {
	done, err := m.Apply(ctx, plan, check)
	s.summary(plan, &done, false)
	return s.verdict(plan, err)
}

// verdict is the error with which sync ends.
func (s *syncing) verdict(plan *mirror.Plan, err error) error {
	var withheld error
	if w := plan.Withheld; w != nil {
		withheld = fmt.Errorf("%w: %d of %d entries of the target would be, more than --max-delete %s allows", errMaxDelete, w.Removals, plan.Entries, w.Limit)
		if w.Empty {
			withheld = fmt.Errorf("%w: the source is empty; --max-delete %d says that this is right", errMaxDelete, w.Removals)
		}
	}
	switch {
	case err != nil:
		s.tell(withheld)
	case withheld != nil:
		err = withheld
	case plan.Faulty():
		err = errNotAll
	default:
		return nil
	}
	return &clientError{s.target.String(), err}
}

var (
	// errMaxDelete is more to remove than may be.
	errMaxDelete = errors.New("nothing was removed")
	// errNotAll is a target that lacks what cannot be brought there.
	errNotAll = errors.New("not everything could be synced: see what was left out")
)
