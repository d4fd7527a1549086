"""The few LiveKit requests of the benchmarks."""

import base64
import hashlib
import hmac
import json
import time
import urllib.request


class LiveKit:
    def __init__(self, variables: dict[str, str]):
        if not variables["LIVEKIT_URL"].startswith("ws://127.0.0.1"):
            raise SystemExit("benchmarks use a LiveKit on this machine only")
        self.key, self.secret = variables["LIVEKIT_API_KEY"], variables["LIVEKIT_API_SECRET"]
        self.base = variables["LIVEKIT_URL"].replace("ws", "http", 1)

    def call(self, method: str, body: dict, room: str = "") -> dict:
        request = urllib.request.Request(f"{self.base}/twirp/livekit.{method}", json.dumps(body).encode(),
                                         {"Content-Type": "application/json", "Authorization": f"Bearer {self.token(room)}"})
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)

    def agent_in(self, room: str) -> bool:
        found = self.call("RoomService/ListParticipants", {"room": room}, room).get("participants", [])
        return any(participant.get("kind") == "AGENT" for participant in found)

    def trunk_to(self, port: int) -> str:
        address = f"127.0.0.1:{port}"
        for trunk in self.call("SIP/ListSIPOutboundTrunk", {}).get("items", []):
            if trunk.get("address") == address:
                return trunk["sip_trunk_id"]
        trunk = {"name": f"bench {port}", "address": address, "transport": "SIP_TRANSPORT_UDP", "numbers": ["+442079460999"]}
        return self.call("SIP/CreateSIPOutboundTrunk", {"trunk": trunk})["sip_trunk_id"]

    def delete_rooms(self) -> None:
        for room in self.call("RoomService/ListRooms", {}).get("rooms", []):
            self.call("RoomService/DeleteRoom", {"room": room["name"]}, room["name"])

    def token(self, room: str) -> str:
        now = int(time.time())
        claims = {"iss": self.key, "nbf": now - 5, "exp": now + 60, "sip": {"admin": True, "call": True},
                  "video": {"roomList": True, "roomCreate": True, "roomAdmin": True, "room": room}}
        encode = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        signed = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return f"{signed}.{encode(hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest())}"
