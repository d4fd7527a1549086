"""MCP 2026-07-28 over plain HTTP requests, for what the clients people use would hide: statuses and headers."""

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field

REVISION = "2026-07-28"
ABOUT = {"io.modelcontextprotocol/protocolVersion": REVISION,
         "io.modelcontextprotocol/clientInfo": {"name": "e2e", "version": "1"},
         "io.modelcontextprotocol/clientCapabilities": {}}
NAME_OF = {"tools/call": "name", "resources/read": "uri"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def message(self) -> dict:
        return json.loads(self.text)

    @property
    def result(self) -> dict:
        assert self.status == 200 and "result" in self.message, self
        return self.message["result"]


@dataclass
class HttpClient:
    url: str
    token: str = ""
    trusted: str | None = None  # A certificate, PEM.
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, url: str, body: dict | None = None, **headers: str) -> Answer:
        every = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json",
                 **({"Authorization": f"Bearer {self.token}"} if self.token else {}), **self.headers,
                 **{name.replace("_", "-"): value for name, value in headers.items()}}
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), every)
        context = ssl.create_default_context(cafile=self.trusted) if url.startswith("https") else None
        try:
            with urllib.request.urlopen(request, timeout=60, context=context) as response:
                return Answer(response.status, dict(response.headers), response.read().decode())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, dict(refused.headers), refused.read().decode())

    def ask(self, method: str, **params) -> Answer:
        headers = {"MCP_Protocol_Version": REVISION, "Mcp_Method": method}
        if method in NAME_OF:
            headers["Mcp_Name"] = params[NAME_OF[method]]
        return self.send(self.url, {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": ABOUT}},
                         **headers)

    def call(self, tool: str, **arguments) -> Answer:
        return self.ask("tools/call", name=tool, arguments=arguments)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send(self.url.removesuffix("/mcp") + path, **headers)
