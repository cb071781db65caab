"""Luck is named, keyed, and independent of what was drawn before."""

import statistics

from visgenenv.luck import base36, derive_key, digest, log_normal, normal, uniforms

KEY = derive_key("world", 7)


def test_the_same_name_gives_the_same_draw_and_another_name_another():
    assert digest(KEY, b"a", b"b") == digest(KEY, b"a", b"b") != digest(KEY, b"ab", b"")


def test_uniforms_fill_the_unit_interval_evenly():
    draws = [u for i in range(2000) for u in uniforms(digest(KEY, str(i).encode()))]
    assert min(draws) >= 0 and max(draws) < 1
    assert abs(statistics.fmean(draws) - 0.5) < 0.01


def test_latency_has_the_documented_median_and_p95():
    draws = sorted(log_normal((i + 0.5) / 2000, 80, 220) for i in range(2000))
    assert abs(draws[1000] - 80) < 1 and abs(draws[1900] - 220) < 3
    assert draws[0] >= 24 and draws[-1] <= 480


def test_a_clipped_normal_stays_inside():
    assert normal(1e-15, 190, 45, 60, 240) == 60 and normal(1 - 1e-15, 190, 45, 60, 240) == 240


def test_ids_are_digits_and_lower_case_letters():
    text = base36(digest(KEY, b"x"))
    assert len(text) == 64 and set(text) <= set("0123456789abcdefghijklmnopqrstuvwxyz")
