package ftpserver

import (
	"context"
	"io/fs"
	"net/netip"
	"os"
	"time"

	"ferry/ftp"
)

// Policy is how the server behaves to a session.
type Policy struct {
	// Idle is how long the server waits for the next command
	// (idle_session_timeout); 0 is for ever. The clock stands still while a
	// transfer runs.
	Idle time.Duration
	// Time limits the other phases of a session.
	Time TimePolicy
	// Charset is what names are written in by a client at peer that has dialled
	// local, until it says OPTS UTF8 ON; nil, and a nil Charset, leave names as
	// the bytes that they are.
	Charset func(peer, local netip.AddrPort) Charset
	// Allowed, if not nil, are the only verbs that are served after login;
	// Denied are not served in any case (cmds_allowed, cmds_denied). QUIT is
	// always served.
	Allowed, Denied map[ftp.Verb]bool
	// Security, Data, Upload, Download and Listing are the parts.
	Security SecurityPolicy
	Data     DataPolicy
	Upload   UploadPolicy
	Download DownloadPolicy
	Listing  ListingPolicy
	// ChmodEnable offers SITE CHMOD (chmod_enable); SITE UMASK needs
	// Upload.UmaskEnable. MDTMWrite lets MDTM set a time, as some clients do.
	ChmodEnable bool
	MDTMWrite   bool
	// Message, if not "", names a file whose text is shown when its directory
	// is entered (message_file).
	Message string
}

// DataPolicy is about data connections.
type DataPolicy struct {
	// Active allows PORT and EPRT (port_enable), Passive PASV and EPSV
	// (pasv_enable).
	Active, Passive bool
	// ActiveAnyAddress allows PORT and EPRT to name any address and reserved
	// ports (port_promiscuous). It lets the server be used against others
	// (RFC 2577 §3).
	ActiveAnyAddress bool
	// PassiveAnyPeer takes whoever connects to a passive port for the client
	// (pasv_promiscuous).
	PassiveAnyPeer bool
	// SourcePort is the port that active connections are dialled from
	// (ftp_data_port under connect_from_port_20); 0 is any.
	SourcePort uint16
	// Advertise returns the address for a 227 reply to a client at peer that has
	// dialled local. An invalid address means local. nil means always.
	Advertise func(peer, local netip.Addr) netip.Addr
	// AcceptTimeout and ConnectTimeout limit the making of a passive and an
	// active connection, StallTimeout a transfer on which no byte moves
	// (accept_timeout, connect_timeout, data_connection_timeout). 0 is for
	// ever.
	AcceptTimeout, ConnectTimeout, StallTimeout time.Duration
	// Chunk is the most that one step of a transfer moves in bytes; 0 chooses
	// (trans_chunk_size).
	Chunk int
	// Kernel lets the kernel move bytes where that is faster (use_sendfile).
	Kernel bool
}

// UploadPolicy is about files that come in.
type UploadPolicy struct {
	// ASCII honours TYPE A (ascii_upload_enable).
	ASCII bool
	// Mode and Umask make the permission bits of new files (file_open_mode,
	// local_umask); new directories get 0777 less Umask.
	Mode, Umask fs.FileMode
	// UmaskEnable offers SITE UMASK, which changes Umask for the session.
	UmaskEnable bool
	// DeleteFailed removes what a failed upload wrote (delete_failed_uploads).
	DeleteFailed bool
	// Lock locks files while they are written (lock_upload_files).
	Lock bool
	// Atomic keeps an upload out of sight until it is whole and would outlast a
	// crash (atomic_uploads), which is before the 226. Nothing is left of a failed
	// one, whatever DeleteFailed says.
	Atomic bool
	// GiveAway, if not nil, is called with an uploaded file before it is
	// committed, to make it somebody else's (chown_uploads). A store without
	// local files fails the upload.
	GiveAway func(ctx context.Context, f *os.File) error
}

// DownloadPolicy is about files that go out.
type DownloadPolicy struct {
	// ASCII honours TYPE A (ascii_download_enable).
	ASCII bool
}

// ListingPolicy is about directory listings.
type ListingPolicy struct {
	// DotFiles lists names that begin with a dot even without -a
	// (force_dot_files).
	DotFiles bool
	// Recurse allows LIST -R (ls_recurse_enable).
	Recurse bool
	// HideIDs shows every owner and group as "ftp" (hide_ids).
	HideIDs bool
	// UserName and GroupName turn numbers into names (text_userdb_names); nil
	// shows numbers.
	UserName, GroupName func(id uint32) string
	// Location is the time zone of LIST and of MDTM (use_localtime); nil is
	// UTC. MLSD, MLST and MFMT are always UTC (RFC 3659 §2.3).
	Location *time.Location
}
