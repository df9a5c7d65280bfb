// Package aws writes firewall rules for FTP as a security group of AWS, in the language
// of Terraform, and reads its own texts back.
//
// A security group stands on the instance. It follows connections: answers pass by
// themselves, and there is nothing but rules that allow. It matches no source ports
// and not the instance's own address. There is no checker without an account, so
// [Parse] is the proof, and strict about what it does not know.
package aws
