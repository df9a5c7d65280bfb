// Package nsnet makes real hosts on one Linux machine: network namespaces, and
// veth pairs as the cables between them.
//
// All of it lives in a world, a process tree with namespaces of its own that
// Command starts and Enter sets up. Nothing outside is touched: no interface, no
// route, no file, no name. A world needs root, or else a user namespace where the
// kernel gives one to everybody; Check tells which. Everything ends with the
// first process of the world or with the process that started it, however it
// ends, SIGKILL included: the kernel kills the whole process tree with its first
// process, and frees the namespaces that nobody is left in.
//
// A world is two processes of one program. The first (PID 1) waits for the end
// of the starter, and takes up and buries the orphans that daemons leave. The
// second is where Enter returns: it may start and wait for processes as usual.
//
// The package knows cables, addresses and routes. What runs on the hosts, and the
// rules of their firewalls, is the caller's. It is the ground of the laboratory,
// and works on Linux only: elsewhere Check and Command say so.
package nsnet
