package cli

// clientLong is what every command of the client says about URLs and logins.
const clientLong = `

A URL is ftp://HOST/PATH (TLS if the server offers it), ftpes:// (TLS, or nothing)
or ftps:// (TLS first, port 990); HOST/PATH alone is ftp://, and SITE/PATH a server
that was given a name (ferry site). The path begins at the directory of the login;
HOST//PATH begins at the root of the server. Special characters are written with
percent signs.

The user is that of the URL, --user or ~/.netrc, else anonymous. The password is
that of the URL, of FERRY_PASSWORD in the environment, of the keyring of the system
or of ~/.netrc, or is asked for on a terminal. An unknown certificate is asked about
once on a terminal, and is exit status 60 in a script. Exit statuses: ferry
exit-codes.`
