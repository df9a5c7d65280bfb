// Package lineage ends processes together with all that they have started.
//
// A process group does not do it: pam_exec gives what it runs a session of its
// own. So the table of processes is asked who descends from whom. What has cut
// its ties on purpose (a daemon, whose parent has gone) is left alone.
package lineage
