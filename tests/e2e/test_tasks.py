"""A call as a task of MCP (2026-07-28): it answers at once, can be watched, and cancelling it hangs up."""

import json
import threading
import time
import urllib.request

from dialogues import CURIOUS
from http_client import HttpClient
from waiting import until
from worker import Worker

NUMBER = "+442079460123"
BOOKING = "Book a table for two tomorrow at eight for Ada."
ABLE = {"extensions": {"io.modelcontextprotocol/tasks": {}}, "elicitation": {"form": {}}}


class Desk:
    def __init__(self, lab, scenario: str, worker: Worker):
        self.phone = lab.phone(scenario)
        env_file = lab.livekit.env_file(lab.folder / "server.env", lab.livekit.trunk_to(f"127.0.0.1:{self.phone.port}"))
        server = lab.http_server(env_file, worker.agent, environment={"CALL_AGENT_CONFIRM": "never"})
        self.client = HttpClient(server.url, capabilities=ABLE)

    def place(self, **arguments) -> dict:
        """The task, which is there before the phone has been answered."""
        started = time.monotonic()
        task = self.client.call("make_phone_call", phone_number=NUMBER, **arguments).result
        assert task["resultType"] == "task" and task["status"] == "working", task
        assert time.monotonic() - started < 5
        return task

    def get(self, task: dict) -> dict:
        return self.client.ask("tasks/get", taskId=task["taskId"]).result


class Listener:
    """The notifications of one subscription, as they come."""

    def __init__(self, client: HttpClient, **notifications):
        self.told: list[dict] = []
        request = client.request("subscriptions/listen", notifications=notifications)
        self._stream = urllib.request.urlopen(request, timeout=60)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._stream:
            if line.startswith(b"data: "):
                self.told.append(json.loads(line[6:]))

    def of(self, method: str) -> list[dict]:
        return [each["params"] for each in self.told if each.get("method") == method]


def test_a_task_is_watched_to_its_end_and_has_the_whole_record(lab):
    desk = Desk(lab, "restaurant.json", lab.worker())
    task = desk.place(objective=BOOKING)
    listener = Listener(desk.client, taskIds=[task["taskId"]])
    until(lambda: listener.of("notifications/subscriptions/acknowledged"), "the subscription")

    seen = []
    while (now := desk.get(task))["status"] == "working":
        seen.append(now["statusMessage"])
        time.sleep(now["pollIntervalMs"] / 1000)
    assert now["status"] == "completed", now
    assert any("answered" in message and "callee:" in message for message in seen), seen
    record = now["result"]["structuredContent"]
    assert record["outcome"] == "completed" and record["summary"] and record["transcript"]

    until(lambda: listener.of("notifications/tasks") and listener.of("notifications/tasks")[-1]["status"] == "completed",
          "the last notification")
    told = listener.of("notifications/tasks")
    assert {each["taskId"] for each in told} == {task["taskId"]}
    assert len({each["statusMessage"] for each in told}) > 3, told


def test_a_tasks_question_is_answered_through_it(lab):
    desk = Desk(lab, "restaurant.json", lab.scripted_worker(CURIOUS))
    task = desk.place()
    asking = until(lambda: (now := desk.get(task))["status"] == "input_required" and now, "the question", within_s=40)
    (key, request), = asking["inputRequests"].items()
    assert "deposit" in request["params"]["message"]
    desk.client.ask("tasks/update", taskId=task["taskId"],
                    inputResponses={key: {"action": "accept", "content": {"answer": "yes"}}}).result
    until(lambda: desk.get(task)["status"] == "completed", "the end of the call", within_s=60)


def test_cancelling_a_task_hangs_up(lab):
    desk = Desk(lab, "silent.json", lab.worker())
    task = desk.place()
    desk.phone.wait_for_event("200")
    desk.client.ask("tasks/cancel", taskId=task["taskId"]).result
    desk.phone.wait_for_event("bye", within_s=2)
    assert desk.get(task)["status"] == "cancelled"
    assert desk.client.ask("tasks/get", taskId="no such task").message["error"]
