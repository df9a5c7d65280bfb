package sys

// ThreadIdentity is who a thread is to become, in numbers.
type ThreadIdentity struct {
	// UID and GID own what the thread makes, and decide what it may reach.
	UID, GID uint32
	// Groups are the supplementary groups; none is none at all.
	Groups []uint32
	// Guard is the user that the thread is in every other respect. Whoever has
	// the same real or saved user number may kill a thread, and with it the
	// whole process: the user that the thread acts for must not be able to. It
	// may be UID where that does not matter.
	Guard uint32
}
