module call-agent/tests/registry

go 1.26

// Only for the schema of server.json, as the MCP registry itself checks it. Nothing of it is compiled.
require github.com/modelcontextprotocol/registry v1.8.9
