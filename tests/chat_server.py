"""A small server that speaks OpenAI's chat completions on loopback, plays by recipe, and is strict about what it gets.

    python tests/chat_server.py [--port 0]      prints its port, and ends when its standard input closes

`POST /sessions` with `{"script": [behaviour, …], "then": behaviour, "turns": [behaviour, …], "when": [[text,
behaviour], …]}` opens a session; its base url is `/<session>/v1`, its log `GET /<session>/log`. A request meets the
first behaviour of `when` whose text occurs in its messages, else the next of `script`, else the one of `turns` that
belongs to the number of assistant messages, else `then`. A behaviour is a dict, all keys optional:

    delay S           wait before answering          status N, error {}, headers {}   answer with an error
    close true        hang up without an answer      body TEXT                        the whole HTTP body
    message {}        the assistant's message        finish TEXT                      its finish reason
    limit N           400 if the messages' texts have more than N characters          refuse [WORD, …]  422 if one occurs
    archer true       play the elf archer: a plan and a reference, an edit a skin, an answer with what the tools returned

Whatever the behaviour, a request is refused with 400 unless roles, tool call ids and data URLs are in order, as the
strictest vendors do it. Only the standard library is used.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import itertools
import json
import re
import subprocess
import sys
import time
import urllib.request

SKINS = (
    "Primeval Forest", "Ice Queen", "Desert Traveler", "Night Assassin", "Flower Fairy", "Ocean Melody",
    "Starry Fantasy", "Holiday Limited", "Battle Gear", "Casual Wear",
)  # fmt: skip
ARCHER = 'the game character "Elf Archer" with green short hair, pointed ears, and wielding a long bow'


class Server:
    """Sessions, each with its script and its log."""

    def __init__(self):
        self.sessions = {}
        self.numbers = itertools.count(1)

    async def serve(self, reader, writer):
        """Answer the requests of one connection, one after another."""
        try:
            while await self.answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split(" ", 2)
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or "null")
        if path == "/sessions":
            name = f"s{next(self.numbers)}"
            empty = {"script": [], "then": {}, "turns": [], "when": [], "log": [], "busy": 0, "busiest": 0}
            self.sessions[name] = {**empty, **body}
            return await send(writer, 200, {"session": name})
        name, _, rest = path.strip("/").partition("/")
        if rest == "log":
            session = self.sessions[name]
            return await send(writer, 200, {"entries": session["log"], "busiest": session["busiest"]})
        if (method, rest) != ("POST", "v1/chat/completions"):
            return await send(writer, 404, {"error": {"message": f"no {path}"}})
        session = self.sessions[name]
        session["busy"] += 1
        session["busiest"] = max(session["busiest"], session["busy"])
        try:
            return await self.complete(session, body, headers, writer)
        finally:
            session["busy"] -= 1

    async def complete(self, session, request, headers, writer):
        said = "\n".join(texts(request["messages"]))
        behaviour = self.choose(session, request, said)
        entry = {"at": time.monotonic(), "request": request, "authorization": headers.get("authorization", "")}
        session["log"].append(entry)
        await asyncio.sleep(behaviour.get("delay", 0))
        if behaviour.get("close"):
            return False
        problem = disorder(request["messages"])
        if problem:
            return await send(writer, 400, {"error": {"message": problem}})
        whole = json.dumps(request)
        refused = [word for word in behaviour.get("refuse", ()) if word in whole]
        if refused:
            return await send(writer, 422, {"error": {"message": f"Extra inputs are not permitted: {refused[0]}"}})
        if len(said) > behaviour.get("limit", 10**9):
            message = (
                f"This model's maximum context length is {behaviour['limit']} tokens. However, you requested more."
            )
            return await send(writer, 400, {"error": {"message": message}})
        if "status" in behaviour:
            error = {"message": f"told to fail with {behaviour['status']}", **behaviour.get("error", {})}
            return await send(writer, behaviour["status"], {"error": error}, behaviour.get("headers"))
        if "body" in behaviour:
            return await send(writer, 200, behaviour["body"])
        message = play(request["messages"]) if behaviour.get("archer") else behaviour.get("message", {"content": "hm"})
        choice = {
            "index": 0,
            "message": {"role": "assistant", **message},
            "finish_reason": behaviour.get("finish", "stop"),
        }
        completion = {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": request["model"],
            "choices": [choice],
            "usage": {"prompt_tokens": 100, "completion_tokens": 7},
        }
        return await send(writer, 200, completion)

    def choose(self, session, request, said):
        behaviour = next((b for text, b in session["when"] if text in said), None)
        if behaviour is not None:
            return behaviour
        if session["script"]:
            return session["script"].pop(0)
        turn = sum(message["role"] == "assistant" for message in request["messages"])
        return session["turns"][turn] if turn < len(session["turns"]) else session["then"]


async def send(writer, status, data, headers=None):
    """Write one answer; say whether the connection stays open."""
    body = data.encode() if isinstance(data, str) else json.dumps(data).encode()
    kind = "text/html" if isinstance(data, str) else "application/json"
    lines = {"content-type": kind, "content-length": len(body), **(headers or {})}
    head = f"HTTP/1.1 {status} -\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return True


def texts(messages):
    """Yield every text of the messages: contents, thinking, arguments."""
    for message in messages:
        content = message["content"]
        yield from [content] if isinstance(content, str) else [one["text"] for one in content if one["type"] == "text"]
        yield message.get("reasoning_content", "")
        yield from (call["function"]["arguments"] for call in message.get("tool_calls", ()))


def disorder(messages):
    """Say what is wrong with the messages, or nothing."""
    open_calls = []
    for number, message in enumerate(messages):
        role = message["role"]
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return f"messages.{number}: a tool message answers no open call"
            open_calls.remove(message["tool_call_id"])
        elif open_calls:
            return f"messages.{number}: calls without an answer: {open_calls}"
        if role == "assistant":
            open_calls = [call["id"] for call in message.get("tool_calls", ())]
            if not message["content"] and not open_calls:
                return f"messages.{number}: empty"
            if not all(re.fullmatch("[a-zA-Z0-9]{9}", name) for name in open_calls):
                return f"messages.{number}: bad call ids"
            for call in message.get("tool_calls", ()):
                json.loads(call["function"]["arguments"])
        if role == "user" and messages[number - 1]["role"] == "user":
            return f"messages.{number}: two user messages in a row"
        for part in message["content"] if isinstance(message["content"], list) else ():
            if part["type"] == "image_url" and not jpeg(part["image_url"]["url"]):
                return f"messages.{number}: this is no JPEG"
    return ""


def jpeg(url):
    """Whether a data URL decodes to a whole JPEG."""
    head, _, data = url.partition(",")
    raw = base64.b64decode(data, validate=True)
    return head == "data:image/jpeg;base64" and raw.startswith(b"\xff\xd8\xff") and raw.endswith(b"\xff\xd9")


def play(messages):
    """Return the next message of a model that can do one thing: the ten illustrations of the elf archer."""
    results = [json.loads(message["content"]) for message in messages if message["role"] == "tool"]
    made = [asset["url"] for result in results if result["status"] == "success" for asset in result["assets"]]
    if not made:
        plan = [
            {"goal": "one reference picture of the archer", "tool": "tool_text2image_gemini", "n": 1, "deps": []},
            {"goal": "dress it in ten skins", "tool": "tool_image_edit_gemini", "n": 10, "deps": [1]},
        ]
        return {
            "reasoning_content": "The archer must stay the same throughout: one reference first, then ten edits.",
            "content": f"<plan>\n{json.dumps(plan)}\n</plan>",
            "tool_calls": [call(0, "tool_text2image_gemini", prompt=f"A reference picture of {ARCHER}.")],
        }
    if len(made) < 1 + len(SKINS):
        todo = SKINS[len(made) - 1 :]
        edits = [
            call(number, "tool_image_edit_gemini", images=made[:1], prompt=f"Keep the same subject. {skin}. {ARCHER}.")
            for number, skin in enumerate(todo)
        ]
        return {"reasoning_content": "The reference is there; now the skins.", "content": None, "tool_calls": edits}
    answer = {"task_status": "success", "answer_url_list": made[1:11], "summary": "Ten skins of the elf archer."}
    return {"reasoning_content": "All ten are there.", "content": f"<answer>{json.dumps(answer)}</answer>"}


def call(number, name, **arguments):
    """Write a call as vLLM does."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"chatcmpl-tool-{number}", "type": "function", "function": function}


class RunningServer:
    """The server as a process of its own, for tests and benchmarks; a context manager."""

    def __enter__(self):
        command = [sys.executable, __file__]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.root = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def session(self, *script, **rest):
        """Open a session; return its base url."""
        return f"{self.root}/{self.fetch('/sessions', {'script': script, **rest})['session']}/v1"

    def log(self, base_url):
        """Return what a session was asked: dicts with `at` (seconds), `request` and `authorization`."""
        return self._log(base_url)["entries"]

    def busiest(self, base_url):
        """Return how many requests were in flight at the same time, at most."""
        return self._log(base_url)["busiest"]

    def _log(self, base_url):
        return self.fetch(base_url.removeprefix(self.root).removesuffix("v1") + "log")

    def fetch(self, path, data=None):
        request = urllib.request.Request(self.root + path, None if data is None else json.dumps(data).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return json.load(answer)


async def main(port):
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", port)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(main(parser.parse_args().port))
