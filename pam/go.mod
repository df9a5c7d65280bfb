module ferry/pam

go 1.26.0

require github.com/msteinert/pam/v2 v2.1.0
