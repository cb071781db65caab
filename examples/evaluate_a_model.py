"""Evaluate a language model behind any OpenAI-compatible server (vLLM, SGLang, a vendor):

    python evaluate_a_model.py http://localhost:8000/v1 Qwen/Qwen3-VL-8B-Instruct

With no server given, a toy on loopback stands in for the model: it draws the request once, word for word, and answers.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from visgenenv import ChatPolicy, RandomPolicy, load_suite, rollout, score

PLAN = """<think>One picture of the whole request.</think>
<plan>[{"goal": "draw what is asked for", "tool": "tool_text2image_gemini", "n": 1, "deps": []}]</plan>"""


class Toy(BaseHTTPRequestHandler):
    """Speaks just enough of the chat completions API to be asked by `ChatPolicy`."""

    def do_POST(self):
        messages = json.loads(self.rfile.read(int(self.headers["content-length"])))["messages"]
        results = [json.loads(one["content"]) for one in messages if one["role"] == "tool"]
        urls = [asset["url"] for result in results for asset in result.get("assets", ())]
        if urls or len(results) > 3:
            final = {"task_status": "partial", "answer_url_list": urls[:1], "summary": "Drawn as you said it."}
            message = {"reasoning_content": "That will do.", "content": f"<answer>{json.dumps(final)}</answer>"}
        else:
            request = messages[1]["content"]
            prompt = request if isinstance(request, str) else request[0]["text"]
            drawing = {"name": "tool_text2image_gemini", "arguments": json.dumps({"prompt": prompt[:8000]})}
            message = {"content": PLAN, "tool_calls": [{"id": "1", "type": "function", "function": drawing}]}
        body = json.dumps({"choices": [{"message": message}]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(base_url: str, model: str) -> None:
    tasks = load_suite("dev")[:12]
    chat = ChatPolicy(base_url, model, api_key=os.environ.get("MODEL_API_KEY"))
    for name, policy in (("random", RandomPolicy()), (model, chat)):
        records = rollout(policy, tasks, tools="all", progress=False)
        scores = [score(record) for record in records]
        delivered = sum(one.gates["V"] for one in scores) / len(scores)
        reward = sum(one.reward for one in scores) / len(scores)
        print(f"{name:10} delivered something in {delivered:.0%} of {len(tasks)} tasks, mean reward {reward:.3f}")
    print(chat.report())


if __name__ == "__main__":
    if len(sys.argv) == 3:
        main(*sys.argv[1:])
    else:
        with ThreadingHTTPServer(("127.0.0.1", 0), Toy) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            main(f"http://127.0.0.1:{server.server_port}/v1", "toy")
            server.shutdown()
