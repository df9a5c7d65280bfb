package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/netx"
	"ferry/internal/proxy"
	"ferry/internal/remote"
)

// The exit statuses of the commands that talk to a server; those that curl has
// too are its own.
const (
	exitURL         = 3
	exitHost        = 6
	exitConnect     = 7
	exitStrange     = 8
	exitDenied      = 9
	exitActive      = 10
	exitPassive     = 13
	exitPartial     = 18
	exitRetrieve    = 19
	exitCommand     = 21
	exitWrite       = 23
	exitUpload      = 25
	exitRead        = 26
	exitTimeout     = 28
	exitPort        = 30
	exitRest        = 31
	exitHandshake   = 35
	exitResume      = 36
	exitEmpty       = 52
	exitSend        = 55
	exitReceive     = 56
	exitCertificate = 60
	exitPlain       = 64
	exitLogin       = 67
	exitDiskFull    = 70
	exitMissing     = 78
	exitProxy       = 97
	exitInterrupted = 130
)

// exitCodes explains each status: for `ferry help exit-codes` and for
// docs/exit-codes.md.
var exitCodes = []struct {
	status         int
	meaning, next  string
	ofClientsAlone bool
}{
	{exitOK, "all went well", "", false},
	{exitFailed, "it ran and failed, in a way that has no status of its own; several files failed differently", "read the messages", false},
	{exitRefused, "wrong usage or configuration: nothing was done", "read the message, and --help", false},
	{exitURL, "a URL cannot be read", "write special characters with percent signs", true},
	{exitHost, "the host has no address", "check its name, and the resolver", true},
	{exitConnect, "the host cannot be connected to", "check host and port: does a server listen there, and does a firewall stand between?", true},
	{exitStrange, "the server's reply is none of FTP, or does not say what it should", "check that the port is one of FTP; ftps:// if TLS comes first there", true},
	{exitDenied, "the server denies access to a directory or file", "check the path, and the rights of the user", true},
	{exitActive, "the server did not connect to this machine in active mode", "use --passive, or let the server in at --active-ports and tell it the right address with --advertise", true},
	{exitPassive, "no passive data connection", "the server's passive ports are closed or its address is wrong: try --active", true},
	{exitPartial, "the file is not whole", "go on with -c", true},
	{exitRetrieve, "the server does not send the file", "read its reply", true},
	{exitCommand, "the server refuses a command", "read its reply", true},
	{exitWrite, "a file here cannot be written", "check the folder, its rights and its space", true},
	{exitUpload, "the server does not take the file", "read its reply: rights, space, or the name", true},
	{exitRead, "a file here cannot be read", "check the name and its rights", true},
	{exitTimeout, "nothing came in time", "raise --timeout, or look for a firewall that drops", true},
	{exitPort, "the server refuses PORT and EPRT", "use --passive; behind a NAT, --advertise the address that the server sees", true},
	{exitRest, "the server cannot go on in the middle of a file", "start again without -c", true},
	{exitHandshake, "TLS cannot be agreed on", "try --tls-max 1.2; ftpes:// and ftps:// are different ports", true},
	{exitResume, "what is there already is not the beginning of the file", "start again without -c", true},
	{exitEmpty, "the server closed without a word", "it may have too many clients: try later", true},
	{exitSend, "sending failed", "try again", true},
	{exitReceive, "receiving failed", "try again", true},
	{exitCertificate, "the server's certificate is not trusted", "look at it on a terminal once, or take any with --insecure", true},
	{exitPlain, "the server has no TLS where TLS must be", "--plain if that is right: passwords can be read on the way", true},
	{exitLogin, "the login failed", "check user and password", true},
	{exitDiskFull, "the server has no space left", "remove files there, or ask for quota", true},
	{exitMissing, "there is no such file on the server", "list the directory with ferry ls", true},
	{exitProxy, "the proxy cannot be reached, or does not connect to the server", "check --proxy, ftp_proxy and all_proxy in the environment, or go without: --proxy none", true},
	{exitInterrupted, "interrupted (Ctrl-C)", "go on with -c", true},
}

// writeExitCodes prints the table as text, or for docs/exit-codes.md.
func writeExitCodes(w io.Writer, markdown bool) {
	if markdown {
		fmt.Fprint(w, "# Exit statuses\n\nThe numbers are curl's where curl has them. Generated from `internal/cli/exit_codes.go` by `make gen`.\n\n| status | what happened | what to do |\n|---|---|---|\n")
	}
	for _, c := range exitCodes {
		switch {
		case markdown:
			fmt.Fprintf(w, "| %d | %s | %s |\n", c.status, c.meaning, c.next)
		case c.next == "":
			fmt.Fprintf(w, "%4d  %s\n", c.status, c.meaning)
		default:
			fmt.Fprintf(w, "%4d  %s\n      -> %s\n", c.status, c.meaning, c.next)
		}
	}
}

