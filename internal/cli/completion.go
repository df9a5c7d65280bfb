package cli

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/spf13/cobra"
)

// bashTail makes up for what cobra's script leaves to the package
// bash-completion.
//
//go:embed completion_tail.bash
var bashTail []byte

// shells are those with a script, and how to use it.
var shells = []struct {
	name, use string
	generate  func(root *cobra.Command, w *bytes.Buffer) error
}{
	{
		"bash", `  source <(ferry completion bash)                            # in this shell
  ferry completion bash > ~/.local/share/bash-completion/completions/ferry

The second line is for every new shell that has the package bash-completion;
without it, put the first one into ~/.bashrc. The script itself needs no package.`,
		func(root *cobra.Command, w *bytes.Buffer) error {
			err := root.GenBashCompletionV2(w, true)
			w.Write(bashTail)
			return err
		},
	},
	{
		"zsh", `  source <(ferry completion zsh)                             # in this shell
  ferry completion zsh > "${fpath[1]}/_ferry"                # for every new one

Completion must be on: autoload -U compinit; compinit in ~/.zshrc.`,
		func(root *cobra.Command, w *bytes.Buffer) error { return root.GenZshCompletion(w) },
	},
	{
		"fish", `  ferry completion fish | source                             # in this shell
  ferry completion fish > ~/.config/fish/completions/ferry.fish`,
		func(root *cobra.Command, w *bytes.Buffer) error { return root.GenFishCompletion(w, true) },
	},
	{
		"powershell", `  ferry completion powershell | Out-String | Invoke-Expression

The same line in the file $PROFILE is for every new shell.`,
		func(root *cobra.Command, w *bytes.Buffer) error { return root.GenPowerShellCompletionWithDesc(w) },
	},
}

const completionLong = `Print a script that lets a shell complete the words behind ferry: commands, flags
and their values, names of files on servers, and hosts of ~/.netrc.

Names on a server are asked for with the login that the command would use, as far
as nobody has to be asked: a certificate that is not known yet, a password that is
kept nowhere, and all that takes longer than 3 seconds means no names.`

// newCompletion makes ferry completion.
func newCompletion(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "completion",
		Short:   "Print a script that completes words in a shell",
		Long:    completionLong,
		Example: "  source <(ferry completion bash)",
		Args:    noSuchCommand,
		RunE:    showHelp,
	}
	for _, shell := range shells {
		cmd.AddCommand(&cobra.Command{
			Use:               shell.name,
			Short:             "Print the script for " + shell.name,
			Long:              "Print the script for " + shell.name + ".\n\n" + shell.use,
			Args:              cobra.NoArgs,
			ValidArgsFunction: cobra.NoFileCompletions,
			RunE: func(cmd *cobra.Command, _ []string) error {
				var script bytes.Buffer
				if err := shell.generate(cmd.Root(), &script); err != nil {
					return &failure{err}
				}
				if _, err := script.WriteTo(p.stdout); err != nil {
					return &failure{fmt.Errorf("cannot print the script: %w", err)}
				}
				return nil
			},
		})
	}
	return cmd
}
