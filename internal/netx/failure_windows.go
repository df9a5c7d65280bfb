package netx

import "syscall"

// Error numbers of Winsock and of the system beneath it, which package syscall
// does not name. Winsock's are 10000 and the number known from Unix.
const (
	wsaEACCES        syscall.Errno = 10013
	wsaEADDRINUSE    syscall.Errno = 10048
	wsaEADDRNOTAVAIL syscall.Errno = 10049
	wsaENETDOWN      syscall.Errno = 10050
	wsaENETUNREACH   syscall.Errno = 10051
	wsaETIMEDOUT     syscall.Errno = 10060
	wsaECONNREFUSED  syscall.Errno = 10061
	wsaEHOSTDOWN     syscall.Errno = 10064
	wsaEHOSTUNREACH  syscall.Errno = 10065

	errSemTimeout         syscall.Errno = 121
	errConnectionRefused  syscall.Errno = 1225
	errNetworkUnreachable syscall.Errno = 1231
	errHostUnreachable    syscall.Errno = 1232
)

// failures sorts Winsock's error numbers, and the ones that package syscall
// invents for Windows: Mem uses those.
var failures = []errnoFailure{
	{Refused, []syscall.Errno{wsaECONNREFUSED, errConnectionRefused, syscall.ECONNREFUSED}},
	{Timeout, []syscall.Errno{wsaETIMEDOUT, errSemTimeout, syscall.ETIMEDOUT}},
	{Unreachable, []syscall.Errno{
		wsaEHOSTUNREACH, wsaENETUNREACH, wsaEHOSTDOWN, wsaENETDOWN, errNetworkUnreachable, errHostUnreachable,
		syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN,
	}},
	{AddrInUse, []syscall.Errno{wsaEADDRINUSE, syscall.EADDRINUSE}},
	{AddrNotAvail, []syscall.Errno{wsaEADDRNOTAVAIL, syscall.EADDRNOTAVAIL}},
	{Permission, []syscall.Errno{wsaEACCES, syscall.EACCES, syscall.EPERM}},
}
