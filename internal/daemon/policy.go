package daemon

import (
	"io/fs"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/config"
)

// policyOf is how the settings want sessions treated; anonymous and other users
// differ in their umask.
func policyOf(s *config.Settings, adv *advertiser, active ActiveStatus, anonymous bool) ftpserver.Policy {
	p := ftpserver.Policy{
		Idle:        seconds(s.IdleSessionTimeout),
		Time:        timeOf(s),
		Charset:     charsetOf(s),
		Allowed:     verbs(s.CmdsAllowed),
		Denied:      verbs(s.CmdsDenied),
		ChmodEnable: s.WriteEnable && s.ChmodEnable && !anonymous,
		MDTMWrite:   s.MdtmWrite,
		Security:    securityOf(s, anonymous),
		Data: ftpserver.DataPolicy{
			Active: s.PortEnable, Passive: s.PasvEnable,
			ActiveAnyAddress: s.PortPromiscuous, PassiveAnyPeer: s.PasvPromiscuous,
			AcceptTimeout: seconds(s.AcceptTimeout), ConnectTimeout: seconds(s.ConnectTimeout),
			StallTimeout: seconds(s.DataConnectionTimeout),
			Chunk:        int(min(s.TransChunkSize, 1<<30)), Kernel: s.UseSendfile,
			Advertise: func(_, _ netip.Addr) netip.Addr { return adv.Addr() },
		},
		Upload: ftpserver.UploadPolicy{
			ASCII: s.ASCIIUploadEnable,
			Mode:  fs.FileMode(s.FileOpenMode) & 0o777, Umask: fs.FileMode(s.LocalUmask) & 0o777,
			UmaskEnable:  s.WriteEnable && !anonymous,
			DeleteFailed: s.DeleteFailedUploads, Lock: s.LockUploadFiles, Atomic: s.AtomicUploads,
		},
		Download: ftpserver.DownloadPolicy{ASCII: s.ASCIIDownloadEnable},
		Listing: ftpserver.ListingPolicy{
			DotFiles: s.ForceDotFiles, Recurse: s.LsRecurseEnable, HideIDs: s.HideIDs,
		},
	}
	if active.Enabled && s.ConnectFromPort20 {
		// Where the port is not to be had, the attempt says so in the log.
		p.Data.SourcePort = uint16(s.FTPDataPort)
	}
	if anonymous {
		p.Upload.Umask = fs.FileMode(s.AnonUmask) & 0o777
	}
	if s.DirmessageEnable {
		p.Message = s.MessageFile
	}
	if s.UseLocaltime {
		p.Listing.Location = time.Local
	}
	if s.TextUserdbNames {
		p.Listing.UserName, p.Listing.GroupName = userName, groupName
	}
	return p
}

// verbs reads cmds_allowed and cmds_denied; nil if unset.
func verbs(list string) map[ftp.Verb]bool {
	if list == "" {
		return nil
	}
	set := make(map[ftp.Verb]bool)
	for v := range strings.SplitSeq(list, ",") {
		set[ftp.Verb(strings.ToUpper(strings.TrimSpace(v)))] = true
	}
	return set
}

// limiter makes a limiter: bytes a second, with room for a quarter of a second
// at once. nil is no limit.
func limiter(bytesPerSecond int64) ftpserver.Limiter {
	if bytesPerSecond <= 0 {
		return nil
	}
	burst := int(min(max(bytesPerSecond/4, 512), 1<<20))
	l := rate.NewLimiter(rate.Limit(bytesPerSecond), burst)
	l.AllowN(time.Now(), burst) // a session begins at the rate, not with a leap
	return l
}

// sameRate makes the limiters of sessions that have one rate for both ways.
func sameRate(bytesPerSecond uint32) func(ftpserver.Direction) ftpserver.Limiter {
	if bytesPerSecond == 0 {
		return nil
	}
	return func(ftpserver.Direction) ftpserver.Limiter { return limiter(int64(bytesPerSecond)) }
}
