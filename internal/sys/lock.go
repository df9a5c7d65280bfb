package sys

import "errors"

// ErrLocked is what TryLock gives where another process or descriptor holds
// the lock.
var ErrLocked = errors.New("locked by another writer")
