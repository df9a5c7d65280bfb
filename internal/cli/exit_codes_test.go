package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"ferry/ftp"
	"ferry/ftpclient"
)

func TestStatusOf(t *testing.T) {
	reply := func(phase ftpclient.Phase, verb ftp.Verb, code ftp.Code) error {
		return &ftpclient.Error{Phase: phase, Command: ftp.Command{Verb: verb}, Reply: ftp.Reply{Code: code}}
	}
	behind := func(phase ftpclient.Phase, err error) error { return &ftpclient.Error{Phase: phase, Err: err} }
	for _, c := range []struct {
		err  error
		want int
	}{
		{behind(ftpclient.PhaseDial, &net.DNSError{Name: "x"}), exitHost},
		{behind(ftpclient.PhaseDial, io.EOF), exitEmpty},
		{behind(ftpclient.PhaseDial, context.DeadlineExceeded), exitTimeout},
		{behind(ftpclient.PhaseDial, errors.New("no reply of FTP")), exitStrange},
		{behind(ftpclient.PhaseTLS, io.EOF), exitHandshake},
		{behind(ftpclient.PhaseTLS, &untrustedError{why: io.EOF}), exitCertificate},
		{reply(ftpclient.PhaseTLS, "AUTH", 500), exitPlain},
		{reply(ftpclient.PhaseLogin, "PASS", 530), exitLogin},
		{reply(ftpclient.PhaseOpen, "REST", 502), exitRest},
		{reply(ftpclient.PhaseOpen, "RETR", 550), exitMissing},
		{reply(ftpclient.PhaseOpen, "RETR", 450), exitRetrieve},
		{reply(ftpclient.PhaseOpen, "STOR", 553), exitUpload},
		{reply(ftpclient.PhaseFinal, "STOR", 552), exitDiskFull},
		{reply(ftpclient.PhaseOpen, "MLSD", 550), exitDenied},
		{reply(ftpclient.PhaseCommand, "DELE", 550), exitCommand},
		{behind(ftpclient.PhaseCommand, os.ErrDeadlineExceeded), exitTimeout},
		{&ftpclient.Error{Phase: ftpclient.PhaseTransfer, Command: ftp.Command{Verb: "RETR"}, Err: io.EOF}, exitPartial},
		{&ftpclient.Error{Phase: ftpclient.PhaseTransfer, Command: ftp.Command{Verb: "STOR"}, Err: io.EOF}, exitSend},
		{&ftpclient.Error{Phase: ftpclient.PhaseMode, Tried: []ftpclient.Attempt{{Mode: ftpclient.PORT, Err: reply(ftpclient.PhaseMode, "PORT", 500)}}}, exitPort},
		{&ftpclient.Error{Phase: ftpclient.PhaseConnect, Mode: ftpclient.EPSV}, exitPassive},
		{&ftpclient.Error{Phase: ftpclient.PhaseConnect, Mode: ftpclient.PORT}, exitActive},
		{fmt.Errorf("wrapped: %w", context.Canceled), exitInterrupted},
		{errors.New("else"), exitFailed},
	} {
		if got := statusOf(c.err); got != c.want {
			t.Errorf("%v: status %d, want %d", c.err, got, c.want)
		}
	}
}

// TestExitCodesDocument keeps docs/exit-codes.md to the table, and the table in
// order.
func TestExitCodesDocument(t *testing.T) {
	var want strings.Builder
	writeExitCodes(&want, true)
	got, err := os.ReadFile("../../docs/exit-codes.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want.String() {
		t.Error("docs/exit-codes.md is not the table: go generate ./internal/cli")
	}
	for i := 1; i < len(exitCodes); i++ {
		if exitCodes[i-1].status >= exitCodes[i].status {
			t.Errorf("status %d stands behind %d", exitCodes[i].status, exitCodes[i-1].status)
		}
	}
}
