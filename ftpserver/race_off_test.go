//go:build !race

package ftpserver

const raceEnabled = false
