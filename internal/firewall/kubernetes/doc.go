// Package kubernetes writes firewall rules for FTP as a NetworkPolicy of Kubernetes, and
// the Service through which clients reach the pod.
//
// A policy stands at the pod. It follows connections: answers pass by themselves, and
// there is nothing but rules that allow; a direction that it names is closed besides.
// It matches no source ports and not the pod's own address. Its tests read the texts
// back with a real reader of YAML that knows the fields of the API and no others.
package kubernetes
