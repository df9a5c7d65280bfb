package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// vsftpdConf is the configuration that ferry and vsftpd share: one that an
// administrator could write, without the limits that a benchmark runs into.
func vsftpdConf(b *bench, p place) (string, error) {
	empty := filepath.Join(p.dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		return "", err
	}
	text := fmt.Sprintf(`listen=YES
listen_address=127.0.0.1
listen_port=%d
anonymous_enable=YES
anon_root=%s
ftp_username=daemon
write_enable=YES
anon_upload_enable=YES
anon_other_write_enable=YES
anon_umask=022
secure_chroot_dir=%s
pasv_min_port=%d
pasv_max_port=%d
max_clients=0
max_per_ip=0
idle_session_timeout=3600
xferlog_enable=YES
vsftpd_log_file=%s
connect_from_port_20=YES
`, p.port, p.root, empty, passiveFirst, passiveLast, filepath.Join(p.dir, "transfers.log"))
	if p.tls {
		text += fmt.Sprintf("ssl_enable=YES\nallow_anon_ssl=YES\nrsa_cert_file=%s\nrequire_ssl_reuse=YES\nssl_ciphers=HIGH\n", b.cert)
	}
	return text, nil
}

// ferryCommand lets one address come as often as it likes, and has ferry write one log, as
// the others do: its standard error is for warnings only.
func ferryCommand(b *bench, p place) (*exec.Cmd, error) {
	text, err := vsftpdConf(b, p)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(p.dir, "ferry.conf")
	return exec.Command(b.ferry, "serve", "--log-level", "warn", file), os.WriteFile(file, []byte(text+"connect_rate_per_ip=0\nlockout_per_ip=0\n"), 0o600)
}

// vsftpdCommand turns off what vsftpd does for safety at some cost, and what fails
// in a container.
func vsftpdCommand(b *bench, p place) (*exec.Cmd, error) {
	program, err := b.peer("vsftpd")
	if err != nil {
		return nil, err
	}
	text, err := vsftpdConf(b, p)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(p.dir, "vsftpd.conf")
	return exec.Command(program, file), os.WriteFile(file, []byte(text+"seccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\n"), 0o600)
}
