"""Text spaces hold any Unicode, in every kind of vector environment; schemas can be sampled."""

import copy
import pickle

import jsonschema
import numpy as np
import pytest
from gymnasium.vector.utils import batch_space
from hypothesis import given
from hypothesis import strategies as st

from visgenenv import load_toolbox
from visgenenv.parsing import parse_action
from visgenenv.spaces import Unicode, random_call, sample_schema


@given(st.text(max_size=50))
def test_every_valid_text_is_contained(text):
    assert text in Unicode(50)


def test_lone_surrogates_long_texts_and_other_types_are_not_contained():
    space = Unicode(5)
    assert "\ud800" not in space and "123456" not in space and 5 not in space


def test_samples_are_contained_and_seeded():
    one, two = Unicode(100, seed=3), Unicode(100, seed=3)
    samples = [one.sample() for _ in range(20)]
    assert samples == [two.sample() for _ in range(20)]
    assert all(sample in one for sample in samples)


def test_a_space_is_small_to_pickle_and_a_batch_shares_it():
    space = Unicode()
    assert len(pickle.dumps(space)) < 10_000
    batch = batch_space(space, 96)
    assert all(one is space for one in batch.spaces)
    assert copy.deepcopy(batch) == batch


SCHEMAS = load_toolbox()


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_sampled_call_fits_the_tools_schema(name):
    schema = SCHEMAS[name].spec.input_schema
    rng = np.random.default_rng(0)
    for _ in range(20):
        jsonschema.validate(sample_schema(schema, rng), schema)


def test_a_random_call_is_a_turn_without_fault():
    tools = [SCHEMAS["tool_text2image_gemini"].spec.function_schema("en")]
    action = parse_action(random_call(tools, np.random.default_rng(0)))
    assert action.faults == () and action.calls[0].name == "tool_text2image_gemini"
