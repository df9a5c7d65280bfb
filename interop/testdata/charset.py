"""Work on names in a charset by Python's ftplib.

Arguments: host port charset user password name. Makes a directory and a file of
that name, lists them in every way, and fetches, renames and removes them again.
"""

import ftplib
import io
import sys

host, port, charset, user, password, name = sys.argv[1:]
ftp = ftplib.FTP(encoding=charset)
ftp.set_debuglevel(1)
ftp.connect(host, int(port), timeout=30)
ftp.login(user, password)


def same(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got!r}, want {want!r}")


same("MKD", ftp.mkd("d" + name), "/d" + name)
ftp.cwd("d" + name)
same("PWD", ftp.pwd(), "/d" + name)
ftp.storbinary("STOR " + name, io.BytesIO(b"content"))
same("NLST", ftp.nlst(), [name])
same("MLSD", [n for n, facts in ftp.mlsd() if facts["type"] == "file"], [name])
lines = []
ftp.retrlines("LIST", lines.append)
if not lines[0].endswith(" " + name):
    sys.exit(f"LIST: {lines!r}")
ftp.voidcmd("TYPE I")
same("SIZE", ftp.size(name), 7)
got = io.BytesIO()
ftp.retrbinary("RETR " + name, got.write)
same("RETR", got.getvalue(), b"content")
ftp.rename(name, name + name)
same("NLST", ftp.nlst(), [name + name])
ftp.sendcmd("OPTS UTF8 ON")
ftp.encoding = "utf-8"
# ftplib opened its file for replies in the old encoding.
ftp.file = ftp.sock.makefile("r", encoding="utf-8")
same("PWD in UTF-8", ftp.pwd(), "/d" + name)
same("NLST in UTF-8", ftp.nlst(), [name + name])
ftp.sendcmd("OPTS UTF8 OFF")
ftp.encoding = charset
ftp.file = ftp.sock.makefile("r", encoding=charset)
ftp.delete(name + name)
ftp.storbinary("STOR " + name, io.BytesIO(b"stays"))
ftp.quit()
