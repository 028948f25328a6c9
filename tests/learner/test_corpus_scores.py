"""Scores of a part as a whole, against sacrebleu on the texts themselves and against resampling."""

import math

import numpy as np
import pytest
import sacrebleu
import torch
from torch.nn import functional as F

from cnn_vs_rnn.learner.answered import Answered
from cnn_vs_rnn.learner.corpus_scores import contributions, corpus_score, signature, text_statistics
from cnn_vs_rnn.learner.scores import PartScore
from cnn_vs_rnn.tasks.data import END, IGNORED

TEXTS = ("chrf", "bleu")
WORDS = [f"Ġ{syllable}{ending}" for syllable in ("ka", "lo", "mi", "ru", "te") for ending in ("", "na", "sto")]
VOCABULARY = ("[PAD]", "[UNK]", "[BEGIN]", "[END]", *WORDS)
THEIRS = {"chrf": sacrebleu.corpus_chrf, "bleu": sacrebleu.corpus_bleu}


def spoken(count, wrong=0.3, seed=0):
    """Answers (padded with 0) and targets (padded with IGNORED) that differ in a share of their words."""
    random = np.random.default_rng(seed)
    targets, answers = np.full((count, 13), IGNORED), np.zeros((count, 13), np.int64)
    for target, answer in zip(targets, answers, strict=True):
        length = random.integers(5, 12, endpoint=True)
        target[: length + 1] = [*random.integers(4, len(VOCABULARY), length), END]
        answer[: length + 1] = target[: length + 1]
        spoilt = random.random(length) < wrong
        answer[:length][spoilt] = random.integers(4, len(VOCABULARY), spoilt.sum())
    return torch.from_numpy(answers), torch.from_numpy(targets)


def texts(tokens):
    rows = ([token for token in row if token > END] for row in tokens.tolist())
    return ["".join(VOCABULARY[token] for token in row).replace("Ġ", " ").strip() for row in rows]


def part_of(kind, answers, targets, batch=7, beam=1):
    part = PartScore(kind, VOCABULARY, beam)
    for start in range(0, len(targets), batch):
        of_batch = targets[start : start + batch]
        width = int((of_batch != IGNORED).sum(1).max())  # cut to its longest, as a batch is
        decoded = {beam: answers[start : start + batch]}
        part.add(Answered(torch.zeros(len(of_batch), width, len(VOCABULARY)), of_batch[:, :width], decoded))
    return part


@pytest.mark.parametrize("kind", TEXTS)
def test_a_score_is_that_of_sacrebleu_on_the_texts(kind):
    answers, targets = spoken(60)
    part = part_of(kind, answers, targets)
    expected = THEIRS[kind](texts(answers), [texts(targets)]).score
    assert 20 < expected < 90
    assert part.value() == pytest.approx(expected, abs=1e-4)
    assert corpus_score(kind, part.statistics().sum(axis=0)) == pytest.approx(expected)
    assert part.per_sample().mean().item() == pytest.approx(expected, abs=1e-4)
    assert part.per_sample().shape == (60,)
    assert part_of(kind, answers, targets, batch=60).value() == pytest.approx(part.value(), abs=1e-4)


@pytest.mark.parametrize("kind", TEXTS)
def test_of_several_beams_a_score_looks_at_its_own(kind):
    answers, targets = spoken(20)
    outputs = torch.zeros(20, 13, len(VOCABULARY))
    values = []
    for beam in (1, 5):
        part = PartScore(f"{kind}_beam" if beam == 5 else kind, VOCABULARY, beam)
        part.add(Answered(outputs, targets, {1: answers, 5: targets.clamp_min(0)}))
        values.append(part.value())
    assert values[0] < 99
    assert values[1] == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize("kind", TEXTS)
def test_what_follows_the_end_is_not_said(kind):
    answers, targets = spoken(20)
    longer = torch.cat([answers, torch.full((20, 3), 5)], dim=1)
    assert part_of(kind, longer, targets).value() == part_of(kind, answers, targets).value()


def test_perplexity_is_that_of_all_tokens_together():
    random = torch.Generator().manual_seed(0)
    _, targets = spoken(50)
    outputs = 2 * torch.randn(50, 13, len(VOCABULARY), generator=random)
    part = PartScore("perplexity")
    for start in range(0, 50, 8):
        part.add(Answered(outputs[start : start + 8], targets[start : start + 8]))
    loss = F.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=IGNORED).item()
    assert part.value() == pytest.approx(math.exp(loss), rel=1e-5)
    assert part.statistics()[:, 1].tolist() == (targets != IGNORED).sum(1).tolist()


