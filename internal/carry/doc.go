// Package carry moves files and trees between a server and this machine: several
// at once, large ones in ranges, with a temporary name until a file is whole, going
// on where an earlier attempt ended, and never outside of the folder that it was
// given, whatever names a server sends and wherever symbolic links point.
//
// It knows the client library, patterns and the local file system, not how a login
// is found and not what a person sees: it is given a pool of connections, which
// tries again what fails for now, and tells what happens by events. The command
// line calls it.
//
// A Job does one of these: Download and Upload look at what there is and choose,
// DownloadFile and UploadFile carry exactly one file, DownloadTo and UploadFrom a
// stream; Remove takes away. A tree is the work of a crew, which lists directories
// ahead of the transfers. A file is one fetch or send; in several ranges it is
// parts, whose spans are kept beside it until it is whole.
package carry
