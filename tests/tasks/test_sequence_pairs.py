"""From pairs of texts to a task: what is left out, what the vocabulary is learnt from, which part is which."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from mirror import needs_mirror

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.check import check
from cnn_vs_rnn.tasks.data import END, IGNORED
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.sequence_pairs import PairOptions, TextPairs, pair_samples, translation_task
from cnn_vs_rnn.tasks.subwords import text_of

WORDS = ("one", "two", "three", "four", "five", "six", "seven")
OTHERS = ("eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben")


def config(**changes):
    return TaskConfig(
        name="pairs",
        target="none",
        modality="text",
        description="",
        source="",
        loss="cross_entropy",
        score="chrf",
        output="sequence",
        equivalence=1,
        **changes,
    )


def pairs(count, part="train", seed=0):
    random = np.random.default_rng(seed)
    chosen = [random.integers(0, 7, random.integers(2, 6)) for _ in range(count)]
    return TextPairs(
        [" ".join(WORDS[at] for at in row) for row in chosen],
        [" ".join(OTHERS[at] for at in row) for row in chosen],
        [f"{part} line {line}" for line in range(1, count + 1)],
    )


def with_line(some, line, source, target):
    """The pairs with another at this line."""
    sources, targets = list(some.sources), list(some.targets)
    sources[line - 1], targets[line - 1] = source, target
    return TextPairs(sources, targets, some.places)


def said(raw, samples):
    return [
        tuple(text_of(row, raw.vocabulary) for row in both)
        for both in zip(samples.inputs.tolist(), samples.targets.tolist(), strict=True)
    ]


def test_every_pair_is_kept_in_its_part_and_can_be_read_again():
    pool, test = pairs(40), pairs(20, "test", seed=1)
    raw = translation_task(config(), PairOptions(vocabulary=320, longest=30), pool, test)
    assert said(raw, raw.pool) == list(zip(pool.sources, pool.targets, strict=True))
    assert said(raw, raw.test) == list(zip(test.sources, test.targets, strict=True))
    assert raw.keys == (list(pool.sources), list(test.sources))
    assert (raw.quarantined, raw.valid) == ((), None)
    assert raw.input.vocabulary == raw.output.size == len(raw.vocabulary) <= 320
    assert (raw.input.length, raw.output.sequence) == (30, 31)
    assert raw.pool.inputs.shape[1] == 30
    assert raw.pool.targets.shape[1] == 31


def test_pairs_with_an_empty_or_a_long_side_are_left_out_and_named_by_their_lines():
    long = " ".join(WORDS * 3)
    pool = with_line(pairs(40), 3, "", "eins")
    pool = with_line(with_line(with_line(pool, 8, "one", "  "), 9, long, "eins"), 40, "one", " ".join(OTHERS * 3))
    test = with_line(pairs(20, "test"), 5, long, "eins")
    validates = np.arange(40) >= 30
    raw = translation_task(config(), PairOptions(vocabulary=330, longest=12), pool, test, valid=validates)
    reasons = dict(raw.quarantined)
    assert set(reasons) == {"train line 3", "train line 8", "train line 9", "train line 40", "test line 5"}
    assert reasons["train line 3"] == "its text is empty"
    assert reasons["train line 8"] == "its translation is empty"
    for line, side in (("train line 9", "text"), ("train line 40", "translation"), ("test line 5", "text")):
        words, _, limit = reasons[line].partition(", ")
        assert words.startswith(f"its {side} has ")
        assert int(words.split()[3]) > 12
        assert limit == "more than longest=12"
    assert (len(raw.pool), len(raw.test)) == (36, 19)
    # What validates, and the keys, are still those of the same pairs
    kept = [line for line in range(1, 41) if line not in (3, 8, 9, 40)]
    assert raw.valid.tolist() == [line > 30 for line in kept]
    assert raw.keys[0] == [pool.sources[line - 1] for line in kept]
    assert said(raw, raw.pool) == [(pool.sources[line - 1], pool.targets[line - 1]) for line in kept]


def test_nothing_is_left_is_said():
    with pytest.raises(UserError, match=r"task pairs: no pair .*two sides of 1 to 2 subwords: raise longest"):
        translation_task(config(), PairOptions(vocabulary=260, longest=2), pairs(5), pairs(5))


FOREIGN = "Donaudampfschiff Donaudampfschiff"


@pytest.mark.parametrize("part", ["test", "valid", "drawn test", "train"])
def test_the_vocabulary_is_learnt_from_what_is_trained_on(part):
    pool, options = pairs(60), PairOptions(vocabulary=400, longest=40)
    if part == "test":
        raw = translation_task(config(), options, pool, with_line(pairs(20, "test"), 4, "two", FOREIGN))
    elif part == "valid":
        validates = np.arange(60) >= 50
        raw = translation_task(config(), options, with_line(pool, 55, "two", FOREIGN), pairs(20), valid=validates)
    elif part == "train":
        raw = translation_task(config(), options, with_line(pool, 4, "two", FOREIGN), pairs(20, "test"))
    else:
        task = config(test_fraction=0.3)
        tested = of_the_test_part(task, translation_task(task, options, pool, None))
        line = pool.sources.index(tested[0]) + 1  # a pair that is drawn into the test part
        raw = translation_task(task, options, with_line(pool, line, pool.sources[line - 1], FOREIGN), None)
        assert pool.sources[line - 1] in of_the_test_part(task, raw)
    assert ("ĠDonaudampfschiff" in raw.vocabulary) == (part == "train")
    assert {"Ġthree", "Ġdrei"} <= {*raw.vocabulary}


def of_the_test_part(task, raw):
    return [text_of(row, raw.vocabulary) for row in check(task, raw).test.inputs.tolist()]


def test_samples_end_where_their_tokens_do():
    samples = pair_samples([[5, 6], [7]], [[8], [9, 10, 11]], 3)
    assert samples.inputs.tolist() == [[5, 6, 0], [7, 0, 0]]
    assert samples.targets.tolist() == [[8, END, IGNORED, IGNORED], [9, 10, 11, END]]
    assert (samples.lengths.tolist(), samples.target_lengths.tolist()) == ([2, 1], [2, 4])
    taken = samples.take(np.array([1]))
    assert (taken.lengths.tolist(), taken.target_lengths.tolist()) == ([1], [4])
    joined = taken.joined(samples)
    assert joined.target_lengths.tolist() == [4, 2, 4]


# Multi30K


def on_disk(**options):
    path = Path(__file__).parents[2] / "conf" / "task" / "multi30k.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return TaskConfig(**{**content, "options": {**content["options"], **options}})


@needs_mirror
def test_multi30k_has_its_official_parts():
    raw = load_task(on_disk())
    assert (len(raw.pool), raw.valid.sum(), len(raw.test)) == (29000 + 1014, 1014, 1000)
    assert not raw.valid[:29000].any()
    assert len(raw.vocabulary) == 4000
    assert said(raw, raw.pool.take(np.array([0])))[0] == (
        "Two young, White males are outside near many bushes.",
        "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
    )
    assert said(raw, raw.test.take(np.array([0])))[0] == (
        "A man in an orange hat starring at something.",
        "Ein Mann mit einem orangefarbenen Hut, der etwas anstarrt.",
    )


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("vocabulary", 259, "greater than or equal to 260"),
        ("longest", 1, "greater than or equal to 2"),
        ("embedding", 0, "greater than or equal to 1"),
    ],
)
def test_an_option_that_cannot_be_is_refused(option, value, allowed):
    with pytest.raises(UserError, match=f"task multi30k: option {option}={value} is refused: .*{allowed}"):
        load_task(on_disk(**{option: value}))


def test_an_unknown_option_of_translation_is_named_with_the_nearest():
    with pytest.raises(UserError, match=r"task multi30k has no option 'vocabulry': did you mean vocabulary\?"):
        load_task(on_disk(vocabulry=4000))
