// Package ufw writes the rules of a plan as commands of ufw, Ubuntu's and Debian's
// front end of iptables.
//
// ufw lets answers through by itself, and so do its own files in /etc/ufw, which hold
// more than FTP needs; the notes say what. It has no words for the FTP helper, for
// packets without connection tracking, or for the translation of addresses. The package
// runs no program; internal/firewall/dialects lists what it offers.
package ufw
