// Package carry moves files and trees between a server and this machine: with a
// temporary name until a file is whole, going on where an earlier attempt ended,
// trying again when the fault may pass, and never outside of the folder that it
// was given, whatever names a server sends and wherever symbolic links point.
//
// It knows the client library and the local file system, not how a login is
// found and not what a person sees: it is given connections by a function, and
// tells what happens by events. The command line calls it.
package carry
