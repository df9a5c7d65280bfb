package config

// sandboxOptions is the part of the table about what the process gives up once
// it serves.
var sandboxOptions = []Option{
	{
		Name: "landlock_enable", Kind: Bool, Default: "YES", Origin: "ferry",
		Doc: "once it serves, restrict the process to the directories that it serves and to the files that it needs, also against a fault of its own (Linux 5.13; with write_enable 5.19); what the settings do not name at start needs a restart",
		ref: func(s *Settings) any { return &s.LandlockEnable },
	},
	{
		Name: "virtual_root_base", Kind: String, Default: "", Origin: "ferry",
		Doc: "directory below which the directories of all virtual users must lie; unset, landlock_enable lets in only users whose directory was in the database at start, or lies inside of one that was",
		ref: func(s *Settings) any { return &s.VirtualRootBase },
	},
}
