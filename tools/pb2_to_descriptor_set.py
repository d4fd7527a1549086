#!/usr/bin/env python3
"""Recovers a FileDescriptorSet from the *_pb2.py files of a wheel, for `protoc --descriptor_set_in`.

usage: pb2_to_descriptor_set.py WHEEL FOLDER_IN_WHEEL OUTPUT

LiveKit ships the protocol of its FFI only as generated Python. Each such file hands its serialized FileDescriptorProto
to AddSerializedFile() as a bytes literal, so the sources are parsed and nothing of the wheel is executed.
"""

import ast
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

# Fields of google.protobuf.FileDescriptorProto and FileDescriptorSet.
NAME, DEPENDENCY = 1, 3
SET_FILE = 1
LENGTH_DELIMITED = 2


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The value and the position behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each length-delimited field; varints, the only other kind at this level, are passed over."""
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        value, at = read_varint(message, at)
        if key & 7 == LENGTH_DELIMITED:
            yield key >> 3, message[at:at + value]
            at += value
        elif key & 7 != 0:
            raise ValueError(f"wire type {key & 7} in a file descriptor")


def serialized_files(python_source: str) -> Iterator[bytes]:
    for node in ast.walk(ast.parse(python_source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
            literal = node.args[0]
            if isinstance(literal, ast.Constant) and isinstance(literal.value, bytes):
                yield literal.value


def descriptor_set(files: dict[str, bytes]) -> bytes:
    """All files, each behind the ones it imports, as protoc expects."""
    output = bytearray()
    done = set()

    def emit(name: str) -> None:
        if name in done or name not in files:
            return
        done.add(name)
        for number, value in fields(files[name]):
            if number == DEPENDENCY:
                emit(value.decode())
        output.extend(varint(SET_FILE << 3 | LENGTH_DELIMITED) + varint(len(files[name])) + files[name])

    for name in sorted(files):
        emit(name)
    return bytes(output)


def main() -> None:
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    wheel, folder, output = sys.argv[1:]
    files = {}
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            if member.startswith(folder) and member.endswith("_pb2.py"):
                for raw in serialized_files(archive.read(member).decode()):
                    files[next(value for number, value in fields(raw) if number == NAME).decode()] = raw
    if not files:
        raise SystemExit(f"{wheel}: no serialized protobuf file under {folder}")
    Path(output).write_bytes(descriptor_set(files))


if __name__ == "__main__":
    main()
