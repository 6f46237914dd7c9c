//go:build tools

// Keeps the requirement on the Temporal CLI in go.mod. Must not be built.
package tools

import _ "github.com/temporalio/cli/cmd/temporal"
