"""`./run stack`: whole whenever it says so, left alone if it is, and reached from this machine only."""

import subprocess

from listening import listeners

NUMBER = "+442079460123"


def test_only_media_of_a_call_is_open_to_other_machines(own):
    """livekit-sip opens its RTP, ICE and mDNS sockets on every interface and has no setting for it; the rest stays here."""
    phone = own.phone("silent.json")
    server = own.server(phone.port, own.worker("--speech", "stub", "--no-recording").agent)
    assert server.call("make_phone_call", phone_number=NUMBER)["state"] == "active"
    of_phone = listeners(phone.process.pid)
    assert len(of_phone) > 2 and all(one.address.is_loopback for one in of_phone)
    assert all(own.ports["TEST_FIRST"] <= one.port <= own.ports["PHONE_RTP_LAST"] for one in of_phone), of_phone

    found = [(name, one) for name, pid in own.stack.pids().items() for one in listeners(pid)]
    here = {(name, one.kind, one.port) for name, one in found if one.address.is_loopback}
    signalling = own.ports["SIP_PORT"]
    assert {("redis-server", "tcp", own.ports["REDIS_PORT"]), ("livekit-server", "tcp", own.ports["LIVEKIT_PORT"]),
            ("livekit-sip", "udp", signalling), ("livekit-sip", "tcp", signalling)} <= here
    assert any((name, kind) == ("livekit-server", "udp") for name, kind, _ in here)  # Its media is looked at as well.

    elsewhere = [(name, one) for name, one in found if not one.address.is_loopback]
    assert all(name == "livekit-sip" and one.kind == "udp" and one.port != signalling for name, one in elsewhere), elsewhere


def redis(own, *command: str) -> str:
    done = subprocess.run(["redis-cli", "-p", str(own.ports["REDIS_PORT"]), *command], check=True, text=True,
                          stdout=subprocess.PIPE)
    return done.stdout.strip()


def test_up_again_changes_nothing_and_a_dead_service_makes_it_start_anew(own):
    variables, pids = own.stack.up(), own.stack.pids()
    assert len(pids) == 3
    assert (own.stack.up(), own.stack.pids()) == (variables, pids)

    own.stack.kill("livekit-sip")
    own.stack.up()
    anew = own.stack.pids()
    assert anew.keys() == pids.keys() and not set(anew.values()) & set(pids.values())


def test_a_start_anew_keeps_the_variables_and_nothing_of_calls(own):
    """A client's configuration holds the trunk's id."""
    variables = own.stack.up()
    own.livekit.dispatch("nobody", "a room")
    redis(own, "SAVE")  # Whatever is found saved.
    for service in own.stack.pids():
        own.stack.kill(service)
    assert own.stack.up() == variables
    assert own.livekit.rooms() == []
    assert redis(own, "HLEN", "nodes") == "1"  # livekit-server would give rooms to one that it takes to be alive.


def test_a_refusal_of_livekit_leaves_a_stack_that_was_up(own):
    pids = own.stack.pids()
    redis(own, "DEL", "sip_outbound_trunk")
    redis(own, "SET", "sip_outbound_trunk", "no hash, as it should be")
    assert "livekit-server refused: ListSIPOutboundTrunk" in own.stack.refused_up()
    assert own.stack.pids() == pids

    redis(own, "DEL", "sip_outbound_trunk")
    own.stack.up()
    assert own.stack.pids() == pids
