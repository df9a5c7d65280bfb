//go:build !linux

package sys

// A Lock would be a set of rules; only Linux can restrict a process to some.
type Lock struct{}

// NewLock gives ErrNoLandlock.
func NewLock([]ReachRule) (*Lock, error) { return nil, ErrNoLandlock }

// Put gives ErrNoLandlock.
func (*Lock) Put() (Landlocked, error) { return Landlocked{}, ErrNoLandlock }

// Close has nothing to forget.
func (*Lock) Close() {}

// LandlockABI would be the version of the kernel's interface; it is 0 here.
func LandlockABI() int { return 0 }
