package main

import (
	"fmt"
	"os"
	"syscall"
)

// warmMemory touches memory, in large pages and in small ones, and gives it back to the system, so
// that what a server needs next is there. A virtual machine may return to its host what is free
// (free page reporting); at its next use each page costs up to 20 times as much, and which server
// pays for that is chance.
func warmMemory(bytes int) error {
	for _, pages := range []int{syscall.MADV_HUGEPAGE, syscall.MADV_NOHUGEPAGE} {
		area, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			return fmt.Errorf("mmap of %d bytes: %w", bytes, err)
		}
		_ = syscall.Madvise(area, pages) // a kernel without large pages has only small ones to warm
		for i := 0; i < len(area); i += os.Getpagesize() {
			area[i] = 1
		}
		if err := syscall.Munmap(area); err != nil {
			return fmt.Errorf("munmap: %w", err)
		}
	}
	return nil
}
