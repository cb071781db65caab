"""One turn by hand: a task, a real tool call, the picture it made."""

import gymnasium as gym

import visgenenv

env = visgenenv.LtrReward(gym.make("VisGen-v0"))
observation, info = env.reset(seed=7, options={"task": "paper/felt-workshop"})
print(observation[:40], "…")

turn = """<think>The fox appears in several shots, so draw it once and reuse it.</think>
<plan>[{"goal": "draw the fox", "tool": "tool_text2image_gemini", "n": 1, "deps": []}]</plan>
<tool_call>{"name": "tool_text2image_gemini", "arguments":
  {"prompt": "A curious felt fox looks out of a window", "aspect_ratio": "16:9"}}</tool_call>"""
observation, reward, terminated, truncated, info = env.step(turn)
print(observation)

picture = env.unwrapped.trajectory.assets[-1]
image = env.unwrapped.workspace.open(picture.url)  # a Pillow image: image.show(), image.save("fox.png")
print(picture.url, image.size, f"{info['cost_usd']:.3f} USD")
