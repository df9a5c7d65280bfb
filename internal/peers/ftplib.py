"""One transfer by Python's ftplib.

Arguments: passive|active get|put|list host port user password remote local.
"""

import ftplib
import sys

mode, op, host, port, user, password, remote, local = sys.argv[1:]
ftp = ftplib.FTP(encoding="utf-8")
ftp.set_debuglevel(1)
ftp.connect(host, int(port), timeout=30)
ftp.login(user, password)
ftp.set_pasv(mode == "passive")
if op == "get":
    with open(local, "wb") as f:
        ftp.retrbinary("RETR " + remote, f.write, blocksize=65536)
elif op == "put":
    with open(local, "rb") as f:
        ftp.storbinary("STOR " + remote, f, blocksize=65536)
else:
    if remote:
        ftp.cwd(remote)
    ftp.retrlines("NLST")
ftp.quit()
