"""A client that can show its user a form: whether a call may be made, and what the agent wants to know in mid-call."""

import asyncio

import fastmcp
import mcp
import mcp.types
import pytest
from fastmcp.client.transports import StdioTransport

from dialogues import CURIOUS
from worker import Worker

NUMBER = "+442079460123"
MODERN, LEGACY = "2026-07-28", "2025-11-25"


class Person:
    """Who looks at the client's forms. Answers each by the first words that its message holds."""

    def __init__(self, **answers: dict | None):
        self.answers = {words.replace("_", " "): answer for words, answer in answers.items()}
        self.asked: list[str] = []

    def decide(self, message: str) -> dict | None:
        """What goes into the form; None: no."""
        self.asked.append(message)
        return next(answer for words, answer in self.answers.items() if words in message)

    async def of_mcp(self, _context, form) -> mcp.types.ElicitResult:
        content = self.decide(form.message)
        return mcp.types.ElicitResult(action="decline" if content is None else "accept", content=content)

    async def of_fastmcp(self, message, _response_type, _form, _context):
        content = self.decide(message)
        return fastmcp.client.elicitation.ElicitResult(action="decline" if content is None else "accept", content=content)


class Client:
    """Either library, over stdio, with somebody who answers its forms."""

    def __init__(self, library: str, mode: str):
        self.library, self.mode = library, mode

    def connect(self, program: str, arguments: list[str], environment: dict, person: Person):
        if self.library == "fastmcp":
            transport = StdioTransport(program, arguments, env=environment, keep_alive=False)
            return fastmcp.Client(transport, mode=self.mode, elicitation_handler=person.of_fastmcp)
        server = mcp.StdioServerParameters(command=program, args=arguments, env=environment)
        return mcp.Client(server, mode=self.mode, elicitation_callback=person.of_mcp)


CLIENTS = [pytest.param(Client(library, mode), id=f"{library}, {mode}")
           for library in ("mcp", "fastmcp") for mode in (MODERN, "legacy")]


class Desk:
    """A server of its own for each session, with an agent and a phone behind it."""

    def __init__(self, lab, scenario: str, worker: Worker):
        self.lab, self.phone, self.worker = lab, lab.phone(scenario), worker
        self.env_file = lab.livekit.env_file(lab.folder / "server.env",
                                             lab.livekit.trunk_to(f"127.0.0.1:{self.phone.port}"))

    def session(self, client: Client, person: Person, confirm: str):
        arguments = ["server", "--env-file", str(self.env_file), "--agent-name", self.worker.agent,
                     "--ringing-limit", "4"]
        environment = {**self.lab.environment, "CALL_AGENT_CONFIRM": confirm}
        return client.connect(str(self.lab.program), arguments, environment, person)


async def finish(client, call_id: str) -> dict:
    while (await client.call_tool("wait_for_call", {"call_id": call_id})).structured_content["state"] != "ended":
        pass
    return (await client.call_tool("get_call", {"call_id": call_id})).structured_content


@pytest.mark.parametrize("client", CLIENTS)
def test_nothing_rings_unless_a_person_says_yes(lab, client):
    desk = Desk(lab, "hangup_first.json", lab.worker("--speech", "stub", "--no-recording"))

    async def place(person: Person) -> mcp.types.CallToolResult:
        async with desk.session(client, person, "always") as session:
            place = getattr(session, "call_tool_mcp", session.call_tool)  # fastmcp's other one raises on an error
            result = await place("make_phone_call", {"phone_number": NUMBER, "objective": "Say hello."})
            if not result.is_error:
                await finish(session, result.structured_content["call_id"])
            return result

    for refused in Person(Call=None), Person(Call={"confirm": False}):
        result = asyncio.run(place(refused))
        assert result.is_error and "Nothing was dialed" in result.content[0].text
        assert len(refused.asked) == 1 and NUMBER in refused.asked[0] and "Say hello." in refused.asked[0]
    assert desk.phone.events("invite") == []

    yes = Person(Call={"confirm": True})
    assert not asyncio.run(place(yes)).is_error
    assert len(yes.asked) == 1 and len(desk.phone.events("invite")) == 1


@pytest.mark.parametrize("client", CLIENTS)
def test_the_agents_question_in_mid_call_is_shown_to_the_person(lab, client):
    desk = Desk(lab, "restaurant.json", lab.scripted_worker(CURIOUS))
    person = Person(deposit={"answer": "yes"})

    async def call() -> dict:
        async with desk.session(client, person, "never") as session:
            placed = await session.call_tool("make_phone_call", {"phone_number": NUMBER})
            return await finish(session, placed.structured_content["call_id"])

    record = asyncio.run(call())
    assert record["outcome"] == "completed", record
    assert len(person.asked) == 1 and NUMBER in person.asked[0]
    assert "question" not in record
    assert any("The answer is yes" in turn["text"] for turn in record["transcript"]), record["transcript"]


def test_a_client_that_cannot_ask_places_no_call_that_must_be_confirmed(lab):
    phone = lab.phone("hangup_first.json")
    server = lab.server(phone.port, "nobody", environment={"CALL_AGENT_CONFIRM": "always"})
    assert "CALL_AGENT_CONFIRM=always" in server.refused("make_phone_call", phone_number=NUMBER)
    assert phone.events("invite") == []
