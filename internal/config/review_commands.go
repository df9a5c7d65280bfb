package config

import (
	"slices"
	"strings"
)

// verbs is every command of FTP that a list may sensibly name: RFC 959 and its
// X forms (RFC 1123 §4.1.3.1), RFC 2228, 2389, 2428, 2640, 3659, 4217 and 7151,
// and those in use without a document of their own.
var verbs = strings.Fields(`
	ABOR ACCT ALLO APPE CDUP CWD DELE HELP LIST MKD MODE NLST NOOP PASS PASV PORT
	PWD QUIT REIN REST RETR RMD RNFR RNTO SITE SMNT STAT STOR STOU STRU SYST TYPE
	USER XCUP XCWD XMKD XPWD XRMD
	ADAT AUTH CCC CONF ENC MIC PBSZ PROT
	FEAT OPTS EPRT EPSV LPRT LPSV LANG MDTM MLSD MLST SIZE HOST
	AVBL CLNT COMB CSID DSIZ HASH MD5 MFCT MFF MFMT P@SW RANG THMB XCRC XMD5
	XSHA1 XSHA256 XSHA512`)

// commands warns of a list of commands that does not do what it says. vsftpd
// compares whole elements with the verb in upper case, and the list ends at the
// first empty element.
func (r *reviewer) commands(name, list string) {
	if list == "" {
		return
	}
	elements := strings.Split(strings.TrimSuffix(list, ","), ",")
	for _, e := range elements {
		shown := escape(e, maxShown)
		verb := strings.ToUpper(trimSpace(e))
		switch {
		case e == "":
			r.add(name, Warning, CauseCommandList, name+" ends at its first empty element", "remove one of the two commas")
			return
		case trimSpace(e) != e || strings.ContainsAny(e, " \t"):
			r.add(name, Warning, CauseCommandList, name+": \""+shown+"\" is no command because of its space",
				"write commands with commas and without spaces: CWD,LIST,RETR")
		case slices.Contains(verbs, e):
		case slices.Contains(verbs, verb):
			r.add(name, Warning, CauseCommandList, name+": "+shown+" is no command in lower case", "write "+verb)
		default:
			r.add(name, Warning, CauseCommandUnknown, name+": "+shown+" is no command of FTP", "write commands with commas: CWD,LIST,RETR")
		}
	}
}
