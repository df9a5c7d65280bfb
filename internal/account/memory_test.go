package account_test

import (
	"testing"

	"ferry/internal/account"
	"ferry/internal/account/accounttest"
)

func TestMemory(t *testing.T) {
	accounttest.Run(t, func(*testing.T) account.Store { return &account.Memory{} })
}
