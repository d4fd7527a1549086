"""The few LiveKit calls the stack needs: Twirp over JSON with a short-lived HS256 token."""

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request


class LiveKitError(Exception):
    pass


def outbound_trunk(port: int, key: str, secret: str, name: str, address: str, number: str) -> str:
    """The id of the trunk called `name`, created unless it exists with just this address and number."""
    found = _call(port, key, secret, "ListSIPOutboundTrunk", {}).get("items", [])
    for trunk in found:
        if trunk.get("name") == name and trunk.get("address") == address and trunk.get("numbers") == [number]:
            return trunk["sip_trunk_id"]
    request = {"trunk": {"name": name, "address": address, "transport": "SIP_TRANSPORT_UDP", "numbers": [number]}}
    return _call(port, key, secret, "CreateSIPOutboundTrunk", request)["sip_trunk_id"]


def _call(port: int, key: str, secret: str, method: str, body: dict) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/twirp/livekit.SIP/{method}", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {_token(key, secret)}"})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise LiveKitError(f"{method}: {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise LiveKitError(f"{method}: {error}") from error


def _token(key: str, secret: str) -> str:
    now = int(time.time())
    claims = {"iss": key, "nbf": now - 5, "exp": now + 60, "sip": {"admin": True}}
    signed = f"{_base64url({'alg': 'HS256', 'typ': 'JWT'})}.{_base64url(claims)}"
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _base64url(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()
