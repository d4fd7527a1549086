"""`call-agent server`, spoken to line by line over stdio: every test passes through the real MCP server."""

import json
import os
import queue
import subprocess
import threading
from pathlib import Path

from processes import Background


class McpServer:
    def __init__(self, process: subprocess.Popen):
        self._process = process
        self._next_id = 0
        self._answers: dict[int, queue.Queue] = {}
        self.notifications: list[dict] = []
        threading.Thread(target=self._read, daemon=True).start()

    @classmethod
    def start(cls, program: Path, env_file: Path, arguments: list[str], folder: Path,
              environment: dict[str, str] | None = None) -> "McpServer":
        with (folder / "server.log").open("ab") as log:
            process = subprocess.Popen([str(program), "server", "--env-file", str(env_file), *arguments],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                                       env={**os.environ, **(environment or {})})
        server = cls(process)
        server.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                      "clientInfo": {"name": "e2e", "version": "1"}})
        server.notify("notifications/initialized", {})
        return server

    def _read(self) -> None:
        for line in self._process.stdout:
            message = json.loads(line)  # Standard output carries JSON lines only.
            if "id" in message and message["id"] in self._answers:
                self._answers[message["id"]].put(message)
            else:
                self.notifications.append(message)
        for answer in list(self._answers.values()):
            answer.put({"error": {"code": 0, "message": "the server ended"}})

    def notify(self, method: str, params: dict) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def start_request(self, method: str, params: dict) -> int:
        self._next_id += 1
        self._answers[self._next_id] = queue.Queue()
        self._send({"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params})
        return self._next_id

    def answer(self, request: int, within_s: float = 60) -> dict:
        return self._answers[request].get(timeout=within_s)

    def request(self, method: str, params: dict, within_s: float = 60) -> dict:
        answer = self.answer(self.start_request(method, params), within_s)
        assert "error" not in answer, answer
        return answer["result"]

    def call(self, tool: str, within_s: float = 60, **arguments) -> dict:
        """The tool's structured result; fails if it is an error."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments}, within_s)
        assert not result.get("isError"), result
        return result["structuredContent"]

    def refused(self, tool: str, **arguments) -> str:
        """The text of an isError result."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        assert result.get("isError"), result
        return result["content"][0]["text"]

    def start_call(self, **arguments) -> int:
        return self.start_request("tools/call", {"name": "make_phone_call", "arguments": arguments})

    def finish(self, call_id: str, within_s: float = 90) -> dict:
        """Waits for the call's end; its whole record."""
        while self.call("wait_for_call", within_s, call_id=call_id)["state"] != "ended":
            pass
        return self.call("get_call", call_id=call_id)

    def loaded_files(self) -> str:
        """What is mapped into its memory."""
        return Path(f"/proc/{self._process.pid}/maps").read_text()

    def _send(self, message: dict) -> None:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.stdin.close()  # End of input ends the server at once.
        self._process.wait(5)


class HttpServer(Background):
    """`call-agent server --http` on a port of its own choice."""

    url: str

    @classmethod
    def start(cls, program: Path, env_file: Path, arguments: list[str], folder: Path,
              environment: dict[str, str] | None = None) -> "HttpServer":
        server = cls([program, "server", "--http", "127.0.0.1:0", "--env-file", env_file, *arguments],
                     folder / "http.log", env={**os.environ, **(environment or {})})
        server.url = server.wait_for("serving MCP at ").split()[-1]
        return server
