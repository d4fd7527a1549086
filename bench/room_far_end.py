"""room_far_end.py PLAN: the far ends of rooms, participants that publish and never subscribe. Ends by a signal.

Runs on the peer's packages. PLAN is JSON: url; tokens, one a room; speech, a file of mu-law at 8 kHz, or null for a
tone; muted. Each says the same 12 s over and over, as the peer's callee.py does: 3.5 s of silence, speech, silence."""

import asyncio
import audioop
import json
import math
import struct
import sys
from pathlib import Path

from livekit import rtc

RATE, ROUND_S, LEAD_S = 8000, 12, 3.5
PIECE = RATE // 2  # samples handed over at once: few, so that this process costs little


def round_of(speech: str | None) -> bytes:
    words = audioop.ulaw2lin(Path(speech).read_bytes(), 2) if speech else tone(2)
    return (bytes(int(LEAD_S * RATE) * 2) + words).ljust(ROUND_S * RATE * 2, b"\0")[:ROUND_S * RATE * 2]


def shifted(audio: bytes, share: float) -> bytes:
    """Callees do not all speak at once."""
    at = int(share * len(audio) / 2) * 2
    return audio[at:] + audio[:at]


def tone(seconds: int) -> bytes:
    wave = (8000 * math.sin(2 * math.pi * 440 * index / RATE) for index in range(seconds * RATE))
    return b"".join(struct.pack("<h", int(sample)) for sample in wave)


async def join(plan: dict, token: str) -> tuple[rtc.Room, rtc.AudioSource]:
    room = rtc.Room()
    await room.connect(plan["url"], token, rtc.RoomOptions(auto_subscribe=False))
    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    await room.local_participant.publish_track(
        track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, red=False, dtx=False))
    if plan["muted"]:
        track.mute()
    return room, source


async def speak(source: rtc.AudioSource, audio: bytes) -> None:
    while True:
        for at in range(0, len(audio), PIECE * 2):
            piece = audio[at:at + PIECE * 2]
            await source.capture_frame(rtc.AudioFrame(piece, RATE, 1, len(piece) // 2))


async def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    joined = [await join(plan, token) for token in plan["tokens"]]
    audio = round_of(plan["speech"])
    speaking = [] if plan["muted"] else [asyncio.create_task(speak(source, shifted(audio, index / len(joined))))
                                         for index, (_, source) in enumerate(joined)]
    print("ready", flush=True)
    await asyncio.gather(*speaking, asyncio.Event().wait())


asyncio.run(main())
