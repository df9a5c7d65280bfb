// Package osfs is a local directory as a store.
//
// A store is confined to its directory with chroot's meaning: an absolute
// symbolic link starts at the directory, ".." stays in it, and nothing that
// happens meanwhile (a directory that becomes a link, say) leads out. On Linux
// from 5.6 on the kernel itself sees to that (openat2 with RESOLVE_IN_ROOT and
// RESOLVE_NO_MAGICLINKS). Elsewhere it is os.Root, which is slower and has
// limits: it refuses absolute symbolic links and those that climb above the
// directory, where the kernel would resolve them inside, and Remove, Rmdir and
// List look at the kind of file a moment before they act. FS.Confinement says
// which one holds.
//
// It does not apply a umask, nor any rule about names or permissions besides
// those of the system: that is what vfs.Restrict is for. Its caller is
// internal/store.
package osfs
