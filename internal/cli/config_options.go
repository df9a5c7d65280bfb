package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/config"
)

//go:generate sh -c "go run ../../cmd/ferry config options --markdown > ../../docs/configuration.md"

const optionsLong = `Print every option, or all there is to know about those that are named: its type,
its default, what it does, and whether ferry acts on it.

The column FERRY says

  yes        ferry does what the option says
  no effect  it can safely be ignored, and is reported at start
  refused    ignoring it would be unsafe, so that serve does not start`

func newConfigOptions(p *program) *cobra.Command {
	var asMarkdown, asJSON bool
	cmd := &cobra.Command{
		Use:   "options [NAME]...",
		Short: "Explain the options",
		Long:  optionsLong,
		Example: `  ferry config options
  ferry config options pasv_address pasv_min_port
  ferry config options --json | jq '.[] | select(.support == "refused") | .name'`,
		ValidArgsFunction: completeOption,
		RunE: func(_ *cobra.Command, args []string) error {
			args, err := sourcesOf(args)
			if err != nil {
				return err
			}
			options, err := chosen(args)
			if err != nil {
				return err
			}
			var text []byte
			switch {
			case asMarkdown && len(args) > 0:
				return fmt.Errorf("--markdown prints the whole page: give no names")
			case asMarkdown:
				text = config.Markdown()
			case asJSON:
				if text, err = optionsJSON(options); err != nil {
					return &failure{err}
				}
			case len(args) > 0:
				text = describe(options)
			default:
				text = optionTable(options, terminalWidth(p.stdout))
			}
			if _, err := p.stdout.Write(text); err != nil {
				return &failure{fmt.Errorf("cannot print the options: %w", err)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asMarkdown, "markdown", false, "print the page docs/configuration.md")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	cmd.MarkFlagsMutuallyExclusive("markdown", "json")
	return cmd
}

// chosen gives the options of these names, every one for no name.
func chosen(names []string) ([]config.Option, error) {
	if len(names) == 0 {
		return config.Options(), nil
	}
	var options []config.Option
	for _, name := range names {
		o, ok := config.Lookup(name)
		if !ok {
			return nil, fmt.Errorf("there is no option %q%s", printable(name), guess(name))
		}
		options = append(options, o)
	}
	return options, nil
}

// guess says what may have been meant, in the words of a complaint.
func guess(name string) string {
	_, err := config.Parse(config.Source{Setting: true, Text: []byte(name + "=1")})
	for _, c := range complaintsOf(err) {
		if c.Cause == config.CauseOptionUnknown && c.Hint != "" {
			return ": " + c.Hint
		}
	}
	return ""
}

// completeOption offers the names of options to the shell.
func completeOption(_ *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, o := range config.Options() {
		if strings.HasPrefix(o.Name, begin) {
			names = append(names, o.Name+"\t"+o.Doc)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// jsonOption is an option as --json prints it.
type jsonOption struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Default  string `json:"default"`
	Support  string `json:"support"`
	Honoured string `json:"honoured,omitempty"`
	Why      string `json:"why,omitempty"`
	Doc      string `json:"doc"`
	Origin   string `json:"origin"`
	AliasOf  string `json:"alias_of,omitempty"`
}

func optionsJSON(options []config.Option) ([]byte, error) {
	list := make([]jsonOption, len(options))
	for i, o := range options {
		list[i] = jsonOption{
			Name: o.Name, Kind: o.Kind.String(), Default: o.Default, Support: o.Support.String(),
			Honoured: o.Honoured, Why: o.Why, Doc: o.Doc, Origin: o.Origin, AliasOf: o.AliasOf,
		}
	}
	text, err := json.MarshalIndent(list, "", "  ")
	return append(text, '\n'), err
}
