//go:build tools

// Keeps the requirement on the S3 server of the tests in go.mod. Must not be built.
package tools

import _ "github.com/versity/versitygw/cmd/versitygw"
