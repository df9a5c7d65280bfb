package keeper

import (
	"errors"
	"io/fs"
	"testing"

	"ferry/ftp"
	"ferry/internal/account"
	"ferry/internal/pam"
)

// What is wrong here is no wrong password.
func TestJudged(t *testing.T) {
	own := &ftp.Error{Reply: ftp.Replyf(ftp.CodeNotLoggedIn, "You must use encryption.")}
	for _, tt := range []struct {
		err   error
		reply string // "" is that of a wrong password
	}{
		{&account.DeniedError{Name: "anna", Cause: account.ErrWrongPassword}, ""},
		{&pam.RefusedError{User: "anna", Reason: "authentication-failed"}, ""},
		{own, "You must use encryption."},
		{pam.ErrBusy, "Nobody can log in that way now, try again later."},
		{fs.ErrPermission, "Nobody can log in that way now, try again later."},
	} {
		err := judged(tt.err)
		reply := ""
		if e, ok := errors.AsType[*ftp.Error](err); ok {
			reply = e.Reply.Text()
		}
		if reply != tt.reply || !errors.Is(err, tt.err) {
			t.Errorf("%v becomes %v", tt.err, err)
		}
	}
}

// An error keeps its reply and its text on the way between two processes.
func TestRefusalTravels(t *testing.T) {
	for _, err := range []error{
		&account.DeniedError{Name: "anna", Cause: account.ErrWrongPassword},
		&ftp.Error{Reply: ftp.Reply{Code: 530, Lines: []string{"a", "b"}}, Cause: errors.New("why")},
		&ftp.Error{Reply: ftp.Reply{Code: 530, Lines: []string{"a"}}},
	} {
		got := refusalOf(err).err()
		if got.Error() != err.Error() {
			t.Errorf("%v becomes %v", err, got)
		}
	}
}
