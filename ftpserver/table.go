package ftpserver

import (
	"ferry/ftp"
	"ferry/vfs"
)

// commands is the command table. It alone drives dispatch, FEAT, HELP and the
// documentation.
var commands map[ftp.Verb]*command

// plainForms are the verbs of RFC 775 and what they are called since. Who denies
// the one denies the other.
var plainForms = map[ftp.Verb]ftp.Verb{"XCWD": "CWD", "XCUP": "CDUP", "XPWD": "PWD", "XMKD": "MKD", "XRMD": "RMD"}

// init fills the table: a literal would be a cycle, as HELP and the like read
// it.
func init() {
	commands = map[ftp.Verb]*command{
		// Access (RFC 959 §4.1.1)
		"USER": {run: cmdUser, in: stateAny, arg: argRequired, rfc: "959 §4.1.1", help: "USER <name>"},
		"PASS": {run: cmdPass, in: stateAny, arg: argOptional, rfc: "959 §4.1.1", help: "PASS <password>"},
		"ACCT": {run: cmdAcct, in: stateAny, arg: argRequired, rfc: "959 §4.1.1", help: "ACCT <account>"},
		"REIN": {run: cmdRein, in: stateAny, rfc: "959 §4.1.1", help: "REIN"},
		"QUIT": {run: cmdQuit, in: stateAny, rfc: "959 §4.1.1", help: "QUIT"},

		// Security (RFC 4217)
		"AUTH": {run: cmdAuth, in: stateNew | stateNamed, arg: argRequired, feat: "AUTH TLS", rfc: "4217 §4", help: "AUTH TLS"},
		"PBSZ": {run: cmdPbsz, in: stateAny, arg: argRequired, feat: "PBSZ", rfc: "4217 §8", help: "PBSZ 0"},
		"PROT": {run: cmdProt, in: stateAny, arg: argRequired, feat: "PROT", rfc: "4217 §9", help: "PROT C | P"},
		"CCC":  {run: cmdCcc, in: stateIn, feat: "CCC", rfc: "4217 §12.3", help: "CCC"},

		// Between servers
		"SSCN": {run: cmdSscn, in: stateIn, arg: argOptional, feat: "SSCN", rfc: "ProFTPD's mod_tls", help: "SSCN [ON | OFF]"},
		"CPSV": {run: cmdCpsv, in: stateIn, feat: "CPSV", rfc: "glFTPd", help: "CPSV"},

		// Directories
		"CWD":  {run: cmdCwd, in: stateIn, arg: argOptional, rfc: "959 §4.1.1", help: "CWD <directory>"},
		"CDUP": {run: cmdCdup, in: stateIn, rfc: "959 §4.1.1", help: "CDUP"},
		"PWD":  {run: cmdPwd, in: stateIn, rfc: "959 §4.1.3", help: "PWD"},
		"MKD":  {run: cmdMkd, in: stateIn, arg: argRequired, perm: vfs.PermMkdir, rfc: "959 §4.1.3", help: "MKD <directory>"},
		"RMD":  {run: cmdRmd, in: stateIn, arg: argRequired, perm: vfs.PermRmdir, rfc: "959 §4.1.3", help: "RMD <directory>"},

		// Parameters of transfers (RFC 959 §4.1.2)
		"TYPE": {run: cmdType, in: stateIn, arg: argRequired, rfc: "959 §4.1.2", help: "TYPE A | I | L 8"},
		"STRU": {run: cmdStru, in: stateIn, arg: argRequired, rfc: "959 §4.1.2", help: "STRU F"},
		"MODE": {run: cmdMode, in: stateIn, arg: argRequired, rfc: "959 §4.1.2", help: "MODE S"},
		"ALLO": {run: cmdAllo, in: stateIn, arg: argOptional, rfc: "959 §4.1.3", help: "ALLO <bytes>"},
		"REST": {run: cmdRest, in: stateIn, arg: argRequired, feat: "REST STREAM", rfc: "3659 §5", help: "REST <offset>"},

		// Data connections
		"PORT": {run: cmdPort, in: stateIn, arg: argRequired, rfc: "959 §4.1.2", help: "PORT h1,h2,h3,h4,p1,p2"},
		"PASV": {run: cmdPasv, in: stateIn, feat: "PASV", rfc: "959 §4.1.2", help: "PASV"},
		"EPRT": {run: cmdEprt, in: stateIn, arg: argRequired, feat: "EPRT", rfc: "2428 §2", help: "EPRT |1 or 2|address|port|"},
		"EPSV": {run: cmdEpsv, in: stateIn, arg: argOptional, feat: "EPSV", rfc: "2428 §3", help: "EPSV [1 | 2 | ALL]"},

		// Transfers
		"RETR": {plan: planRetr, in: stateIn, arg: argRequired, perm: vfs.PermRead, rfc: "959 §4.1.3", help: "RETR <file>"},
		"STOR": {plan: planStor, in: stateIn, arg: argRequired, perm: vfs.PermCreate | vfs.PermOverwrite, rfc: "959 §4.1.3", help: "STOR <file>"},
		"STOU": {plan: planStou, in: stateIn, arg: argOptional, perm: vfs.PermCreate, rfc: "1123 §4.1.2.9", help: "STOU"},
		"APPE": {plan: planAppe, in: stateIn, arg: argRequired, perm: vfs.PermAppend, rfc: "959 §4.1.3", help: "APPE <file>"},
		"LIST": {plan: planList, in: stateIn, arg: argOptional, perm: vfs.PermList, rfc: "959 §4.1.3", help: "LIST [-aAdlrtSR1F] [<path or pattern>]"},
		"NLST": {plan: planNlst, in: stateIn, arg: argOptional, perm: vfs.PermList, rfc: "959 §4.1.3", help: "NLST [-aAdlrtSR1F] [<path or pattern>]"},
		"MLSD": {plan: planMlsd, in: stateIn, arg: argOptional, perm: vfs.PermList, rfc: "3659 §7", help: "MLSD [<directory>]"},
		"ABOR": {run: cmdAbor, in: stateIn, busy: true, rfc: "959 §4.1.3", help: "ABOR"},

		// Files
		"DELE": {run: cmdDele, in: stateIn, arg: argRequired, perm: vfs.PermDelete, rfc: "959 §4.1.3", help: "DELE <file>"},
		"RNFR": {run: cmdRnfr, in: stateIn, arg: argRequired, perm: vfs.PermRename, rfc: "959 §4.1.3", help: "RNFR <old name>"},
		"RNTO": {run: cmdRnto, in: stateIn, arg: argRequired, perm: vfs.PermRename, rfc: "959 §4.1.3", help: "RNTO <new name>"},
		"SIZE": {run: cmdSize, in: stateIn, arg: argRequired, feat: "SIZE", rfc: "3659 §4", help: "SIZE <file>"},
		"MDTM": {run: cmdMdtm, in: stateIn, arg: argRequired, feat: "MDTM", rfc: "3659 §3", help: "MDTM <file>"},
		"MLST": {run: cmdMlst, in: stateIn, arg: argOptional, feat: "MLST", rfc: "3659 §7", help: "MLST [<path>]"},
		"MFMT": {run: cmdMfmt, in: stateIn, arg: argRequired, perm: vfs.PermSetTime, feat: "MFMT", rfc: "draft-somers-ftp-mfxx §3", help: "MFMT <YYYYMMDDHHMMSS> <file>"},
		"MFCT": {run: cmdMfct, in: stateIn, arg: argRequired, perm: vfs.PermSetTime, feat: "MFCT", rfc: "draft-somers-ftp-mfxx §4", help: "MFCT <YYYYMMDDHHMMSS> <file>"},
		"MFF":  {run: cmdMff, in: stateIn, arg: argRequired, feat: "MFF", rfc: "draft-somers-ftp-mfxx §5", help: "MFF <fact>=<value>;... <file>"},

		// Information
		"SYST": {run: cmdSyst, in: stateIn, rfc: "959 §4.1.3", help: "SYST"},
		"STAT": {run: cmdStat, in: stateIn, arg: argOptional, busy: true, rfc: "959 §4.1.3", help: "STAT [<path or pattern>]"},
		"HELP": {run: cmdHelp, in: stateIn, arg: argOptional, rfc: "959 §4.1.3", help: "HELP [<command>]"},
		"NOOP": {run: cmdNoop, in: stateIn, busy: true, rfc: "959 §4.1.3", help: "NOOP"},
		"FEAT": {run: cmdFeat, in: stateAny, rfc: "2389 §3", help: "FEAT"},
		"OPTS": {in: stateAny, rfc: "2389 §4", help: "OPTS <command> [<options>]"},

		"OPTS UTF8": {run: cmdOptsUTF8, in: stateAny, arg: argOptional, feat: "UTF8", rfc: "2640 §2", help: "OPTS UTF8 [ON | OFF]"},
		"OPTS MLST": {run: cmdOptsMlst, in: stateIn, arg: argOptional, rfc: "3659 §7.9", help: "OPTS MLST [<fact>;...]"},

		// SITE (RFC 959 §4.1.3, RFC 1123 §4.1.2.8)
		"SITE":       {in: stateIn, arg: argOptional, rfc: "959 §4.1.3", help: "SITE <command> [<arguments>]"},
		"SITE HELP":  {run: cmdSiteHelp, in: stateIn, help: "SITE HELP"},
		"SITE CHMOD": {run: cmdSiteChmod, in: stateIn, arg: argRequired, perm: vfs.PermChmod, help: "SITE CHMOD <octal mode> <file>"},
		"SITE UMASK": {run: cmdSiteUmask, in: stateIn, arg: argOptional, help: "SITE UMASK [<octal mask>]"},
		"SITE UTIME": {run: cmdSiteUtime, in: stateIn, arg: argRequired, perm: vfs.PermSetTime, help: "SITE UTIME <YYYYMMDDhhmm[ss]> <file>"},
	}
	// The X forms of RFC 775, which RFC 1123 §4.1.3.1 wants served.
	for x, verb := range plainForms {
		c := *commands[verb]
		c.rfc, c.feat = "1123 §4.1.3.1", ""
		c.help = string(x) + c.help[len(verb):]
		commands[x] = &c
	}
}
