package nft

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// What can stand in the way of nft. An error of this package has one of them in its
// chain where it is the reason (errors.Is).
var (
	// ErrNoProgram says that there is no nft.
	ErrNoProgram = errors.New("there is no nft program: install the package nftables")
	// ErrNoPrivilege says that the kernel does not let this user see or change rules.
	ErrNoPrivilege = errors.New("the kernel refuses it: run this as root, or with CAP_NET_ADMIN")
	// ErrNoKernel says that the kernel has no nf_tables, or not for the family inet.
	ErrNoKernel = errors.New("this kernel has no nf_tables: load the module (modprobe nf_tables) or use a kernel with CONFIG_NF_TABLES_INET")
	// ErrNoTable says that the table is not loaded.
	ErrNoTable = errors.New("there is no table " + tableName + " in the kernel")
	// ErrNotLinux says that this is another system.
	ErrNotLinux = errors.New("nftables are a part of Linux, and this is another system")
)

// A ProgramError is what nft has complained about.
type ProgramError struct {
	Args   []string // of nft
	Stderr string   // what it wrote
	Reason error    // one of the errors above, or the exit status
}

func (e *ProgramError) Error() string {
	text := "nft " + strings.Join(e.Args, " ") + ": " + e.Reason.Error()
	if said := strings.TrimSpace(e.Stderr); said != "" {
		text += " (" + strings.ReplaceAll(said, "\n", "; ") + ")"
	}
	return text
}

func (e *ProgramError) Unwrap() error { return e.Reason }

// run calls nft with a text on its standard input and gives what it prints.
func (l *Live) run(ctx context.Context, text string, args ...string) (string, error) {
	path, err := l.program()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = strings.NewReader(text)
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", &ProgramError{args, stderr.String(), reason(err, stderr.String())}
	}
	return stdout.String(), nil
}

// program finds nft, also where only root has it in the path.
func (l *Live) program() (string, error) {
	if !onLinux {
		return "", ErrNotLinux
	}
	if l.Path != "" {
		return l.Path, nil
	}
	if path, err := exec.LookPath("nft"); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, "nft")); err == nil {
			return path, nil
		}
	}
	return "", ErrNoProgram
}

// reason reads from a complaint why nft has failed.
func reason(err error, said string) error {
	has := func(words ...string) bool {
		for _, w := range words {
			if !strings.Contains(said, w) {
				return false
			}
		}
		return true
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return ErrNoProgram
	case has("Operation not permitted"), has("Permission denied"):
		return ErrNoPrivilege
	case has("ct helper", "No such file or directory"):
		return fmt.Errorf("the kernel has no FTP helper: load it with modprobe nf_conntrack_ftp: %w", err)
	case has("cache initialization failed"), has("Protocol not supported"), has("Address family not supported"):
		return ErrNoKernel
	}
	return err
}

// loaded says whether the table is there.
func (l *Live) loaded(ctx context.Context) (bool, error) {
	out, err := l.run(ctx, "", "-j", "list", "tables")
	if err != nil {
		return false, err
	}
	var list struct {
		Nftables []struct {
			Table *struct{ Family, Name string }
		}
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return false, fmt.Errorf("read the list of tables of nft: %w", err)
	}
	for _, o := range list.Nftables {
		if o.Table != nil && o.Table.Family+" "+o.Table.Name == tableName {
			return true, nil
		}
	}
	return false, nil
}
