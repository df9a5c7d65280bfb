# Serves a folder to anonymous with pyftpdlib:
# PORT ROOT FIRST-PASSIVE-PORT LAST-PASSIVE-PORT LOG CERTIFICATE
import logging
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

port, root, first, last, log, cert = sys.argv[1:7]
logging.basicConfig(filename=log, level=logging.INFO)  # transfers, as it is without a word
authorizer = DummyAuthorizer()
authorizer.add_anonymous(root, perm="elradfmwMT")
handler = FTPHandler
if cert:
    handler = TLS_FTPHandler
    handler.certfile = cert
handler.authorizer = authorizer
handler.passive_ports = range(int(first), int(last))
handler.timeout = 0
server = FTPServer(("127.0.0.1", int(port)), handler, backlog=4096)
server.max_cons = 20000
server.max_cons_per_ip = 0
server.serve_forever()
