// Ferry-pam asks PAM, for ferry's server, which is built without C: whether a
// user may log in, and to open and close sessions.
//
//	ferry-pam serve         answers requests on standard input, as long as it is open
//	ferry-pam transaction   carries one request out; serve starts it
//
// Nobody needs to call it by hand: ferry serve starts it where a configuration lets
// system users in. It takes no password from its arguments or its environment.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"ferry/pam/serve"
	"ferry/pam/transaction"
)

// The limits of a server. A module that asks a server of its own may take its
// time; the client of the FTP server has gone by then.
const (
	parallel     = 16
	waiting      = 240
	sessions     = 4096
	timeout      = time.Minute
	closeTimeout = 15 * time.Second
)

func init() {
	// Some modules change the thread that they run on: it is to be the first one.
	runtime.LockOSThread()
}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "ferry-pam: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	// No memory of a process that knows a password is written to a disk.
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	// What ends this process is the end of its input: then there are sessions to be
	// closed, which a signal to all processes of a service must not forestall, nor
	// that nobody reads the answers any more.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
	switch {
	case len(args) == 1 && args[0] == "transaction":
		return transaction.Run(in, out, func() { os.Exit(1) })
	case len(args) == 1 && args[0] == "serve":
		s := &serve.Server{
			Command:  child,
			Parallel: parallel, Waiting: waiting, Sessions: sessions, Timeout: timeout, CloseTimeout: closeTimeout,
		}
		return s.Serve(in, out)
	}
	return fmt.Errorf("want serve or transaction; ferry's server starts this program itself")
}

// child is the process of one transaction, without the server's environment, which
// modules look at.
func child() *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", "transaction") // also when the file has been replaced
	cmd.Args[0] = "ferry-pam"
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	return cmd
}
