package config

// foreign explains names that are options elsewhere: in the variants of vsftpd
// that distributions ship, and in other servers.
var foreign = map[string]string{
	"allow_root_squashed_chroot": "an option of openSUSE's vsftpd; nothing takes its place, remove the line",
	"better_stou":                "an option of Fedora's and Red Hat's vsftpd; ferry's STOU always makes a new name, remove the line",
	"bind_retries":               "an option of Fedora's and Red Hat's vsftpd; ferry tries every port of the passive range, remove the line",
	"chdir_after_login":          "an option of a changed vsftpd; use anon_root or local_root",
	"dh_param_file":              "an option of Fedora's and Red Hat's vsftpd; there are no Diffie-Hellman parameters to set, remove the line",
	"ecdh_param_file":            "an option of Fedora's and Red Hat's vsftpd; there are no curves to set, remove the line",
	"log_die":                    "an option of Fedora's and Red Hat's vsftpd; ferry always logs why it stops, remove the line",
	"reverse_lookup_enable":      "an option of Fedora's and Red Hat's vsftpd; ferry never looks up the name of a client, remove the line",
	"userlist_log":               "an option of Fedora's and Red Hat's vsftpd; nothing takes its place, remove the line",
	"wc_logs_enable":             "an option of Fedora's and Red Hat's vsftpd; nothing takes its place, remove the line",
	"include":                    "there is no include: give several files on the command line, the later one wins",

	"PassivePorts":         "an option of ProFTPD; here it is pasv_min_port and pasv_max_port",
	"MasqueradeAddress":    "an option of ProFTPD; here it is pasv_address",
	"DefaultRoot":          "an option of ProFTPD; here it is local_root",
	"AllowForeignAddress":  "an option of ProFTPD; here it is pasv_promiscuous and port_promiscuous",
	"MaxClientsPerHost":    "an option of ProFTPD; here it is max_per_ip",
	"TimeoutIdle":          "an option of ProFTPD; here it is idle_session_timeout",
	"TimeoutStalled":       "an option of ProFTPD; here it is data_connection_timeout",
	"PassivePortRange":     "an option of Pure-FTPd; here it is pasv_min_port and pasv_max_port",
	"ForcePassiveIP":       "an option of Pure-FTPd; here it is pasv_address",
	"MaxClientsNumber":     "an option of Pure-FTPd; here it is max_clients",
	"MaxClientsPerIP":      "an option of Pure-FTPd; here it is max_per_ip",
	"MaxIdleTime":          "an option of Pure-FTPd; here it is idle_session_timeout, in seconds",
	"NoAnonymous":          "an option of Pure-FTPd; here it is anonymous_enable=NO",
	"AnonymousOnly":        "an option of Pure-FTPd; here it is local_enable=NO",
	"AnonymousCantUpload":  "an option of Pure-FTPd; here it is anon_upload_enable=NO",
	"DontResolve":          "an option of Pure-FTPd; ferry never looks up the name of a client, remove the line",
	"ChrootEveryone":       "an option of Pure-FTPd; here it is chroot_local_user=YES",
	"ProhibitDotFilesRead": "an option of Pure-FTPd; here it is dot_files=NO",
}
