"""The .mcpb bundle, unpacked and its server started as a client would, and its entry for the MCP registry."""

import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest

from made import PACKAGE, ROOT, only, output
from mcp_server import McpServer

NODE = ROOT / "tools" / "run" / "lib" / "node.sh"
BASE_LIBRARIES = ("linux-vdso", "libc.so", "libm.so", "libgcc_s.so", "libstdc++.so", "/lib64/ld-linux")


@pytest.fixture(scope="session")
def bundle(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    output("bash", NODE, "mcpb", "unpack", only("*.mcpb"), folder)
    return folder


@pytest.fixture(scope="session")
def manifest(bundle) -> dict:
    return json.loads((bundle / "manifest.json").read_text())


def start_as_a_client_would(bundle: Path, manifest: dict, values: dict[str, str], folder: Path) -> McpServer:
    """The server that the manifest says, with the user's values put in."""
    def filled(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"${{user_config.{name}}}", value)
        return text.replace("${__dirname}", str(bundle))

    config = manifest["server"]["mcp_config"]
    environment = {name: filled(value) for name, value in config["env"].items()}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen([filled(config["command"]), *config["args"]], env=environment | {"HOME": str(folder)},
                                   cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    return McpServer(process)


def test_the_official_tool_finds_the_manifest_valid(bundle):
    assert "passes" in output("bash", NODE, "mcpb", "validate", bundle / "manifest.json")


def test_the_bundle_asks_for_the_four_and_keeps_the_secrets(manifest):
    assert manifest["manifest_version"] == "0.3" and manifest["server"]["type"] == "binary"
    asked = manifest["user_config"]
    assert {name for name, option in asked.items() if option.get("sensitive")} == {"livekit_api_key", "livekit_api_secret"}
    assert all(option["required"] for option in asked.values())
    used = [value for value in manifest["server"]["mcp_config"]["env"].values() if value.startswith("${user_config.")]
    assert sorted(used) == sorted(f"${{user_config.{name}}}" for name in asked)


def test_the_unpacked_server_answers_and_is_what_the_manifest_says(bundle, manifest, tmp_path):
    values = {name: "wss://calls.example.com" for name in manifest["user_config"]}
    server = start_as_a_client_would(bundle, manifest, values, tmp_path)
    try:
        about = server.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                              "clientInfo": {"name": "e2e", "version": "1"}})
        server.notify("notifications/initialized", {})
        assert about["serverInfo"]["version"] == manifest["version"]
        tools = server.request("tools/list", {})["tools"]
        assert [(tool["name"], tool["description"]) for tool in tools] == [
            (tool["name"], tool["description"]) for tool in manifest["tools"]]
        if "prompts" in about["capabilities"]:
            prompts = server.request("prompts/list", {})["prompts"]
            assert [prompt["name"] for prompt in prompts] == [prompt["name"] for prompt in manifest["prompts"]]
        else:
            assert manifest["prompts"] == []
        assert "E.164" in server.refused("make_phone_call", phone_number="911")  # The numbering plan is in the bundle.
    finally:
        server.stop()


def test_the_bundle_needs_no_library_but_those_of_any_desktop(bundle):
    environment = os.environ | {"LD_LIBRARY_PATH": str(bundle / "server" / "lib")}
    for file in [bundle / "server" / "call-agent", *bundle.glob("server/*.so"), *bundle.glob("server/lib/*")]:
        lines = output("ldd", file, env=environment).splitlines()
        for line in lines if lines != ["\tstatically linked"] else []:
            assert str(bundle) in line or line.split()[0].startswith(BASE_LIBRARIES), f"{file.name}: {line}"


def test_the_bundle_has_its_icon_and_licences(bundle, manifest):
    for icon in manifest["icons"]:
        width, height = (bundle / icon["src"]).read_bytes()[16:20], (bundle / icon["src"]).read_bytes()[20:24]
        assert icon["size"] == f"{int.from_bytes(width)}x{int.from_bytes(height)}"
    assert (bundle / "LICENSE").exists()
    assert {"libphonenumber8", "libicu72", "libssl-dev"} <= {path.name for path in (bundle / "licences").iterdir()}


# What the registry asks of an .mcpb bundle beyond its schema: a release of GitHub or GitLab.
RELEASE = re.compile(r"https://github\.com/[\w-]+/[\w.-]+/releases/download/[^/]+/[^/]+\.mcpb")


def test_the_registry_takes_server_json():
    path = output("bash", ROOT / "tools" / "run" / "lib" / "registry_schema.sh").split()[-1]
    schema, server = json.loads(Path(path).read_text()), json.loads((PACKAGE / "server.json").read_text())
    assert server["$schema"] == schema["$id"]
    jsonschema.validate(server, schema)
    package, = server["packages"]
    assert package["registryType"] == "mcpb" and package["version"] == server["version"]
    assert RELEASE.fullmatch(package["identifier"])


def test_server_json_is_for_this_bundle():
    server = json.loads((PACKAGE / "server.json").read_text())
    package, = server["packages"]
    bundle = only("*.mcpb")
    assert package["identifier"].endswith("/" + bundle.name)
    assert output("sha256sum", bundle).split()[0] == package["fileSha256"]
