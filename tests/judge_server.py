"""A small server that speaks OpenAI's chat completions on loopback, judges by recipe, and misbehaves when told to.

    python tests/judge_server.py [--port 0]      prints its port, and ends when its standard input closes

`POST /sessions` with `{"script": [behaviour, …], "then": behaviour, "when": [[text, behaviour], …]}` opens a session;
its base url is `/<session>/v1`, its log `GET /<session>/log`. A request meets the first behaviour of `when` whose text
occurs in its messages, else the next of `script`, else `then`. A behaviour is a dict, all keys optional:

    delay S           wait before answering          status N, headers {}   answer with an error
    close true        hang up without an answer      half true              hang up in the middle of the body
    refuse_format true   400 if `response_format` is there
    levels N          the honest reply, all levels N (default 3)            quote TEXT   with this quotation
    unplanned [IDS]   of a verdict on a trajectory   body TEXT              the whole HTTP body
    text TEXT         the reply; `GOOD` in it stands for the honest one, `CANDIDATE` for the candidate as shown

The honest reply quotes the beginning of the candidate. Only the standard library is used.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import subprocess
import sys
import time
import urllib.request

FACETS = ("coherence", "executability", "atomicity", "optimality")
TRAJ = ("coverage", "faithfulness", "order")


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
            self.sessions[name] = {"script": [], "then": {}, "when": [], "log": [], **body}
            return await send(writer, 200, {"session": name})
        name, _, rest = path.strip("/").partition("/")
        if rest == "log":
            return await send(writer, 200, self.sessions[name]["log"])
        if (method, rest) != ("POST", "v1/chat/completions"):
            return await send(writer, 404, {"error": {"message": f"no {path}"}})
        return await self.complete(self.sessions[name], body, headers, writer)

    async def complete(self, session, request, headers, writer):
        said = "\n".join(message["content"] for message in request["messages"])
        behaviour = next((b for text, b in session["when"] if text in said), None)
        if behaviour is None:
            behaviour = session["script"].pop(0) if session["script"] else session["then"]
        entry = {"at": time.monotonic(), "request": request, "authorization": headers.get("authorization", "")}
        session["log"].append(entry)
        await asyncio.sleep(behaviour.get("delay", 0))
        if behaviour.get("close"):
            return False
        if behaviour.get("refuse_format") and "response_format" in request:
            return await send(writer, 400, {"error": {"message": "response_format is not supported"}})
        if "status" in behaviour:
            error = {"error": {"message": f"told to fail with {behaviour['status']}"}}
            return await send(writer, behaviour["status"], error, behaviour.get("headers"))
        if "body" in behaviour:
            return await send(writer, 200, behaviour["body"])
        message = {"role": "assistant", "content": reply(request, behaviour)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        completion = {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": request["model"],
            "choices": [choice],
        }
        return await send(writer, 200, completion, half=behaviour.get("half", False))


async def send(writer, status, data, headers=None, half=False):
    """Write one answer; say whether the connection stays open."""
    body = data.encode() if isinstance(data, str) else json.dumps(data).encode()
    kind = "text/html" if isinstance(data, str) else "application/json"
    lines = {"content-type": kind, "content-length": len(body), **(headers or {})}
    head = f"HTTP/1.1 {status} -\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    writer.write(head.encode() + (body[: len(body) // 2] if half else body))
    await writer.drain()
    return not half


def reply(request, behaviour):
    """Return the text of the assistant's reply."""
    document = json.loads(request["messages"][1]["content"])
    candidate = shown(document.get("candidate_plan") or document["plan"])
    good = json.dumps(verdict(document, candidate, behaviour), ensure_ascii=False)
    return behaviour.get("text", "GOOD").replace("CANDIDATE", candidate).replace("GOOD", good)


def shown(fence):
    """Return what stands between the marks of a fence."""
    return re.fullmatch(r"<<<candidate (\w+)\n(.*)\ncandidate \1>>>", fence, re.DOTALL)[2]


def verdict(document, candidate, behaviour):
    level = behaviour.get("levels", 3)
    if "calls" in document:
        return {"unplanned": behaviour.get("unplanned", []), **dict.fromkeys(TRAJ, level)}
    quote = behaviour.get("quote", candidate[:20])
    evidence = dict.fromkeys(("requirement", *FACETS), quote)
    return {"evidence": evidence, "requirement": int(level > 0), **dict.fromkeys(FACETS, level)}


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

    def session(self, *script, then=None, when=()):
        """Open a session; return its base url."""
        data = {"script": script, "then": then or {}, "when": list(when)}
        return f"{self.root}/{self.fetch('/sessions', data)['session']}/v1"

    def log(self, base_url):
        """Return what a session was asked: dicts with `at` (seconds), `request` and `authorization`."""
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
