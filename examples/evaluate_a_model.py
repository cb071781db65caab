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
        told = [json.loads(one["content"]).get("assets", ()) for one in messages if one["role"] == "tool"]
        if (urls := [asset["url"] for assets in told for asset in assets]) or len(told) > 3:
            final = {"task_status": "partial", "answer_url_list": urls[:1], "summary": "Drawn as you said it."}
            message = {"reasoning_content": "That will do.", "content": f"<answer>{json.dumps(final)}</answer>"}
        else:
            prompt = str(messages[1]["content"])[:8000]
            drawing = {"name": "tool_text2image_gemini", "arguments": json.dumps({"prompt": prompt})}
            message = {"content": PLAN, "tool_calls": [{"id": "1", "type": "function", "function": drawing}]}
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"choices": [{"message": message}]}).encode())

    def log_message(self, *_): ...


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
        server = ThreadingHTTPServer(("127.0.0.1", 0), Toy)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        main(f"http://127.0.0.1:{server.server_port}/v1", "toy")
        server.server_close()