//go:generate sh -c "go run ../../cmd/ferry exit-codes --markdown > ../../docs/exit-codes.md"

func newExitCodes(p *program) *cobra.Command {
	var markdown bool
	var table strings.Builder
	writeExitCodes(&table, false)
	cmd := &cobra.Command{
		Use:   "exit-codes",
		Short: "Print what each exit status means",
		Long:  "What each exit status of ferry means, and what to do about it. The numbers are\ncurl's where curl has them.\n\n" + table.String(),
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			writeExitCodes(p.stdout, markdown)
			return nil
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print the table of the documentation")
	return cmd
}

// statusOf is the exit status for an error of a command that talks to a server.
func statusOf(err error) int {
	var dns *net.DNSError
	var invalid *x509.CertificateInvalidError
	e, isFTP := errors.AsType[*ftpclient.Error](err)
	_, usage := errors.AsType[*usageError](err)
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case usage:
		return exitRefused
	case errors.Is(err, remote.ErrTarget):
		return exitURL
	case errors.Is(err, errUntrusted), errors.As(err, &invalid), verify:
		return exitCertificate
	case errors.Is(err, errNoTLS):
		return exitPlain
	case errors.Is(err, errNoPassword):
		return exitLogin
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, carry.ErrResume):
		return exitResume
	case errors.Is(err, carry.ErrPartial):
		return exitPartial
	case errors.Is(err, carry.ErrNoMatch):
		return exitMissing
	case errors.Is(err, carry.ErrLocalRead):
		return exitRead
	case errors.Is(err, carry.ErrLocalWrite), errors.Is(err, carry.ErrName):
		return exitWrite
	case errors.As(err, &dns) && !isProxy(err):
		return exitHost
	case isFTP:
		return statusOfPhase(e)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return exitWrite
	}
	return exitFailed
}

// isProxy reports what a proxy has not done.
func isProxy(err error) bool {
	_, is := errors.AsType[*proxy.Error](err)
	return is
}

// statusOfPhase goes by how far it came.
func statusOfPhase(e *ftpclient.Error) int {
	late := netx.Classify(e.Err) == netx.Timeout || errors.Is(e.Err, os.ErrDeadlineExceeded)
	switch e.Phase {
	case ftpclient.PhaseDial:
		switch {
		case isProxy(e.Err):
			return exitProxy
		case errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF):
			return exitEmpty
		case late:
			return exitTimeout
		case netx.Classify(e.Err) != netx.Other:
			return exitConnect
		}
		return exitStrange
	case ftpclient.PhaseTLS:
		if e.Reply.Code != 0 {
			return exitPlain
		}
		return exitHandshake
	case ftpclient.PhaseLogin:
		if e.Reply.Code != 0 {
			return exitLogin
		}
	case ftpclient.PhaseMode, ftpclient.PhaseConnect, ftpclient.PhaseDataTLS:
		return statusOfData(e)
	case ftpclient.PhaseTransfer, ftpclient.PhaseFinal:
		switch {
		case e.Reply.Code == 452 || e.Reply.Code == 552:
			return exitDiskFull
		case late:
			return exitTimeout
		case e.Command.Verb == "STOR" || e.Command.Verb == "APPE":
			return exitSend
		case e.Phase == ftpclient.PhaseTransfer && e.Command.Verb == "RETR":
			return exitPartial
		}
		return exitReceive
	case ftpclient.PhaseCommand, ftpclient.PhaseOpen:
	}
	switch {
	case late:
		return exitTimeout
	case e.Reply.Code == 0:
		return exitReceive
	}
	return statusOfRefusal(e)
}

// statusOfData is for a data connection that was not made: what the last mode
// failed of, or the last of those that were tried.
func statusOfData(e *ftpclient.Error) int {
	mode, phase := e.Mode, e.Phase
	if mode == "" && len(e.Tried) > 0 {
		last := e.Tried[len(e.Tried)-1]
		mode = last.Mode
		if inner, ok := errors.AsType[*ftpclient.Error](last.Err); ok {
			phase = inner.Phase
		}
	}
	active := mode == ftpclient.EPRT || mode == ftpclient.PORT
	switch {
	case phase == ftpclient.PhaseDataTLS:
		return exitHandshake
	case active && phase == ftpclient.PhaseMode:
		return exitPort
	case active:
		return exitActive
	}
	return exitPassive
}

// statusOfRefusal is for a command that the server refused.
func statusOfRefusal(e *ftpclient.Error) int {
	code := e.Reply.Code
	switch {
	case !code.Negative():
		return exitStrange
	case code == 452 || code == 552:
		return exitDiskFull
	}
	switch e.Command.Verb {
	case "REST":
		return exitRest
	case "RETR", "MLST", "SIZE", "MDTM":
		if code == ftp.Code(550) {
			return exitMissing
		}
		return exitRetrieve
	case "STOR", "APPE":
		return exitUpload
	case "CWD", "MLSD", "LIST":
		return exitDenied
	}
	return exitCommand
}
