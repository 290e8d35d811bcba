// An empty module of its own, so that Go's ./... in the root leaves this folder's node_modules out.
module stint/tools

go 1.26.0
