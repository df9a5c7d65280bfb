package daemon

import (
	"crypto/tls"
	"log/slog"
	"strings"

	"ferry/ftpserver"
)

// appendTLS adds the version of TLS that protects the control connection: tls=1.3.
// In clear, which it is after CCC too, it adds nothing.
func appendTLS(attrs []slog.Attr, info ftpserver.SessionInfo) []slog.Attr {
	if info.TLS == 0 {
		return attrs
	}
	return append(attrs, slog.String("tls", strings.TrimPrefix(tls.VersionName(info.TLS), "TLS ")))
}

// appendProt adds the protection of a data connection, P or C, where there is a
// choice (RFC 4217 §9).
func appendProt(attrs []slog.Attr, info ftpserver.SessionInfo, t ftpserver.TransferInfo) []slog.Attr {
	switch {
	case t.Private:
		return append(attrs, slog.String("prot", "P"))
	case info.TLS != 0:
		return append(attrs, slog.String("prot", "C"))
	}
	return attrs
}
