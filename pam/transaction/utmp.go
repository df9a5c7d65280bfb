package transaction

/*
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <utmp.h>
#include <utmpx.h>

// record fills in a line of utmp; the texts need no NUL where they are cut.
static void record(short type, const char *line, const char *user, const char *host) {
	struct utmpx entry;
	struct timeval now;
	memset(&entry, 0, sizeof entry);
	entry.ut_type = type;
	entry.ut_pid = getpid();
	strncpy(entry.ut_line, line, sizeof entry.ut_line);
	strncpy(entry.ut_user, user, sizeof entry.ut_user);
	strncpy(entry.ut_host, host, sizeof entry.ut_host);
	gettimeofday(&now, NULL);
	entry.ut_tv.tv_sec = now.tv_sec;
	entry.ut_tv.tv_usec = now.tv_usec;
	setutxent();
	pututxline(&entry);
	endutxent();
	updwtmpx("/var/log/wtmp", &entry);
}

static void record_login(const char *line, const char *user, const char *host) { record(USER_PROCESS, line, user, host); }
static void record_logout(const char *line) { record(DEAD_PROCESS, line, "", ""); }
*/
import "C"

import (
	"fmt"
	"os"
	"unsafe"
)

// writeUtmp records a login in utmp and wtmp (session_support), and gives the
// function that records the end. The "terminal" is ferry:PID. That a machine keeps
// no such files is no reason to refuse a login, so nothing is said about it.
func writeUtmp(user, host string) (end func()) {
	line := C.CString(fmt.Sprintf("ferry:%d", os.Getpid()))
	u, h := C.CString(user), C.CString(host)
	defer C.free(unsafe.Pointer(u))
	defer C.free(unsafe.Pointer(h))
	C.record_login(line, u, h)
	return func() {
		C.record_logout(line)
		C.free(unsafe.Pointer(line))
	}
}
