package nsnet

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// onOwnThread runs f in a new goroutine, on a thread that ends with it. So f may
// move the thread to another namespace: the Go scheduler never gets it back. It
// is not the main thread, which the runtime cannot end, and by whose namespace
// others see the process in /proc.
func onOwnThread(f func()) {
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() != unix.Getpid() {
			f()
			return
		}
		// While this goroutine holds the main thread the other one gets another.
		locked := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			close(locked)
			f()
		}()
		<-locked
		runtime.UnlockOSThread()
	}()
}
