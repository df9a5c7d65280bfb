"""A session over TLS by Python's ftplib: a listing, a download and uploads.

Arguments: plain|reuse explicit|implicit 1.2|1.3 P|C host port dir listing fetched
small large. "reuse" resumes the session of the control connection on data
connections, which ftplib itself does not.
"""

import ftplib
import ssl
import sys

kind, start, version, prot, host, port, folder, listing, fetched, small, large = sys.argv[1:]

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.minimum_version = context.maximum_version = {
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}[version]


class Session(ftplib.FTP_TLS):
    """FTP_TLS, with implicit TLS and the session of the control connection."""

    def connect_implicit(self, host, port):
        self.host, self.port, self.timeout = host, port, 30
        sock = ftplib.socket.create_connection((host, port), 30)
        self.af = sock.family
        self.sock = self.context.wrap_socket(sock, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()

    def ntransfercmd(self, cmd, rest=None):
        if kind != "reuse":
            return super().ntransfercmd(cmd, rest)
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            conn = self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session)
        return conn, size


ftp = Session(context=context, encoding="utf-8")
ftp.set_debuglevel(1)
if start == "implicit":
    ftp.connect_implicit(host, int(port))
else:
    ftp.connect(host, int(port), timeout=30)
    ftp.auth()
ftp.login("anonymous", "ftp@example.com", secure=False)
if prot == "P":
    ftp.prot_p()
else:
    ftp.prot_c()

failed = False


def step(what, *args):
    """Does one transfer; where it fails, the reply is still to be read."""
    global failed
    try:
        what(*args)
    except ftplib.Error as err:
        print("refused:", err)
        failed = True
    except (OSError, EOFError) as err:
        print("failed:", err)
        failed = True
        try:
            print("then:", ftp.voidresp())
        except ftplib.Error as reply:
            print("refused:", reply)


def store(name, local):
    with open(local, "rb") as f:
        ftp.storbinary("STOR " + folder + "/" + name, f, blocksize=65536)


with open(listing, "w", encoding="utf-8") as out:
    step(ftp.retrlines, "NLST " + folder, lambda line: print(line, file=out))
with open(fetched, "wb") as out:
    step(ftp.retrbinary, "RETR " + folder + "/there.bin", out.write, 65536)
for i in range(1, 21):
    step(store, "small-%02d.bin" % i, small)
step(store, "large.bin", large)
ftp.quit()
sys.exit(1 if failed else 0)
