"""Is a service ready to do its work? One probe each, on loopback; an OSError means not yet."""

import urllib.request

import bus


def redis(ports: dict[str, int]) -> bool:
    return bus.command(ports["REDIS_PORT"], "PING").startswith("+PONG")


def livekit_server(ports: dict[str, int]) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{ports['LIVEKIT_PORT']}/", timeout=2) as response:
        return response.read(16) == b"OK"


def livekit_sip(ports: dict[str, int]) -> bool:
    """Ready when it takes dials from the bus. Its own health port would listen on every interface."""
    return "CreateSIPParticipant" in bus.command(ports["REDIS_PORT"], "PUBSUB CHANNELS *CreateSIPParticipant*")
