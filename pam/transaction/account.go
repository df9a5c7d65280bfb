package transaction

/*
#include <sys/types.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

// MAX_GROUPS is Linux's limit of the groups of a process.
enum { MAX_GROUPS = 65536 };

// find_account is getpwnam_r with as much memory as it takes; the caller frees
// *memory. 0 if there is no such user, or no answer.
static int find_account(const char *name, struct passwd *entry, char **memory) {
	size_t size = 4096;
	*memory = NULL;
	for (;;) {
		struct passwd *found = NULL;
		char *larger = realloc(*memory, size);
		if (larger == NULL)
			return 0;
		*memory = larger;
		int error = getpwnam_r(name, entry, *memory, size, &found);
		if (error != ERANGE || size > (1 << 20))
			return error == 0 && found != NULL;
		size *= 2;
	}
}

// find_groups is getgrouplist; the caller frees *groups.
static int find_groups(const char *name, gid_t gid, gid_t **groups) {
	int n = 64;
	*groups = NULL;
	for (;;) {
		int room = n;
		gid_t *larger = realloc(*groups, room * sizeof(gid_t));
		if (larger == NULL)
			return 0;
		*groups = larger;
		if (getgrouplist(name, gid, *groups, &n) >= 0)
			return n;
		if (n <= room)
			n = 2 * room;
		if (n > MAX_GROUPS)
			return 0;
	}
}
*/
import "C"

import (
	"slices"
	"unsafe"

	"ferry/pam/protocol"
)

// lookup asks the C library for a user; nil if there is none, as with users that
// a PAM module alone knows.
func lookup(name string) *protocol.Account {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	var entry C.struct_passwd
	var memory *C.char
	found := C.find_account(text, &entry, &memory) //nolint:gocritic // what it finds is in cgo's code
	defer C.free(unsafe.Pointer(memory))
	if found == 0 {
		return nil
	}
	a := &protocol.Account{
		Name: bytesOf(entry.pw_name), UID: uint32(entry.pw_uid), GID: uint32(entry.pw_gid),
		Home: bytesOf(entry.pw_dir), Shell: bytesOf(entry.pw_shell), Gecos: bytesOf(entry.pw_gecos),
	}
	a.Groups = append(a.Groups, a.GID)
	var groups *C.gid_t
	n := C.find_groups(text, entry.pw_gid, &groups) //nolint:gocritic // what it finds is in cgo's code
	defer C.free(unsafe.Pointer(groups))
	for _, gid := range unsafe.Slice(groups, n) {
		if !slices.Contains(a.Groups, uint32(gid)) {
			a.Groups = append(a.Groups, uint32(gid))
		}
	}
	return a
}

// bytesOf copies a text of C, of which there may be none.
func bytesOf(text *C.char) []byte {
	if text == nil {
		return nil
	}
	return []byte(C.GoString(text))
}
