package config

import "sync"

// Settings holds the value of every option that serve and the library act on,
// one field per option, in the order of the table. A string that is unset is
// empty. Numbers are kept as the file gives them, even where vsftpd would not
// use them; PassiveRange says what comes of the passive ports.
//
// What each option means and whether ferry acts on it is in the table: see
// Options.
type Settings struct {
	// Listening and the process.
	Listen             bool
	ListenIPv6         bool
	ListenAddress      string
	ListenAddress6     string
	ListenPort         uint32
	Background         bool
	MaxClients         uint32
	MaxPerIP           uint32
	FTPEnable          bool
	HTTPEnable         bool
	TCPWrappers        bool
	OneProcessModel    bool
	RunAsLaunchingUser bool
	NoprivUser         string
	SecureChrootDir    string
	Isolate            bool
	IsolateNetwork     bool
	SeccompSandbox     bool
	PtraceSandbox      bool
	SetproctitleEnable bool

	// Process and sandbox.
	LandlockEnable  bool
	VirtualRootBase string

	// Data connections.
	PasvEnable            bool
	PasvMinPort           uint32
	PasvMaxPort           uint32
	PasvAddress           string
	PasvAddrResolve       bool
	PasvPromiscuous       bool
	PasvTurnTimeout       uint32
	PasvBadPeerTimeout    uint32
	PortEnable            bool
	PortPromiscuous       bool
	ConnectFromPort20     bool
	FTPDataPort           uint32
	AcceptTimeout         uint32
	ConnectTimeout        uint32
	DataConnectionTimeout uint32
	AnonMaxRate           uint32
	LocalMaxRate          uint32
	TransChunkSize        uint32
	UseSendfile           bool
	ASCIIDownloadEnable   bool
	ASCIIUploadEnable     bool

	// Who may log in.
	AnonymousEnable       bool
	AnonRoot              string
	FTPUsername           string
	NoAnonPassword        bool
	DenyEmailEnable       bool
	BannedEmailFile       string
	SecureEmailListEnable bool
	EmailPasswordFile     string
	LocalEnable           bool
	LocalRoot             string
	MaxLoginFails         uint32
	DelayFailedLogin      uint32
	DelaySuccessfulLogin  uint32
	ChrootLocalUser       bool
	ChrootListEnable      bool
	ChrootListFile        string
	PasswdChrootEnable    bool
	AllowWriteableChroot  bool
	TildeUserEnable       bool
	CheckShell            bool
	SessionSupport        bool
	PAMServiceName        string
	GuestEnable           bool
	GuestUsername         string
	VirtualUseLocalPrivs  bool
	UserlistEnable        bool
	UserlistDeny          bool
	UserlistFile          string
	UserConfigDir         string
	UserSubToken          string
	VirtualUsersFile      string

	// Files and permissions.
	WriteEnable           bool
	DownloadEnable        bool
	DirlistEnable         bool
	ChmodEnable           bool
	MdtmWrite             bool
	AnonUploadEnable      bool
	AnonMkdirWriteEnable  bool
	AnonOtherWriteEnable  bool
	AnonWorldReadableOnly bool
	AnonUmask             uint32
	LocalUmask            uint32
	FileOpenMode          uint32
	ChownUploads          bool
	ChownUsername         string
	ChownUploadMode       uint32
	DeleteFailedUploads   bool
	LockUploadFiles       bool
	AtomicUploads         bool
	DenyFile              string
	HideFile              string
	DownloadFile          string
	UploadFile            string
	ForceDotFiles         bool
	DotFiles              bool
	LsRecurseEnable       bool
	HideIDs               bool
	TextUserdbNames       bool
	UseLocaltime          bool
	UTF8Filesystem        bool

	// Sessions and messages.
	FTPDBanner         string
	BannerFile         string
	DirmessageEnable   bool
	MessageFile        string
	IdleSessionTimeout uint32
	CmdsAllowed        string
	CmdsDenied         string
	AsyncAborEnable    bool

	// Limits and abuse.
	UserMaxRate            uint32
	TotalMaxRate           uint32
	MaxPerUser             uint32
	LockoutPerIP           uint32
	LockoutPerUser         uint32
	LockoutWindow          uint32
	LockoutTime            uint32
	ConnectRatePerIP       uint32
	ConnectBurstPerIP      uint32
	TLSHandshakeTimeout    uint32
	LoginTimeout           uint32
	SessionTimeout         uint32
	TransferTimeout        uint32
	ClientCharset          string
	ClientCharsetListeners string
	ClientCharsetNetworks  string

	// Logs.
	XferlogEnable    bool
	XferlogStdFormat bool
	XferlogFile      string
	VsftpdLogFile    string
	DualLogEnable    bool
	SyslogEnable     bool
	LogFTPProtocol   bool
	NoLogLock        bool

	// TLS.
	SSLEnable              bool
	ImplicitSSL            bool
	AllowAnonSSL           bool
	ForceAnonLoginsSSL     bool
	ForceAnonDataSSL       bool
	ForceLocalLoginsSSL    bool
	ForceLocalDataSSL      bool
	RequireSSLReuse        bool
	RequireCert            bool
	ValidateCert           bool
	SSLRequestCert         bool
	SSLSSLv2               bool
	SSLSSLv3               bool
	SSLTLSv1               bool
	SSLTLSv11              bool
	SSLTLSv12              bool
	SSLTLSv13              bool
	SSLCiphers             string
	SSLSNIHostname         string
	RSACertFile            string
	RSAPrivateKeyFile      string
	DSACertFile            string
	DSAPrivateKeyFile      string
	CACertsFile            string
	StrictSSLReadEOF       bool
	StrictSSLWriteShutdown bool
	DebugSSL               bool
	ImplicitSSLPort        uint32
	CCCEnable              bool
	SSLCertLogin           bool
	SSLCertUser            string
	SSLCertMatch           bool
	SSLCertPairs           string
	SSLALPNStrict          bool

	// ACME.
	ACMEDomains   string
	ACMEAgree     bool
	ACMEEmail     string
	ACMEDirectory string
	ACMEStorage   string
	ACMECAFile    string
	ACMEHTTPPort  uint32
	ACMETLSPort   uint32
}

// Defaults is the settings that hold when nothing is set: vsftpd's compiled
// defaults and those of ferry's own options.
func Defaults() Settings { return defaults() }

var defaults = sync.OnceValue(func() Settings {
	var s Settings
	for _, o := range Options() {
		o.set(&s, o.Default)
	}
	return s
})

// PassiveRange is the range of ports that passive data connections use, both
// ends included, as vsftpd reads pasv_min_port and pasv_max_port: a lowest port
// of 1024 or less, or above 65535, is 1024, and a highest port below the lowest
// one or above 65535 is 65535.
func (s *Settings) PassiveRange() (lowest, highest uint16) {
	lowest, highest = 1024, 65535
	if s.PasvMinPort > uint32(lowest) && s.PasvMinPort <= uint32(highest) {
		lowest = uint16(s.PasvMinPort)
	}
	if s.PasvMaxPort >= uint32(lowest) && s.PasvMaxPort < uint32(highest) {
		highest = uint16(s.PasvMaxPort)
	}
	return lowest, highest
}