def test_perplexity_of_what_is_not_finite_is_infinite_and_of_what_is_hopeless_a_number():
    _, targets = spoken(10)
    outputs = torch.zeros(10, 13, len(VOCABULARY))
    outputs[3, 2] = torch.nan
    part = PartScore("perplexity")
    part.add(Answered(outputs, targets))
    assert part.value() == math.inf
    outputs[3, 2] = 0.0
    certain = F.one_hot((targets.clamp_min(0) + 1) % len(VOCABULARY), len(VOCABULARY)) * 5e3
    hopeless = PartScore("perplexity")
    hopeless.add(Answered(certain.float(), targets))
    assert 1e300 < corpus_score("perplexity", hopeless.statistics().sum(axis=0)) < math.inf


@pytest.mark.parametrize("kind", ["chrf", "bleu", "perplexity"])
def test_the_spread_of_contributions_is_that_of_resampled_scores(kind):
    random = np.random.default_rng(0)
    if kind == "perplexity":
        steps = random.integers(3, 20, 400).astype(float)
        statistics = np.stack([steps * random.gamma(4, 0.5, 400), steps], axis=1)
    else:
        answers, targets = spoken(400, wrong=0.35, seed=1)
        statistics = text_statistics(kind, texts(answers), texts(targets))
    resampled = [
        corpus_score(kind, statistics[random.integers(len(statistics), size=len(statistics))].sum(axis=0))
        for _ in range(600)
    ]
    parts = contributions(kind, statistics)
    assert parts.mean() == pytest.approx(corpus_score(kind, statistics.sum(axis=0)))
    assert parts.std() / math.sqrt(len(parts)) == pytest.approx(np.std(resampled), rel=0.12)


@pytest.mark.parametrize("kind", ["chrf", "bleu", "bleu without a match of four words"])
def test_a_contribution_is_what_the_score_changes_by_if_a_sample_counts_twice(kind):
    kind, _, unmatched = kind.partition(" ")
    answers, targets = spoken(500, wrong=0.35, seed=2)
    statistics = text_statistics(kind, texts(answers), texts(targets))
    if unmatched:
        statistics[:, 5] = 0
    sums = statistics.sum(axis=0)
    value = corpus_score(kind, sums)
    changes = np.array([corpus_score(kind, sums + sample) for sample in statistics]) - value
    parts = contributions(kind, statistics) - value
    np.testing.assert_allclose(parts / 500, changes - changes.mean(), atol=0.05 * changes.std())


@pytest.mark.parametrize("kind", TEXTS)
def test_a_sample_that_is_better_than_the_others_contributes_more(kind):
    answers, targets = spoken(30, wrong=0.5)
    answers[4] = targets[4].clamp_min(0)
    parts = part_of(kind, answers, targets).per_sample()
    assert parts.argmax() == 4 or parts[4] > parts.median()


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("said", ["nothing in common", "nothing"])
def test_with_nothing_in_common_the_score_is_nought_and_finite(kind, said):
    answers = ["zzz yyy xxx www vvv"] * 5 if said == "nothing in common" else [""] * 5
    statistics = text_statistics(kind, answers, ["ka lo mi ru te"] * 5)
    assert corpus_score(kind, statistics.sum(axis=0)) == 0
    assert contributions(kind, statistics).tolist() == [0] * 5


@pytest.mark.parametrize("kind", TEXTS)
def test_all_right_is_a_hundred_and_certain(kind):
    _, targets = spoken(12)
    parts = part_of(kind, targets.clamp_min(0), targets).per_sample()
    torch.testing.assert_close(parts, torch.full((12,), 100.0), rtol=0, atol=0.05)


def test_a_signature_says_how_and_by_which_version():
    assert signature("chrf") == signature("chrf_beam")
    assert signature("bleu") == signature("bleu_beam") != signature("chrf")
    for kind in ("chrf", "bleu"):
        assert f"version:{sacrebleu.__version__}" in signature(kind)
    assert "tok:13a" in signature("bleu")
    assert [signature(kind) for kind in ("perplexity", "accuracy")] == [None, None]
