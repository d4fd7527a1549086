"""What tests ask of LiveKit directly: trunks and jobs of their own, and which rooms and participants there are."""

import base64
import hashlib
import hmac
import json
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlparse


class LiveKitAdmin:
    def __init__(self, variables: dict[str, str]):
        host = urlparse(variables["LIVEKIT_URL"]).hostname
        assert host in ("127.0.0.1", "localhost", "::1"), "tests use a LiveKit on this machine only"
        self._variables = variables
        self._base = variables["LIVEKIT_URL"].replace("ws", "http", 1)

    def over_http(self) -> "LiveKitAdmin":
        """The same, its LIVEKIT_URL written with http instead of ws."""
        return LiveKitAdmin({**self._variables, "LIVEKIT_URL": self._base})

    def env_file(self, path: Path, trunk: str | None) -> Path:
        variables = {**self._variables}
        variables.pop("SIP_OUTBOUND_TRUNK_ID")
        if trunk:
            variables["SIP_OUTBOUND_TRUNK_ID"] = trunk
        path.write_text("".join(f"{key}={value}\n" for key, value in variables.items()))
        return path

    def trunk_to(self, address: str, transport: str = "UDP") -> str:
        assert address.startswith("127."), "tests ring phones on this machine only"
        for trunk in self.call("SIP/ListSIPOutboundTrunk", {}).get("items", []):
            if (trunk.get("address"), trunk.get("transport")) == (address, f"SIP_TRANSPORT_{transport}"):
                return trunk["sip_trunk_id"]
        request = {"trunk": {"name": f"test {address}", "address": address, "transport": f"SIP_TRANSPORT_{transport}",
                             "numbers": ["+442079460999"]}}
        return self.call("SIP/CreateSIPOutboundTrunk", request)["sip_trunk_id"]

    def rooms(self) -> list[str]:
        return [room["name"] for room in self.call("RoomService/ListRooms", {}).get("rooms", [])]

    def wait_until_gone(self, room: str, within_s: float = 10) -> None:
        deadline = time.monotonic() + within_s
        while room in self.rooms():
            assert time.monotonic() < deadline, f"room {room} is still there"
            time.sleep(0.05)

    def dispatch(self, agent: str, room: str, metadata: str | None = None) -> None:
        """Asks for an agent in a room of its own, as the server does for a call; nobody is dialed."""
        self.call("RoomService/CreateRoom", {"name": room, "empty_timeout": 60})
        job = {"call_id": room, "phone_number": "+442079460123", "callee_identity": "callee", "room": room}
        self.call("AgentDispatchService/CreateDispatch",
                  {"room": room, "agent_name": agent, "metadata": metadata or json.dumps(job)}, room)

    def participants(self, room: str) -> list[dict]:
        return self.call("RoomService/ListParticipants", {"room": room}, room).get("participants", [])

    def agent_is_ready(self, room: str) -> bool:
        return any(one.get("attributes", {}).get("call_agent.state") == "ready" for one in self.participants(room))

    def delete_room(self, room: str) -> None:
        if room in self.rooms():
            self.call("RoomService/DeleteRoom", {"room": room})

    def call(self, method: str, body: dict, room: str | None = None) -> dict:
        """`room`: the one the method is about, for those that are about one."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token(room)}"}
        request = urllib.request.Request(f"{self._base}/twirp/livekit.{method}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def _token(self, room: str | None) -> str:
        now = int(time.time())
        claims = {"iss": self._variables["LIVEKIT_API_KEY"], "nbf": now - 5, "exp": now + 60, "sip": {"admin": True},
                  "video": {"roomList": True, "roomCreate": True, "roomAdmin": bool(room), "room": room or ""}}
        signed = f"{_base64url({'alg': 'HS256', 'typ': 'JWT'})}.{_base64url(claims)}"
        secret = self._variables["LIVEKIT_API_SECRET"].encode()
        signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _base64url(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()
