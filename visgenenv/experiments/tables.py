"""The tables of the reward experiment, in Markdown as docs/experiments/reward-ablation.md shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visgenenv.bench.columns import COLUMNS, O_SCORE, S_RATE
from visgenenv.bench.tables import TITLES
from visgenenv.experiments.best_of_n import Curve, Point
from visgenenv.experiments.comparing import Difference
from visgenenv.experiments.findings import BOUNDS, COMPARED, PAPER, Findings, Numbers, spread
from visgenenv.experiments.markdown import table
from visgenenv.experiments.verdicts import PRESETS

JUDGED = {column.title for column in COLUMNS if column.sort == "judged"} | {O_SCORE}
LABELS = {O_SCORE: "O-Score (sim)", "gold": "gold value", "gold passed": "gold passed", "hacked": "hacked (own reward)"}


def tables(found: Findings) -> str:
    """Return all tables, each under a heading."""
    parts = {
        "The benchmark's columns": columns_table(found),
        "Who is paid by what, and gold": rewards_table(found),
        "Where gold is lost": items_table(found),
        "Hacked episodes": hacked_table(found),
        "Signs of cheating": signs_table(found),
        "Differences": differences_table(found),
        **{name.replace("-", " ").capitalize(): best_table(curves) for name, curves in found.best.items()},
    }
    return "\n".join(f"### {title}\n\n{table}\n" for title, table in parts.items() if table)


def columns_table(found: Findings) -> str:
    """Return mean and standard deviation over runs, and the paper's rows, which are about another learner."""
    head = ["trained by", *(f"{title} (sim)" if title in JUDGED else title for title in TITLES)]
    rows = [
        [name, *(_spread([one.columns[title] for one in runs]) for title in TITLES)]
        for name, runs in found.runs.items()
    ]
    rows.append(["scripted controller", *(f"{found.honest.columns[title]:.3f}" for title in TITLES)])
    rows += [[f"*paper's {name}*", *(f"*{value:.3f}*" for value in values)] for name, values in PAPER.items()]
    return table(head, rows)


def rewards_table(found: Findings) -> str:
    """Return what every preset pays policies trained by each, and gold."""

    def cells(runs: Sequence[Numbers]) -> list[str]:
        paid = [_spread([one.rewards[preset] for one in runs]) for preset in PRESETS]
        return paid + [_spread([one.gold[name] for one in runs]) for name in ("gold", "gold passed")]

    head = ["trained by", *(f"paid by `{preset}`" for preset in PRESETS), "gold value", "gold passed"]
    rows = [[name, *cells(runs)] for name, runs in found.runs.items()]
    return table(head, [*rows, ["scripted controller", *cells([found.honest])]])


def items_table(found: Findings) -> str:
    """Return gold by item, each over the tasks that have it."""
    names = list(found.honest.items)
    rows = [
        [name, *(_spread([one.items.get(item, 0.0) for one in runs]) for item in names)]
        for name, runs in found.runs.items()
    ]
    return table(
        ["trained by", *names], [*rows, ["scripted controller", *(f"{found.honest.items[n]:.3f}" for n in names)]]
    )


def hacked_table(found: Findings) -> str:
    """Return the share of hacked episodes under every preset that pays, under other bounds, and how much is overpaid."""
    others = [f"own, {tie:g} and {loss:g}" for tie, loss in BOUNDS[1:]]
    head = ["trained by", *(f"under `{preset}`" for preset in PRESETS), *others, "overpaid (own)"]
    rows = [
        [
            name,
            *(_bold(_spread([one.hacked[preset] for one in runs]), preset == name) for preset in PRESETS),
            *(_spread([one.hacked_by_bounds[place] for one in runs]) for place in range(1, len(BOUNDS))),
            _spread([one.overpaid for one in runs]),
        ]
        for name, runs in found.runs.items()
    ]
    return table(head, rows)


def signs_table(found: Findings) -> str:
    """Return the share of episodes with each sign that at least one episode in a hundred of some preset shows."""
    means = {
        preset: {name: spread([one.signs.get(name, 0.0) for one in runs])[0] for one in runs for name in one.signs}
        for preset, runs in found.runs.items()
    }
    names = sorted({name for row in means.values() for name, value in row.items() if value >= 0.01 and name != "any"})
    rows = [[preset, *(f"{row.get(name, 0.0):.2f}" for name in ["any", *names])] for preset, row in means.items()]
    honest = ["scripted controller", *(f"{found.honest.signs.get(name, 0.0):.2f}" for name in ["any", *names])]
    return table(["trained by", "any", *(name.replace("_", " ") for name in names)], [*rows, honest])


def differences_table(found: Findings) -> str:
    """Return the differences of means, effect sizes and p of every comparison, beside the paper's gaps."""
    rows = [
        [LABELS.get(name, name), pair, *_difference(told[name]), _gap(pair, name)]
        for name in COMPARED
        for pair, told in found.differences.items()
    ]
    head = ["measure", "from -> to", "difference (95 %)", "Hedges' g (95 %)", "p", "paper"]
    return table(head, rows) if rows else ""


def best_table(curves: Mapping[str, Curve]) -> str:
    """Return reward and gold of the best of n, and how gold ends."""
    shown = [n for place, n in enumerate(next(iter(curves.values())).ns) if place % 2 == 0]
    head = ["chosen by", "", *(f"n = {n}" for n in shown), "last less n = 16", "last less highest"]
    rows: list[list[str]] = []
    for preset, told in curves.items():
        rows.append([f"`{preset}`", "reward", *_at(told, told.proxy, shown), "", ""])
        ends = [_point(told.late), f"{_point(told.drop)} at {told.peak}"]
        rows.append(["", "gold value", *_at(told, told.gold, shown), *ends])
        rows.append(["", "gold passed", *_at(told, told.passed, shown), "", ""])
    return table(head, rows)


def _at(told: Curve, points: Sequence[Point], shown: Sequence[int]) -> list[str]:
    return [_point(points[told.ns.index(n)]) for n in shown]


def _point(one: Point) -> str:
    value, low, high = (f"{round(end, 3) + 0.0:.3f}" for end in (one.value, one.low, one.high))
    return f"{value}<br>{low} to {high}"


def _spread(values: Sequence[float]) -> str:
    mean, sd = spread(values)
    return f"{mean:.3f}" + (f" ± {sd:.3f}" if len(values) > 1 else "")


def _difference(one: Difference) -> list[str]:
    clear = one.low > 0 or one.high < 0
    told = f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
    return [_bold(told, clear), f"{one.g:+.2f} ({one.g_low:+.2f} to {one.g_high:+.2f})", f"{one.p:.3f}"]


def _gap(pair: str, name: str) -> str:
    a, b = pair.split(" -> ")
    if name not in (O_SCORE, S_RATE) or a not in PAPER or b not in PAPER:
        return ""
    place = TITLES.index(name)
    return f"{PAPER[b][place] - PAPER[a][place]:+.3f}"


def _bold(text: str, wanted: bool) -> str:
    return f"**{text}**" if wanted else text
