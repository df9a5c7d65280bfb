//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package secret

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

// busVariable names the session's message bus.
const busVariable = "DBUS_SESSION_BUS_ADDRESS"

var errNoBus = errors.New("there is no message bus of a session (" + busVariable + " is not set): start on a desktop, or under dbus-run-session with a Secret Service such as gnome-keyring")

// available looks for a session's message bus before the library does, which would
// start one.
func available() error {
	if address := os.Getenv(busVariable); address != "" && address != "autolaunch:" {
		return nil
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), name)); err == nil {
			return nil
		}
	}
	return errNoBus
}

// isAbsent reports a bus that nobody serves, or one without a Secret Service.
func isAbsent(err error) bool {
	if said, ok := errors.AsType[dbus.Error](err); ok {
		return strings.HasPrefix(said.Name, "org.freedesktop.DBus.Error.Spawn.") ||
			said.Name == "org.freedesktop.DBus.Error.ServiceUnknown" || said.Name == "org.freedesktop.DBus.Error.NameHasNoOwner"
	}
	_, isNet := errors.AsType[*net.OpError](err)
	return isNet
}
