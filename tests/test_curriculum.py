"""The curriculum draws what is sometimes done and sometimes not; the profile says which tasks those are."""

import json
from collections import Counter

import pytest

from visgenenv import ExpertPolicy
from visgenenv.cli import main
from visgenenv.errors import TaskError
from visgenenv.policies import RandomPolicy
from visgenenv.profiling import profile
from visgenenv.tasks import Curriculum, load_suite
from visgenenv.tasks.curriculum import family_of

TRAIN = load_suite("train")


def modality(task):
    return task.modality


def test_the_first_draws_are_the_suites_own_mixture():
    drawn = Counter(map(modality, Curriculum(TRAIN, seed=1).draw(600)))
    own = sum(task.modality == "video" for task in TRAIN[:1200]) / 1200
    assert abs(drawn["video"] / 600 - own) < 0.08


def test_the_same_seed_draws_the_same_and_another_seed_others():
    first = [task.id for task in Curriculum(TRAIN, seed=1).draw(50)]
    assert first == [task.id for task in Curriculum(TRAIN, seed=1).draw(50)]
    assert len(set(first) & {task.id for task in Curriculum(TRAIN, seed=2).draw(50)}) <= 1
    assert len(set(first)) == 50


def test_success_is_estimated_by_laplaces_rule():
    curriculum = Curriculum(TRAIN, key=modality, half_life=1e12)
    (task,) = curriculum.draw(1)
    assert curriculum.success(task.modality) == 0.5
    for success in (1, 1, 0):
        curriculum.update(task, success)
    assert curriculum.success(task.modality) == pytest.approx(3 / 5)


def test_a_family_is_drawn_by_p_times_one_minus_p():
    curriculum = Curriculum(TRAIN, key=modality, half_life=1e12, floor=0.1)
    video = next(task for task in TRAIN[:50] if task.modality == "video")
    for k in range(98):
        curriculum.update(video, success=k < 8)
    assert curriculum.success("video") == pytest.approx(9 / 100)
    assert curriculum.chance("video") == pytest.approx(0.1 + 0.9 * 4 * 0.09 * 0.91)
    assert curriculum.chance("image") == 1.0
    drawn = Counter(map(modality, curriculum.draw(800)))
    share = sum(task.modality == "video" for task in TRAIN[:2000]) / 2000
    expected = share * curriculum.chance("video") / (share * curriculum.chance("video") + 1 - share)
    assert abs(drawn["video"] / 800 - expected) < 0.07


@pytest.mark.parametrize("success", [0.0, 1.0])
def test_what_is_never_or_always_done_does_not_starve(success):
    curriculum = Curriculum(TRAIN, key=modality, floor=0.2, half_life=1e12)
    for task in TRAIN[:400]:
        if task.modality == "image":
            curriculum.update(task, success)
    assert 0.2 < curriculum.chance("image") < 0.25
    assert sum(task.modality == "image" for task in curriculum.draw(300)) >= 15


def test_old_evidence_fades():
    curriculum = Curriculum(TRAIN, key=modality, half_life=50)
    image = next(task for task in TRAIN[:50] if task.modality == "image")
    video = next(task for task in TRAIN[:50] if task.modality == "video")
    for _ in range(200):
        curriculum.update(image, 0)
    assert curriculum.success("image") < 0.02
    for _ in range(500):
        curriculum.update(video, 1)
    assert curriculum.success("image") == pytest.approx(0.5, abs=0.05)
    for _ in range(60):
        curriculum.update(image, 1)
    assert curriculum.success("image") > 0.9


def test_a_run_that_is_resumed_draws_what_the_whole_run_would_have():
    def played(curriculum, n):
        ids = []
        for task in curriculum.draw(n):
            ids.append(task.id)
            curriculum.update(task, float(len(task.query) % 3 == 0))
        return ids

    whole, first, second = (Curriculum(TRAIN, seed=3, half_life=30) for _ in range(3))
    expected = [*played(whole, 40), *played(whole, 40)]
    begun = played(first, 40)
    second.load(json.loads(json.dumps(first.state())))
    assert begun + played(second, 40) == expected


@pytest.mark.parametrize("state", [{}, {"position": 1}, {"position": 0, "updates": 0, "tallies": {"a": [1]}}, [], None])
def test_what_is_no_state_is_refused(state):
    with pytest.raises(TaskError, match="not the state of a curriculum"):
        Curriculum(TRAIN).load(state)


