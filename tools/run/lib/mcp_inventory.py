#!/usr/bin/env python3
"""Fills in what only the executable knows: its version, its tools and its prompts.

usage: mcp_inventory.py EXECUTABLE < manifest.json     writes the whole manifest to standard output
"""

import json
import subprocess
import sys


class Server:
    """`EXECUTABLE server` over standard input and output; it needs no configuration to say what it has."""

    def __init__(self, executable: str):
        self._process = subprocess.Popen([executable, "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.initialized = self.request("initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "packaging", "version": "1"}})
        self._send({"method": "notifications/initialized"})

    def _send(self, message: dict) -> None:
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()

    def request(self, method: str, params: dict) -> dict:
        self._send({"id": 1, "method": method, "params": params})
        for line in self._process.stdout:
            answer = json.loads(line)
            if answer.get("id") == 1:
                return answer["result"]
        raise SystemExit(f"the server ended at {method}")

    def everything(self, kind: str) -> list[dict]:
        """Every item of a list, over all pages; none of what the server does not have."""
        if kind not in self.initialized["capabilities"]:
            return []
        page = self.request(f"{kind}/list", {})
        items = page[kind]
        while "nextCursor" in page:
            page = self.request(f"{kind}/list", {"cursor": page["nextCursor"]})
            items += page[kind]
        return items

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)


def prompt_entry(server: Server, prompt: dict) -> dict:
    """A prompt with its text, in which the client puts the arguments' values for ${arguments.NAME}."""
    names = [argument["name"] for argument in prompt.get("arguments", [])]
    got = server.request("prompts/get", {"name": prompt["name"],
                                         "arguments": {name: f"${{arguments.{name}}}" for name in names}})
    text = "\n\n".join(message["content"]["text"] for message in got["messages"])
    return {"name": prompt["name"], "description": prompt.get("description", ""), "arguments": names, "text": text}


def main() -> None:
    manifest = json.load(sys.stdin)
    server = Server(sys.argv[1])
    manifest["version"] = server.initialized["serverInfo"]["version"]
    manifest["tools"] = [{"name": tool["name"], "description": tool["description"]} for tool in server.everything("tools")]
    manifest["prompts"] = [prompt_entry(server, prompt) for prompt in server.everything("prompts")]
    server.close()
    json.dump(manifest, sys.stdout, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    main()
