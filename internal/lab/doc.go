// Package lab tries FTP on real networks: hosts, routers, NATs and firewalls are
// network namespaces of one Linux machine, the servers and clients in them are real
// programs, and the rules are those that ferry rules writes.
//
// A [Topology] says what stands between client and server, and predicts for each
// kind of data connection whether it works, or why not and at which host it fails.
// A [Job] is one world with one server in it ([World] carries it out, as a process
// of its own); [Run] does many side by side. What was measured comes from what the
// client said and from the packets at each host, never from the prediction.
//
// Nothing outside of the namespaces is touched, and all of it ends with the process.
package lab