def test_bad_arguments_are_named():
    with pytest.raises(TaskError, match="at least one task"):
        Curriculum([])
    with pytest.raises(TaskError, match=r"floor lies in \(0, 1\]"):
        Curriculum(TRAIN, floor=0)
    curriculum = Curriculum(TRAIN)
    with pytest.raises(TaskError, match=r"success lies in \[0, 1\], got 2"):
        curriculum.update(TRAIN[0], 2)
    with pytest.raises(TaskError, match="success lies"):
        curriculum.update(TRAIN[0], float("nan"))


@pytest.mark.parametrize("n", [1, 2, 3, 104])
def test_every_task_comes_before_any_comes_again(n):
    suite = load_suite("visgenbench-104")[:n]
    curriculum = Curriculum(suite, floor=1.0)
    assert Counter(task.id for task in curriculum.draw(2 * n)) == dict.fromkeys([task.id for task in suite], 2)
    assert next(iter(curriculum)) in suite


def test_families_are_few_enough_to_be_counted_and_none_is_nearly_everything():
    families = Counter(map(family_of, TRAIN[:3000]))
    assert 25 <= len(families) <= 48
    assert max(families.values()) < 0.15 * 3000
    assert set(families) >= {"image/match/easy", "video/storyboard/hard", "video/duration/medium"}


class Half:
    """Plays as the expert does, or answers nothing, as the conversation's seed has it."""

    def act(self, conversations):
        turns = ExpertPolicy().act(conversations)
        return [turn if one.seed % 2 else "<think>no</think>" for turn, one in zip(turns, conversations, strict=True)]


def test_a_profile_counts_groups_that_fail_or_pass_throughout():
    tasks = load_suite("dev")[:12]
    expert = profile(ExpertPolicy(), tasks, samples=2, faults="none", progress=False)
    assert (expert.whole.success, expert.whole.all_pass, expert.whole.all_fail, expert.whole.mixed) == (1, 1, 0, 0)
    chance = profile(RandomPolicy(), tasks, samples=2, faults="none", progress=False)
    assert chance.whole.all_fail >= 0.9
    half = profile(Half(), tasks, samples=4, faults="none", progress=False, max_turns=12)
    assert half.whole.mixed >= 0.5 and 0.2 < half.whole.success < 0.8
    assert sum(family.tasks for family in half.families) == half.whole.tasks == 12
    assert {family.name for family in half.families} == {family_of(task) for task in tasks}
    for family in half.families:
        assert 0 <= family.all_fail <= 1 - family.success + 1e-9


def test_a_profile_of_nothing_is_refused():
    with pytest.raises(ValueError, match="needs tasks and samples"):
        profile(ExpertPolicy(), [])
    with pytest.raises(ValueError, match="unknown success 'done'"):
        profile(ExpertPolicy(), load_suite("paper"), success="done")


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return stop.value.code


def test_the_command_prints_a_table_or_a_line_of_json_for_each_family(capsys):
    assert run("tasks", "profile", "--policy", "random", "--suite", "paper", "--samples", 2) == 0
    said = capsys.readouterr().out
    assert "all fail" in said and "100.0% of the groups teach nothing" in said
    assert run("tasks", "profile", "--policy", "random", "--suite", "paper", "--samples", 2, "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["family"] == "all" and rows[0]["tasks"] == 3 and rows[0]["all_fail"] == 1.0
    assert {"family", "tasks", "samples", "success", "all_fail", "all_pass", "mixed"} == set(rows[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "exprt"), "did you mean 'expert'?"),
        (("--success", "won"), "known: met, delivered"),
        (("--suite", "devv"), "did you mean 'dev'?"),
        (("--samples", 0), "--samples"),
    ],
)
def test_a_profile_that_cannot_be_made_is_refused_in_one_line(arguments, said, capsys):
    assert run("tasks", "profile", *arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and said in lines[0]


def test_the_list_of_tasks_needs_no_word_of_its_own(capsys):
    assert run("tasks", "--suite", "dev", "--limit", 2, "--json") == 0
    short = capsys.readouterr().out
    assert run("tasks", "show", "--suite", "dev", "--limit", 2, "--json") == 0
    assert capsys.readouterr().out == short and len(short.splitlines()) == 2
    assert run("tasks", "--help") == 0
    assert "profile" in capsys.readouterr().out
