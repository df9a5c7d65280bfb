-- Users, with what each has once. A limit of 0 is none.
CREATE TABLE users (
	name          TEXT    NOT NULL PRIMARY KEY,
	password_hash TEXT    NOT NULL,
	comment       TEXT    NOT NULL,
	disabled      INTEGER NOT NULL CHECK (disabled IN (0, 1)),
	expires       INTEGER, -- seconds since 1970, NULL for never
	root          TEXT    NOT NULL,
	home          TEXT    NOT NULL,
	upload_rate   INTEGER NOT NULL CHECK (upload_rate >= 0),   -- bytes per second
	download_rate INTEGER NOT NULL CHECK (download_rate >= 0), -- bytes per second
	quota_bytes   INTEGER NOT NULL CHECK (quota_bytes >= 0),
	quota_files   INTEGER NOT NULL CHECK (quota_files >= 0),
	max_sessions  INTEGER NOT NULL CHECK (max_sessions >= 0),
	active        INTEGER NOT NULL CHECK (active IN (0, 1)),
	passive       INTEGER NOT NULL CHECK (passive IN (0, 1)),
	tls_required  INTEGER NOT NULL CHECK (tls_required IN (0, 1)),
	CHECK (active = 1 OR passive = 1)
) STRICT, WITHOUT ROWID;

-- What a user may do below a path.
CREATE TABLE rules (
	user     TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
	position INTEGER NOT NULL,
	path     TEXT    NOT NULL,
	allow    TEXT    NOT NULL, -- names of permissions: "list,read", "all", "none"
	PRIMARY KEY (user, position),
	UNIQUE (user, path)
) STRICT, WITHOUT ROWID;

-- Where a user may come from (denied = 0) and may not (denied = 1).
CREATE TABLE networks (
	user     TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
	denied   INTEGER NOT NULL CHECK (denied IN (0, 1)),
	position INTEGER NOT NULL,
	prefix   TEXT    NOT NULL, -- "192.0.2.0/24"
	PRIMARY KEY (user, denied, position)
) STRICT, WITHOUT ROWID;
