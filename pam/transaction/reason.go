package transaction

import (
	"errors"
	"fmt"

	"github.com/msteinert/pam/v2"
)

// meaning is a code of PAM: its name, and the lasting name of why the login is
// refused. The names are those of internal/account/system where they mean the
// same.
type meaning struct{ code, reason string }

// broken is the reason of all that is no answer about a user, such as a service or
// a module that cannot be loaded.
const broken = "pam-broken"

var meanings = map[pam.Error]meaning{
	pam.ErrAuth:             {"PAM_AUTH_ERR", "authentication-failed"},
	pam.ErrUserUnknown:      {"PAM_USER_UNKNOWN", "no-such-user"},
	pam.ErrPermDenied:       {"PAM_PERM_DENIED", "permission-denied"},
	pam.ErrMaxtries:         {"PAM_MAXTRIES", "too-many-tries"},
	pam.ErrAcctExpired:      {"PAM_ACCT_EXPIRED", "account-expired"},
	pam.ErrNewAuthtokReqd:   {"PAM_NEW_AUTHTOK_REQD", "password-must-change"},
	pam.ErrAuthtokExpired:   {"PAM_AUTHTOK_EXPIRED", "password-expired"},
	pam.ErrCredExpired:      {"PAM_CRED_EXPIRED", "password-expired"},
	pam.ErrCredInsufficient: {"PAM_CRED_INSUFFICIENT", "authentication-unavailable"},
	pam.ErrAuthinfoUnavail:  {"PAM_AUTHINFO_UNAVAIL", "authentication-unavailable"},
	pam.ErrCredUnavail:      {"PAM_CRED_UNAVAIL", "credentials-refused"},
	pam.ErrCred:             {"PAM_CRED_ERR", "credentials-refused"},
	pam.ErrSession:          {"PAM_SESSION_ERR", "session-refused"},
	pam.ErrConv:             {"PAM_CONV_ERR", "prompt-refused"},
	pam.ErrConvAgain:        {"PAM_CONV_AGAIN", "prompt-refused"},
	pam.ErrOpen:             {"PAM_OPEN_ERR", broken},
	pam.ErrSymbol:           {"PAM_SYMBOL_ERR", broken},
	// What pam_exec says of a program that fails.
	pam.ErrService:       {"PAM_SERVICE_ERR", "module-failed"},
	pam.ErrSystem:        {"PAM_SYSTEM_ERR", "module-failed"},
	pam.ErrBuf:           {"PAM_BUF_ERR", broken},
	pam.ErrAbort:         {"PAM_ABORT", broken},
	pam.ErrIgnore:        {"PAM_IGNORE", broken},
	pam.ErrModuleUnknown: {"PAM_MODULE_UNKNOWN", broken},
	pam.ErrIncomplete:    {"PAM_INCOMPLETE", broken},
}

// meaningOf says what an error of PAM means.
func meaningOf(err error) meaning {
	var code pam.Error
	if !errors.As(err, &code) {
		return meaning{"", broken}
	}
	if m, ok := meanings[code]; ok {
		return m
	}
	return meaning{fmt.Sprintf("PAM_%d", int(code)), broken}
}
