"""An imposter of an OpenAI-compatible language model: streamed chat completions, as far as the agent uses them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOODBYE = {"index": 0, "id": "call_1", "type": "function",
           "function": {"name": "end_call", "arguments": '{"reason": "the request is answered"}'}}


class ImposterLlm:
    """Says `opening`; at the callee's first words one sentence, the rest once `go_on` is set, and hangs up."""

    def __init__(self):
        llm = self
        self.requests: list[dict] = []
        self.keys: set[str | None] = set()
        self.go_on = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                llm.requests.append({"path": self.path, **body})
                llm.keys.add(self.headers["Authorization"])
                self.send_response(200)
                if body.get("stream"):
                    self.send_header("Content-Type", "text/event-stream")
                    self.end_headers()  # HTTP/1.0: the end of the connection ends the answer.
                    for chunk in llm.chunks(body["messages"]):
                        self.wfile.write(f"data: {chunk}\n\n".encode())
                        self.wfile.flush()
                else:
                    report = {"summary": "They were asked and agreed.", "objective_met": True, "answers": {}}
                    answer = json.dumps({"choices": [{"message": {"content": json.dumps(report)}}]}).encode()
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def chunks(self, messages: list[dict]) -> Iterator[str]:
        heard = any(message["role"] == "user" for message in messages)
        if heard:
            yield self._chunk({"content": "I am calling about the order of last week. It"})
            self.go_on.wait(30)
            yield self._chunk({"content": " has arrived. Goodbye."})
            yield self._chunk({"tool_calls": [GOODBYE]})
        else:
            yield self._chunk({"content": "Hello there."})
        yield json.dumps({"choices": [{"delta": {}, "finish_reason": "tool_calls" if heard else "stop"}]})
        yield "[DONE]"

    @staticmethod
    def _chunk(delta: dict) -> str:
        return json.dumps({"choices": [{"index": 0, "delta": delta}]})

    def stop(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
