package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// keyringBus is the configuration of a message bus that starts the keyring when
// somebody asks for it.
const keyringBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <servicedir>%s</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// keyringService is what the bus starts.
const keyringService = `[D-BUS Service]
Name=org.freedesktop.secrets
Exec=%s
`

// keyringStart opens a new keyring with a password, as a login does.
const keyringStart = `#!/bin/sh
export HOME='%[1]s' XDG_DATA_HOME='%[1]s' XDG_CONFIG_HOME='%[1]s' XDG_CACHE_HOME='%[1]s' XDG_RUNTIME_DIR='%[1]s'
printf secret | exec '%[2]s' --foreground --unlock --components=secrets
`

// Keyring starts a session's message bus with GNOME's keyring on it, open and
// empty. It returns the variable of the environment by which programs find it, and
// its value.
func Keyring(t testing.TB) (variable, address string) {
	t.Helper()
	bus, keyring := Need(t, "dbus-daemon"), Need(t, "gnome-keyring")
	dir, err := os.MkdirTemp("", "bus") //nolint:usetesting // A socket's name is short.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{
		"bus.conf":                        fmt.Sprintf(keyringBus, in("socket"), dir),
		"org.freedesktop.secrets.service": fmt.Sprintf(keyringService, in("start")),
		"start":                           fmt.Sprintf(keyringStart, dir, keyring),
	} {
		if err := os.WriteFile(in(name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	proc, err := startProcess(nil, dir, bus, []string{"--config-file=" + in("bus.conf"), "--nofork", "--nopidfile"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proc.stop)
	if err := proc.awaitListener("unix", in("socket")); err != nil {
		t.Fatalf("start %s: %v; it printed: %s", bus, err, proc.output())
	}
	return "DBUS_SESSION_BUS_ADDRESS", "unix:path=" + in("socket")
}
