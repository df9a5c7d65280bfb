package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// proftpdCommand turns off what ProFTPD asks others about each client.
func proftpdCommand(b *bench, p place) (*exec.Cmd, error) {
	program, err := b.peer("proftpd")
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf(`ServerName "ProFTPD"
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
UseIPv6 off
Port %d
PassivePorts %d %d
User nobody
Group nogroup
MaxInstances 20000
TimeoutIdle 3600
TimeoutNoTransfer 3600
PidFile %[4]s/pid
ScoreboardFile %[4]s/scoreboard
DelayEngine off
UseReverseDNS off
<IfModule mod_ident.c>
IdentLookups off
</IfModule>
WtmpLog off
SystemLog none
TransferLog %[4]s/transfers.log
RequireValidShell off
UseSendfile on
`, p.port, passiveFirst, passiveLast, p.dir)
	if p.tls {
		text += fmt.Sprintf(`ModulePath %s/root/usr/lib/proftpd
LoadModule mod_tls.c
TLSEngine on
TLSRequired on
TLSProtocol TLSv1.2 TLSv1.3
TLSECCertificateFile %s
TLSECCertificateKeyFile %s
`, b.peers, b.cert, b.cert)
	}
	text += fmt.Sprintf("<Anonymous %s>\nUser nobody\nGroup nogroup\nUserAlias anonymous nobody\nUmask 022\nAllowOverwrite on\n</Anonymous>\n", p.root)
	file := filepath.Join(p.dir, "proftpd.conf")
	return exec.Command(program, "--nodaemon", "--config", file), os.WriteFile(file, []byte(text), 0o600)
}
