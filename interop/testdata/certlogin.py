"""A login by certificate with Python's ftplib: a download and uploads, each on a
data connection that resumes the session ("reuse") or shows the certificate anew.

Arguments: plain|reuse 1.2|1.3 host port user cert key file folder.
"""

import ftplib
import ssl
import sys

kind, version, host, port, user, cert, key, file, folder = sys.argv[1:]

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.load_cert_chain(cert, key)
context.minimum_version = context.maximum_version = {
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}[version]


class Session(ftplib.FTP_TLS):
    """FTP_TLS that resumes."""

    def ntransfercmd(self, cmd, rest=None):
        if kind != "reuse":
            return super().ntransfercmd(cmd, rest)
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size


ftp = Session(context=context, encoding="utf-8")
ftp.set_debuglevel(1)
ftp.connect(host, int(port), timeout=30)
ftp.login(user)  # sends no PASS after a 232
ftp.prot_p()
for i in range(5):
    with open(file, "rb") as f:
        ftp.storbinary("STOR %s/up-%d" % (folder, i), f, blocksize=65536)
back = []
ftp.retrbinary("RETR %s/up-4" % folder, back.append, 65536)
with open(file, "rb") as f:
    assert b"".join(back) == f.read()
ftp.quit()
