package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"ferry/internal/remote"
	"ferry/internal/secret"
)

// The passwords of the environment, for a server and for a proxy.
const (
	clientPasswordEnv = "FERRY_PASSWORD"
	proxyPasswordEnv  = "FERRY_PROXY_PASSWORD"
)

// errNoPassword is a user without a password, in a script.
var errNoPassword = errors.New("no password")

// credentials are for the commands USER, PASS and ACCT.
type credentials struct{ user, password, account string }

// named gives a user who has no name the one of anonymous, as the library does.
func (who *credentials) named() {
	if who.user == "" {
		who.user, who.password = "anonymous", "anonymous@"
	}
}

// loginName is under which the keyring keeps the password of a user at a server.
func loginName(user, addr string) string { return user + "@" + addr }

// login finds out who logs in. The user is that of the URL, else of --user, which
// comes before that of a site, else of .netrc, else anonymous. The password is that
// of the URL, the environment, the keyring, .netrc, or asked for.
func (c *client) login(ctx context.Context, t *remote.Target, f *clientFlags) (who credentials, err error) {
	who = credentials{user: t.User, account: f.account}
	if who.user == "" || t.Site != nil && f.user != "" {
		who.user = f.user
	}
	if strings.ContainsFunc(who.user+who.account, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return who, wrongUsage("the user or the account has a control character")
	}
	if t.HasPassword {
		who.password = t.Password
		return who, nil
	}
	if who.user == "" {
		found, ok, err := c.lookUp(t.Host, "")
		if err != nil || !ok {
			return who, err
		}
		who.take(found)
		if who.password != "" {
			return who, nil
		}
	}
	if strings.EqualFold(who.user, "anonymous") || strings.EqualFold(who.user, "ftp") {
		found, ok, err := c.lookUp(t.Host, who.user)
		if who.password = "anonymous@"; ok {
			who.take(found)
		}
		return who, err
	}
	err = c.findPassword(ctx, clientPasswordEnv, t.Host, t.Addr(), f.cert == "", &who)
	return who, err
}

// take takes what .netrc says.
func (who *credentials) take(found remote.Login) {
	who.user, who.password = found.User, found.Password
	if who.account == "" {
		who.account = found.Account
	}
}

// findPassword looks for the password of a user at a server or proxy: in the
// environment, the keyring and .netrc; else a person is asked, if there must be one:
// a certificate may do.
func (c *client) findPassword(ctx context.Context, variable, host, addr string, must bool, who *credentials) (err error) {
	if env, ok := os.LookupEnv(variable); ok {
		who.password = env
		return nil
	}
	kept, err := c.fromKeyring(ctx, loginName(who.user, addr))
	if err != nil || kept != "" {
		who.password = kept
		return err
	}
	found, ok, err := c.lookUp(host, who.user)
	switch {
	case err != nil:
		return err
	case ok:
		who.take(found)
		return nil
	case !must:
		return nil
	case !isTerminal(c.stdin):
		return fmt.Errorf("%w for %s at %s: set %s in the environment, add the login to ~/.netrc, keep it in the keyring with ferry site, or start on a terminal to be asked",
			errNoPassword, printable(who.user), addr, variable)
	}
	who.password, err = askPassword(c.stdin, c.stderr, "Password for "+printable(who.user)+" at "+addr+": ")
	return err
}

// fromKeyring looks a password up; "" if there is none. That there is no keyring
// is nothing to say, and one that fails is no reason to stop.
func (c *client) fromKeyring(ctx context.Context, login string) (string, error) {
	if c.stdin == nil {
		return "", nil // a name is being completed: a locked keyring would ask
	}
	within, cancel := context.WithTimeout(ctx, c.flags.timeout)
	defer cancel()
	password, err := secret.Get(within, login)
	switch {
	case err == nil:
		return password, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case !errors.Is(err, secret.ErrNotFound) && !errors.Is(err, secret.ErrUnavailable):
		fmt.Fprintf(c.stderr, "ferry: warning: no password from the keyring: %s\n", printable(err.Error()))
	}
	return "", nil
}

// lookUp looks into .netrc.
func (c *client) lookUp(host, user string) (remote.Login, bool, error) {
	if c.netrc == nil {
		logins, path, exposed, err := remote.ReadNetrc()
		if err != nil {
			return remote.Login{}, false, err
		}
		if exposed && len(logins) > 0 {
			fmt.Fprintf(c.stderr, "ferry: warning: others can read the passwords in %s: chmod 600\n", path)
		}
		if logins == nil {
			logins = remote.Netrc{}
		}
		c.netrc = logins
	}
	found, ok := c.netrc.Find(host, user)
	return found, ok && found.User != "", nil
}
