"""The few LiveKit requests of the benchmarks."""

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request

TRUNK_NUMBER = "+442079460999"  # of the range reserved for fiction


class LiveKit:
    def __init__(self, variables: dict[str, str]):
        self.url = variables["LIVEKIT_URL"]
        if not self.url.startswith("ws://127.0.0.1:"):
            raise SystemExit("benchmarks use a LiveKit on this machine only")
        self.key, self.secret = variables["LIVEKIT_API_KEY"], variables["LIVEKIT_API_SECRET"]

    def call(self, method: str, body: dict, room: str = "") -> dict:
        grants = {"sip": {"admin": True, "call": True},
                  "video": {"roomList": True, "roomCreate": True, "roomAdmin": True, "room": room}}
        request = urllib.request.Request(
            f"http{self.url[2:]}/twirp/livekit.{method}", json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token(grants)}"})
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)

    def token(self, grants: dict) -> str:
        now = int(time.time())
        claims = {"iss": self.key, "nbf": now - 5, "exp": now + 3600, **grants}
        signed = f"{_base64url({'alg': 'HS256', 'typ': 'JWT'})}.{_base64url(claims)}"
        signature = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def trunk_to(self, port: int) -> str:
        address = f"127.0.0.1:{port}"
        for trunk in self.call("SIP/ListSIPOutboundTrunk", {}).get("items", []):
            if trunk.get("address") == address:
                return trunk["sip_trunk_id"]
        trunk = {"name": f"bench {port}", "address": address, "transport": "SIP_TRANSPORT_UDP",
                 "numbers": [TRUNK_NUMBER]}
        return self.call("SIP/CreateSIPOutboundTrunk", {"trunk": trunk})["sip_trunk_id"]

    def dispatch(self, agent: str, room: str, metadata: dict) -> None:
        self.call("AgentDispatchService/CreateDispatch",
                  {"agent_name": agent, "room": room, "metadata": json.dumps(metadata)}, room)

    def wait_for_agent(self, room: str, within_s: float = 15) -> float:
        """Until an agent is among the room's participants, as a third party sees it. Returns when, by perf_counter."""
        deadline = time.perf_counter() + within_s
        while time.perf_counter() < deadline:
            if any(participant.get("kind") == "AGENT" for participant in self._participants(room)):
                return time.perf_counter()
            time.sleep(0.005)
        raise SystemExit(f"no agent joined {room} within {within_s:.0f} s")

    def hang_up(self, rooms: list[str]) -> int:
        """Ends calls as their callees would, by leaving; the agents clear up. Deletes what is left.

        Returns how many callees there were."""
        if not rooms:  # an empty list would mean all
            return 0
        callees = [(room, participant["identity"]) for room in rooms for participant in self._participants(room)
                   if participant.get("kind") != "AGENT"]
        for room, identity in callees:
            self._unless_gone("RoomService/RemoveParticipant", {"identity": identity}, room)
        deadline = time.monotonic() + (4 if callees else 0)
        while time.monotonic() < deadline and self._still_there(rooms):
            time.sleep(0.2)
        for room in self._still_there(rooms):
            self._unless_gone("RoomService/DeleteRoom", {}, room)
        return len(callees)

    def _still_there(self, rooms: list[str]) -> list[str]:
        return [room["name"] for room in self.call("RoomService/ListRooms", {"names": rooms}).get("rooms", [])]

    def _participants(self, room: str) -> list[dict]:
        return self._unless_gone("RoomService/ListParticipants", {}, room).get("participants", [])

    def _unless_gone(self, method: str, body: dict, room: str) -> dict:
        try:
            return self.call(method, {"room": room, **body}, room)
        except urllib.error.HTTPError as error:
            if error.code not in (404, 503):  # gone, or just closing
                raise
            return {}


def _base64url(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()
