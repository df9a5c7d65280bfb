package ftp

// Reply codes by meaning (RFC 959 §4.2, RFC 2228 §5, RFC 2428, RFC 3659,
// RFC 4217). Several meanings share one number; a handler names the meaning.
const (
	CodeRestartMarker  Code = 110 // restart marker of a MODE B transfer
	CodeDataOpen       Code = 125 // data connection already open; transfer starting
	CodeDataOpening    Code = 150 // file status okay; about to open the data connection
	CodeOK             Code = 200
	CodeTypeOK         Code = 200
	CodePortOK         Code = 200
	CodeNoopOK         Code = 200
	CodeStruModeOK     Code = 200
	CodeOptsOK         Code = 200
	CodeSiteOK         Code = 200
	CodeSuperfluous    Code = 202 // not needed at this site: ALLO
	CodeSystemStatus   Code = 211 // STAT, FEAT
	CodeFeatures       Code = 211
	CodeDirectoryStat  Code = 212
	CodeFileStatus     Code = 213 // STAT path, SIZE, MDTM, MFMT
	CodeHelp           Code = 214
	CodeSystemType     Code = 215
	CodeReady          Code = 220
	CodeReinOK         Code = 220
	CodeGoodbye        Code = 221
	CodeAborNoTransfer Code = 225
	CodeTransferOK     Code = 226
	CodeAborOK         Code = 226
	CodePassive        Code = 227
	CodeExtPassive     Code = 229
	CodeLoginOK        Code = 230
	CodeLoginVouched   Code = 232 // RFC 2228: the security data exchange stands for the password
	CodeAuthOK         Code = 234 // RFC 2228: security data exchange complete
	CodeFileActionOK   Code = 250
	CodePathname       Code = 257 // PWD, MKD
	CodeGivePassword   Code = 331
	CodeNeedAccount    Code = 332
	CodePending        Code = 350 // REST, RNFR: more is needed

	CodeClosing         Code = 421 // service not available, closing the control connection
	CodeIdleTimeout     Code = 421
	CodeTooManySessions Code = 421
	CodeNoDataConn      Code = 425 // cannot open the data connection
	CodeBadDataPeer     Code = 425
	CodeUsePortOrPasv   Code = 425
	CodeTransferAborted Code = 426 // connection closed; transfer aborted
	CodeFileBusy        Code = 450
	CodeLocalError      Code = 451
	CodeListingTooLarge Code = 450
	CodeNoSpace         Code = 452

	CodeBadCommand       Code = 500 // syntax error, command unrecognized
	CodeLineTooLong      Code = 500
	CodeIllegalPort      Code = 500 // vsftpd: "500 Illegal PORT command."
	CodeBadArgument      Code = 501
	CodeNotImplemented   Code = 502
	CodeBadSequence      Code = 503
	CodeNotForParameter  Code = 504
	CodeBadProtocol      Code = 522 // RFC 2428 §2: network protocol not supported
	CodeDataTLS          Code = 522 // vsftpd: the data connection is not private as it should be
	CodeCCCNotPrivate    Code = 533 // RFC 2228 §5: protection level denied
	CodePolicyDenies     Code = 534 // RFC 2228 §5: denied for policy reasons
	CodeProtPolicy       Code = 534
	CodeProtNotSupported Code = 536 // RFC 2228 §5: PROT level not supported
	CodeNotLoggedIn      Code = 530
	CodeLoginFailed      Code = 530
	CodeNeedAccountStore Code = 532
	CodeDenied           Code = 550 // permission, or no such file
	CodeNoFile           Code = 550
	CodeTypeUnknown      Code = 551
	CodeQuota            Code = 552
	CodeBadName          Code = 553 // file name not allowed; vsftpd: upload cannot be created
)
