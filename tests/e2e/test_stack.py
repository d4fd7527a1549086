"""`./run stack`: reached from this machine only."""

from listening import listeners

NUMBER = "+442079460123"


def test_only_media_of_a_call_is_open_to_other_machines(own):
    """livekit-sip opens its RTP, ICE and mDNS sockets on every interface and has no setting for it; the rest stays here."""
    server = own.server(own.phone("silent.json").port, own.worker("--speech", "stub", "--no-recording").agent)
    assert server.call("make_phone_call", phone_number=NUMBER)["state"] == "active"

    found = [(name, one) for name, pid in own.stack.pids().items() for one in listeners(pid)]
    here = {(name, one.kind, one.port) for name, one in found if one.address.is_loopback}
    signalling = own.ports["SIP_PORT"]
    assert {("redis-server", "tcp", own.ports["REDIS_PORT"]), ("livekit-server", "tcp", own.ports["LIVEKIT_PORT"]),
            ("livekit-sip", "udp", signalling), ("livekit-sip", "tcp", signalling)} <= here
    assert any((name, kind) == ("livekit-server", "udp") for name, kind, _ in here)  # Its media is looked at as well.

    elsewhere = [(name, one) for name, one in found if not one.address.is_loopback]
    assert all(name == "livekit-sip" and one.kind == "udp" and one.port != signalling for name, one in elsewhere), elsewhere
