"""The same trajectories under five presets: what each of them pays for honest work and for cutting corners."""

from msgspec.structs import replace

from visgenenv import ExpertPolicy, Trajectory, load_suite, rollout, score
from visgenenv.parsing import parse_action
from visgenenv.types import Step

PRESETS = ("RL1", "RL2", "additive", "paper", "hardened")


def rewritten(record: Trajectory, old: str, new: str) -> Trajectory:
    """Return a record with other words in its turns; what the tools answered stays."""
    steps = [Step(parse_action(step.text.replace(old, new)), step.results, step.told) for step in record.steps]
    return replace(record, steps=tuple(steps))


def variants(honest: Trajectory) -> dict[str, Trajectory]:
    """Return honest play, and four ways to do less."""
    plan, links = honest.steps[0].action.plan, honest.answer.answer_url_list
    half = "".join(f'"{url}",' for url in links[len(links) // 2 :])
    draft = next(asset.url for asset in honest.assets if asset.url not in links)
    return {
        "honest": honest,
        "vague plan": rewritten(honest, plan, '[{"goal": "do what is needed"}]'),
        "no plan": rewritten(honest, f"<plan>\n{plan}\n</plan>", ""),
        "half delivered": rewritten(honest, half.rstrip(","), f'"{links[0]}"'),
        "plus a draft": rewritten(honest, '"answer_url_list":[', f'"answer_url_list":["{draft}",'),
    }


def main() -> None:
    (honest,) = rollout(ExpertPolicy(), load_suite("paper")[1:2], faults="none", progress=False)
    plays = variants(honest)
    for name, record in plays.items():
        print(name)
        for preset in PRESETS:
            reward = score(record, preset).reward
            print(f"  {preset:9s}{reward:6.3f}  {'█' * round(40 * reward)}")
    print("\nWhy 'half delivered' earns what it earns:")
    print(score(plays["half delivered"]).explain())


if __name__ == "__main__":
    main()
