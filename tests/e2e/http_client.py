"""MCP 2026-07-28 over plain HTTP requests, for what the clients people use would hide: statuses and headers."""

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field

REVISION = "2026-07-28"
NAME_OF = {"tools/call": "name", "resources/read": "uri", "tasks/get": "taskId", "tasks/update": "taskId",
           "tasks/cancel": "taskId"}


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
    capabilities: dict = field(default_factory=dict)

    def request(self, method: str, **params) -> urllib.request.Request:
        about = {"io.modelcontextprotocol/protocolVersion": REVISION,
                 "io.modelcontextprotocol/clientInfo": {"name": "e2e", "version": "1"},
                 "io.modelcontextprotocol/clientCapabilities": self.capabilities}
        headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json",
                   "MCP-Protocol-Version": REVISION, "Mcp-Method": method}
        if method in NAME_OF:
            headers["Mcp-Name"] = params[NAME_OF[method]]
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": about}}
        return self._with_token(urllib.request.Request(self.url, json.dumps(body).encode(), headers))

    def ask(self, method: str, **params) -> Answer:
        return self._send(self.request(method, **params))

    def call(self, tool: str, **arguments) -> Answer:
        return self.ask("tools/call", name=tool, arguments=arguments)

    def get(self, path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(self._with_token(urllib.request.Request(self.url.removesuffix("/mcp") + path, headers=named)))

    def _with_token(self, request: urllib.request.Request) -> urllib.request.Request:
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        return request

    def _send(self, request: urllib.request.Request) -> Answer:
        context = ssl.create_default_context(cafile=self.trusted) if self.url.startswith("https") else None
        try:
            with urllib.request.urlopen(request, timeout=60, context=context) as response:
                return Answer(response.status, dict(response.headers), response.read().decode())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, dict(refused.headers), refused.read().decode())
