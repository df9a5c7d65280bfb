# Serves a folder with pyftpdlib under TLS: HOST PORT FOLDER LOW HIGH CERT KEY
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.servers import FTPServer

host, port, folder, low, high, cert, key = sys.argv[1:]
TLS_FTPHandler.authorizer = DummyAuthorizer()
TLS_FTPHandler.authorizer.add_anonymous(folder, perm="elradfmwMT")
TLS_FTPHandler.certfile, TLS_FTPHandler.keyfile = cert, key
TLS_FTPHandler.tls_control_required = TLS_FTPHandler.tls_data_required = True
TLS_FTPHandler.passive_ports = range(int(low), int(high) + 1)
FTPServer((host, int(port)), TLS_FTPHandler).serve_forever()
