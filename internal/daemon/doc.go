// Package daemon puts a server together: settings to policies, accounts,
// stores, listeners and logs around an ftpserver.Server. It alone knows all of
// them.
//
// New checks and opens everything that the settings name, so that what is wrong
// is said before the first client comes; Serve runs until Shutdown. What a
// program prints about a running server is in Status.
package daemon
