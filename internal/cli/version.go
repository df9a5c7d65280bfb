package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
)

// version is what the program knows about how it was built.
type version struct {
	version  string    // of the module, "(devel)" for a build from a working copy
	revision string    // of the source, "" if it was not built in a repository
	modified bool      // the source was not that of the revision
	time     time.Time // of the revision
}

// readVersion asks the linker's record.
func readVersion() version {
	v := version{version: "(devel)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.revision = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			v.time, _ = time.Parse(time.RFC3339, s.Value) // or none
		case "vcs.modified":
			v.modified = s.Value == "true"
		}
	}
	return v
}

// String is the one line of `ferry version`.
func (v version) String() string {
	s := "ferry " + v.version
	if v.revision != "" {
		s += " " + v.revision
		if v.modified {
			s += " (modified)"
		}
	}
	return fmt.Sprintf("%s, %s, %s/%s", s, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func newVersion(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and how it was built",
		Long: `Print the version of ferry, the revision of its source where it is known, the
version of Go that compiled it, and the system that it was compiled for.`,
		Example: "  ferry version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(p.stdout, readVersion())
			return nil
		},
	}
}
