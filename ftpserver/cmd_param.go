package ftpserver

import (
	"context"
	"strconv"
	"strings"

	"ferry/ftp"
)

func cmdType(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	typ, supported, ok := ftp.ParseType(arg)
	switch {
	case !ok:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadCommand, "Unrecognised TYPE command.")
	case !supported:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeNotForParameter, "TYPE %s is not supported, only A, I and L 8.", strings.ToUpper(arg))
	}
	s.typ = typ
	if typ == ftp.TypeASCII {
		return ftp.Replyf(ftp.CodeTypeOK, "Switching to ASCII mode."), nil
	}
	return ftp.Replyf(ftp.CodeTypeOK, "Switching to Binary mode."), nil
}

func cmdStru(_ context.Context, _ *session, arg string) (ftp.Reply, error) {
	if !strings.EqualFold(arg, "F") {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeNotForParameter, "Bad STRU command.")
	}
	return ftp.Replyf(ftp.CodeStruModeOK, "Structure set to F."), nil
}

func cmdMode(_ context.Context, _ *session, arg string) (ftp.Reply, error) {
	if !strings.EqualFold(arg, "S") {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeNotForParameter, "Bad MODE command.")
	}
	return ftp.Replyf(ftp.CodeStruModeOK, "Mode set to S."), nil
}

func cmdAllo(_ context.Context, _ *session, _ string) (ftp.Reply, error) {
	return ftp.Replyf(ftp.CodeSuperfluous, "ALLO command ignored."), nil
}

func cmdRest(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || n < 0 || arg[0] == '+' {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "REST needs a number of bytes from 0 to 9223372036854775807.")
	}
	s.rest = n
	return ftp.Replyf(ftp.CodePending, "Restart position accepted (%d).", n), nil
}
