// Package secret keeps passwords in the keyring of the system: the Secret Service
// of a Linux or BSD desktop (GNOME's keyring, KWallet, KeePassXC), the Keychain of
// macOS, the Credential Manager of Windows. It is the one room that knows them.
//
// A password is kept for a login, "user@host:port", not for a name that somebody
// gave a server, so that it is never sent to another host than the one for which
// it was stored. The command line calls it.
package secret
