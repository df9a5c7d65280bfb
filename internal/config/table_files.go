package config

// fileOptions is the part of the table about
// what may be done to which files.
var fileOptions = []Option{
	{
		Name: "write_enable", Kind: Bool, Default: "NO",
		Doc: "allow the commands that change files: STOR APPE DELE RNFR RNTO MKD RMD SITE",
		ref: func(s *Settings) any { return &s.WriteEnable },
	},
	{
		Name: "download_enable", Kind: Bool, Default: "YES",
		Doc: "allow RETR",
		ref: func(s *Settings) any { return &s.DownloadEnable },
	},
	{
		Name: "dirlist_enable", Kind: Bool, Default: "YES",
		Doc: "allow listings",
		ref: func(s *Settings) any { return &s.DirlistEnable },
	},
	{
		Name: "chmod_enable", Kind: Bool, Default: "YES",
		Doc: "allow SITE CHMOD to users",
		ref: func(s *Settings) any { return &s.ChmodEnable },
	},
	{
		Name: "mdtm_write", Kind: Bool, Default: "YES",
		Doc: "let MDTM set the time of a file",
		ref: func(s *Settings) any { return &s.MdtmWrite },
	},
	{
		Name: "anon_upload_enable", Kind: Bool, Default: "NO",
		Doc: "allow STOR and STOU to anonymous sessions (needs write_enable)",
		ref: func(s *Settings) any { return &s.AnonUploadEnable },
	},
	{
		Name: "anon_mkdir_write_enable", Kind: Bool, Default: "NO",
		Doc: "allow MKD to anonymous sessions (needs write_enable)",
		ref: func(s *Settings) any { return &s.AnonMkdirWriteEnable },
	},
	{
		Name: "anon_other_write_enable", Kind: Bool, Default: "NO",
		Doc: "allow APPE DELE RMD RNFR RNTO to anonymous sessions (needs write_enable)",
		ref: func(s *Settings) any { return &s.AnonOtherWriteEnable },
	},
	{
		Name: "anon_world_readable_only", Kind: Bool, Default: "YES",
		Doc: "let anonymous sessions fetch only files that everybody may read",
		ref: func(s *Settings) any { return &s.AnonWorldReadableOnly },
	},
	{
		Name: "anon_umask", Kind: Number, Default: "077",
		Doc: "permission bits taken away from files that anonymous sessions make",
		ref: func(s *Settings) any { return &s.AnonUmask },
	},
	{
		Name: "local_umask", Kind: Number, Default: "077",
		Doc: "permission bits taken away from files that users make",
		ref: func(s *Settings) any { return &s.LocalUmask },
	},
	{
		Name: "file_open_mode", Kind: Number, Default: "0666",
		Doc: "permission bits of new files before the umask",
		ref: func(s *Settings) any { return &s.FileOpenMode },
	},
	{
		Name: "chown_uploads", Kind: Bool, Default: "NO",
		Doc: "give anonymous uploads to chown_username",
		ref: func(s *Settings) any { return &s.ChownUploads },
	},
	{
		Name: "chown_username", Kind: String, Default: "root",
		Doc: "owner of anonymous uploads with chown_uploads",
		ref: func(s *Settings) any { return &s.ChownUsername },
	},
	{
		Name: "chown_upload_mode", Kind: Number, Default: "0600",
		Doc: "permission bits of anonymous uploads with chown_uploads",
		ref: func(s *Settings) any { return &s.ChownUploadMode },
	},
	{
		Name: "delete_failed_uploads", Kind: Bool, Default: "NO",
		Doc: "remove uploads that did not complete",
		ref: func(s *Settings) any { return &s.DeleteFailedUploads },
	},
	{
		Name: "lock_upload_files", Kind: Bool, Default: "YES",
		Doc: "lock a file while it is stored, so that nobody fetches half of it",
		ref: func(s *Settings) any { return &s.LockUploadFiles },
	},
	{
		Name: "atomic_uploads", Kind: Bool, Default: "NO", Origin: "ferry",
		Doc: "keep an upload out of sight until it is whole and on the disk; a failed one changes nothing",
		ref: func(s *Settings) any { return &s.AtomicUploads },
	},
	{
		Name: "deny_file", Kind: String, Default: "",
		Doc: "pattern of names that cannot be accessed",
		ref: func(s *Settings) any { return &s.DenyFile },
	},
	{
		Name: "hide_file", Kind: String, Default: "",
		Doc: "pattern of names that listings leave out",
		ref: func(s *Settings) any { return &s.HideFile },
	},
	{
		Name: "download_file", Kind: String, Default: "",
		Doc: "pattern of the only names that may be fetched (Debian)",
		ref: func(s *Settings) any { return &s.DownloadFile },
	},
	{
		Name: "upload_file", Kind: String, Default: "",
		Doc: "pattern of the only names that may be stored (Debian)",
		ref: func(s *Settings) any { return &s.UploadFile },
	},
	{
		Name: "force_dot_files", Kind: Bool, Default: "NO",
		Doc: "list names that begin with a dot without being asked to",
		ref: func(s *Settings) any { return &s.ForceDotFiles },
	},
	{
		Name: "dot_files", Kind: Bool, Default: "YES", Origin: "ferry",
		Doc: "NO: hide names that begin with a dot from listings and refuse access to them",
		ref: func(s *Settings) any { return &s.DotFiles },
	},
	{
		Name: "ls_recurse_enable", Kind: Bool, Default: "NO",
		Doc: "allow LIST -R, which costs much on a large tree",
		ref: func(s *Settings) any { return &s.LsRecurseEnable },
	},
	{
		Name: "hide_ids", Kind: Bool, Default: "NO",
		Doc: "show every owner and group as ftp",
		ref: func(s *Settings) any { return &s.HideIDs },
	},
	{
		Name: "text_userdb_names", Kind: Bool, Default: "NO",
		Doc: "show owners and groups by name instead of by number",
		ref: func(s *Settings) any { return &s.TextUserdbNames },
	},
	{
		Name: "use_localtime", Kind: Bool, Default: "NO",
		Doc: "show times in the time zone of the server instead of UTC",
		ref: func(s *Settings) any { return &s.UseLocaltime },
	},
	{
		Name: "utf8_filesystem", Kind: Bool, Default: "NO",
		Doc: "say in FEAT that pathnames are UTF-8 (Debian)",
		ref: func(s *Settings) any { return &s.UTF8Filesystem },
	},
}
