package config

import "slices"

// The causes of complaints: stable names that scripts may rely on.
const (
	// What vsftpd refuses.
	CauseFileUnreadable   = "file-unreadable"
	CauseFileNotRegular   = "file-not-regular"
	CauseFileTooLarge     = "file-too-large"
	CauseFileWritable     = "file-writable-by-others"
	CauseFileOwner        = "file-not-owned"
	CauseArgumentUnknown  = "argument-unknown"
	CauseOptionUnknown    = "option-unknown"
	CauseValueMissing     = "value-missing"
	CauseBoolMalformed    = "bool-malformed"
	CauseListenTwice      = "listen-on-both"
	CauseListenAddress    = "listen-address-malformed"
	CauseNoAccess         = "no-access"
	CauseProcessModel     = "one-process-model-anonymous-only"
	CauseNoProtocol       = "no-protocol"
	CauseHTTPProcessModel = "http-needs-one-process-model"
	CauseRefused          = "option-refused"
	CauseLaunchingUser    = "launching-user-local"
	CauseCharset          = "charset-unknown"
	CauseTLSIncomplete    = "tls-incomplete"

	// What vsftpd swallows.
	CauseNumberMalformed    = "number-malformed"
	CauseNumberBase         = "number-base"
	CauseNumberRange        = "number-out-of-range"
	CauseTextStray          = "text-stray"
	CauseAssignedTwice      = "assigned-twice"
	CausePathRelative       = "path-relative"
	CauseRangeInverted      = "passive-range-inverted"
	CauseRangePort          = "passive-range-port-ignored"
	CauseRangeHalf          = "passive-range-half-set"
	CausePassiveAddress     = "passive-address-malformed"
	CausePassiveUnspecified = "passive-address-unspecified"
	CausePromiscuous        = "promiscuous"
	CauseNoTimeout          = "timeout-unlimited"
	CauseOneTimeout         = "timeout-one-sided"
	CauseCommandList        = "command-list"
	CauseCommandUnknown     = "command-unknown"
	CauseWithoutEffect      = "without-effect"
	CauseContradiction      = "contradiction"
	CauseLockedByOthers     = "lockout-by-others"
	CauseAnonymousDefault   = "anonymous-by-default"
)

// CauseInfo explains one cause of complaints.
type CauseInfo struct {
	// Cause is the stable name.
	Cause string
	// Severity is the highest with which it is reported.
	Severity Severity
	// Meaning says in one sentence what was found.
	Meaning string
}

var causes = []CauseInfo{
	{CauseFileUnreadable, Error, "the file does not exist or cannot be read"},
	{CauseFileNotRegular, Error, "the path names a directory, a device or a pipe"},
	{CauseFileTooLarge, Error, "the file is longer than 100000 bytes, of which vsftpd reads the first 100000 only"},
	{CauseFileWritable, Error, "root was to follow a file that other users can write"},
	{CauseFileOwner, Error, "the file of one user belongs to somebody else than who runs the server"},
	{CauseArgumentUnknown, Error, "an argument begins with - and is no -oNAME=VALUE"},
	{CauseOptionUnknown, Error, "there is no option of that name"},
	{CauseValueMissing, Error, "a boolean or a number has an empty value, or a line has no ="},
	{CauseBoolMalformed, Error, "a boolean is none of YES, TRUE, 1, NO, FALSE and 0"},
	{CauseListenTwice, Error, "listen and listen_ipv6 are both set"},
	{CauseListenAddress, Error, "listen_address or listen_address6 is no address of its family"},
	{CauseNoAccess, Error, "nobody can log in"},
	{CauseProcessModel, Error, "one_process_model and local_enable are both set"},
	{CauseNoProtocol, Error, "ftp_enable is off, and no other protocol is on"},
	{CauseHTTPProcessModel, Error, "http_enable is set without one_process_model"},
	{CauseLaunchingUser, Error, "run_as_launching_user and local_enable are both set"},
	{CauseRefused, Error, "the file of one user has an option that ferry does not follow and must not ignore"},
	{CauseCharset, Error, "client_charset, client_charset_listeners or client_charset_networks names a charset, a port or a network that there is not"},
	{CauseTLSIncomplete, Error, "an option about certificates is set without others that it needs to be safe, or to work at all"},
	{CauseNumberMalformed, Warning, "a number holds other text, and is read up to it"},
	{CauseNumberBase, Warning, "permission bits are written in decimal, or another number in octal"},
	{CauseNumberRange, Warning, "a number is negative, too large for 32 bits or no possible value of its option"},
	{CauseTextStray, Warning, "a text has spaces, quotes, a comment or a carriage return around it, which belong to the value"},
	{CauseAssignedTwice, Note, "one file sets an option twice: the later line counts"},
	{CausePathRelative, Warning, "a path depends on the directory that the server is started in"},
	{CauseRangeInverted, Warning, "pasv_min_port is above pasv_max_port, which is then ignored"},
	{CauseRangePort, Warning, "an end of the passive range is below 1024 or above 65535, and is ignored"},
	{CauseRangeHalf, Warning, "one end of the passive range is set, the other one is left at its default"},
	{CausePassiveAddress, Warning, "pasv_address is no IPv4 address, or no host name with pasv_addr_resolve"},
	{CausePassiveUnspecified, Warning, "pasv_address is 0.0.0.0, which no client can connect to"},
	{CausePromiscuous, Warning, "the peer of data connections is not checked"},
	{CauseNoTimeout, Note, "a time limit is off"},
	{CauseOneTimeout, Warning, "one of idle_session_timeout and data_connection_timeout is off"},
	{CauseCommandList, Warning, "a list of commands holds a space, a lower case letter or an empty element"},
	{CauseCommandUnknown, Warning, "a list of commands names one that FTP does not have"},
	{CauseWithoutEffect, Warning, "an option has no effect because of another one"},
	{CauseContradiction, Warning, "two options ask for opposite things"},
	{CauseLockedByOthers, Note, "anybody can lock a user out by failing to log in under that name"},
	{CauseAnonymousDefault, Note, "anonymous users may log in because nothing said otherwise"},
}

// Causes lists every cause of complaints, errors first. The slice belongs to
// the caller.
func Causes() []CauseInfo { return slices.Clone(causes) }
