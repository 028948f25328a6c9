"""A contest whose answers are sequences, trained for real, on the page and beside it."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from contest import compose, opened, planned
from rich.console import Console
from sacrebleu.metrics.chrf import CHRF

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.report.by_length import score_by_length
from cnn_vs_rnn.report.leaderboard import leaderboard
from cnn_vs_rnn.report.page import write_report
from cnn_vs_rnn.report.table import contest_table
from cnn_vs_rnn.report.translations import chosen_by_length, translation_blocks
from cnn_vs_rnn.statistics.summary import read_predictions
from cnn_vs_rnn.tasks.subwords import text_of
from cnn_vs_rnn.trials.folder import TrialFolder

SETTINGS = {
    "tasks": "copy_symbols",
    "models": "conv_seq2seq+rnn_seq2seq",
    "seeds": 2,
    "statistics.min_seeds": 2,
    "budget.parameters": 5000,
    "trainer.steps": 8,
    "tasks.copy_symbols.score": "chrf",
    "tasks.copy_symbols.equivalence": 1,
    "tasks.copy_symbols.also": ["bleu", "chrf_beam", "accuracy", "perplexity"],
    "tasks.copy_symbols.options.longest": 8,
    "tasks.copy_symbols.options.samples": 120,
    "tasks.copy_symbols.options.test_samples": 40,
}


def trained(made, root):
    for trial in planned(made.experiment, root):
        folder = opened(trial, trial.folder(root))
        fit(folder)
        made.results.append(evaluate_trial(folder, trial, folder.record(), root / "kept"))
    return made


@pytest.fixture(scope="module")
def texts(collected, tmp_path_factory):
    """Letters that are scored as texts are."""
    root = tmp_path_factory.mktemp("texts")
    return trained(collected(root, compose(SETTINGS)), root)


@pytest.fixture(scope="module")
def symbols(collected, tmp_path_factory):
    """The same as the task is: right or wrong."""
    settings = SETTINGS | {"tasks.copy_symbols.score": "accuracy", "tasks.copy_symbols.also": ["nll"], "seeds": 1}
    root = tmp_path_factory.mktemp("symbols")
    return trained(collected(root, compose(settings)), root)


def reported(made, **changes):
    data = TrialFolder(Path(made.results[0].directory)).trial().data.task
    cards = {"copy_symbols": data.card().model_dump(mode="json")}
    return made.report(cards=cards, classes={}, previews={}, **changes)


def blocks_of(made):
    report = reported(made)
    return translation_blocks(report.contests, made.experiment, made.results, read_predictions)


def of(made, model, seed=0):
    (found,) = [one for one in made.results if (one.model, one.seed) == (model, seed)]
    return found


def test_each_sentence_has_its_reference_and_what_each_family_makes_of_it(texts):
    (block,) = blocks_of(texts)
    assert (block.seed, block.tested, block.heading) == (0, 40, "copy_symbols")
    assert block.models == {"conv_seq2seq": "cnn", "rnn_seq2seq": "rnn"}
    assert len(block.sentences) == 10
    said = {model: read_predictions(of(texts, model)).answers for model in block.models}
    data = TrialFolder(Path(texts.results[0].directory)).trial().data.task
    for sentence, number in zip(block.sentences, chosen_by_length(data.test().lengths), strict=True):
        assert sentence.source == sentence.reference
        assert len(sentence.source) == sentence.tokens
        assert [one.family for one in sentence.translations] == ["cnn", "rnn"]
        scores = []
        for one, answers in zip(sentence.translations, said.values(), strict=True):
            assert one.text == text_of(answers[number].tolist(), data.vocabulary)
            scores.append(CHRF().sentence_score(one.text, [sentence.reference]).score)
            assert one.chrf == f"{scores[-1]:.1f}"
        assert [one.best for one in sentence.translations] == [score == max(scores) > 0 for score in scores]


def test_the_sentences_are_spread_over_the_lengths_and_do_not_depend_on_results(texts):
    (block,) = blocks_of(texts)
    lengths = [sentence.tokens for sentence in block.sentences]
    assert lengths == sorted(lengths)
    assert lengths[0] <= 3
    assert lengths[-1] >= 7
    worse = [
        one.model_copy(update={"test_score": 0.0}) if one.family == "cnn" else one for one in reversed(texts.results)
    ]
    again = translation_blocks(reported(texts).contests, texts.experiment, worse, read_predictions)
    assert [one.source for one in again[0].sentences] == [one.source for one in block.sentences]


@pytest.mark.parametrize(("samples", "count"), [(1, 1), (9, 9), (10, 10), (1000, 10)])
def test_as_many_sentences_as_there_are_and_none_twice(samples, count):
    chosen = chosen_by_length(np.random.default_rng(0).integers(1, 30, samples))
    assert len(set(chosen)) == len(chosen) == count


def test_a_seed_that_one_family_lacks_is_passed_over(texts):
    results = [one for one in texts.results if (one.family, one.seed) != ("rnn", 0)]
    contests = reported(texts).contests
    (block,) = translation_blocks(contests, texts.experiment, results, read_predictions)
    assert block.seed == 1
    results = [one for one in results if (one.family, one.seed) != ("cnn", 1)]
    assert translation_blocks(contests, texts.experiment, results, read_predictions) == []


def test_answers_that_are_no_texts_are_not_shown(symbols):
    assert blocks_of(symbols) == []


def test_the_page_of_translations(texts, tmp_path):
    write_report(tmp_path / "report.html", reported(texts, translations=blocks_of(texts)))
    page = (tmp_path / "report.html").read_text("utf-8")
    page = page[: page.rindex("<script>", 0, page.index("plotly.js v"))]
    assert page.count('<span class="length">') == 10
    for wanted in (
        "10 of 40 test sentences",
        "source tokens",
        "Kinds of tokens in training, of 12",
        "up to 8 tokens of the same vocabulary",
        "sacrebleu nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:",
        "sacrebleu nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:",
        "a beam of 5",
        "whole answer to a single sample, token by token",
        "1 chrF",
    ):
        assert wanted in page, wanted
    for unwanted in ("time steps", "Confusion", "Predicted and true values", "target range", "lower is better", "-100"):
        assert unwanted not in page, unwanted


def test_the_page_of_symbols(symbols, tmp_path):
    write_report(tmp_path / "report.html", reported(symbols, translations=blocks_of(symbols)))
    page = (tmp_path / "report.html").read_text("utf-8")
    assert 'id="translations"' not in page
    assert "sacrebleu" not in page
    assert "source tokens" in page


def test_the_table_names_the_score_as_papers_do(texts):
    (contest,) = reported(texts).contests
    console = Console(file=io.StringIO(), width=100)
    console.print(contest_table(contest))
    assert "chrF  95% interval" in console.file.getvalue()


def test_chrf_by_length_is_that_of_each_bin_as_a_corpus(texts):
    report = reported(texts)
    bins = score_by_length(report.contests, texts.experiment, report.standings, read_predictions)
    own = [bin for bin in bins if bin.family == "rnn"]
    assert sum(bin.samples for bin in own) == 40
    data = TrialFolder(Path(texts.results[0].directory)).trial().data.task
    tested = data.test()
    for bin in own:
        chosen = np.flatnonzero((tested.lengths >= bin.shortest) & (tested.lengths <= bin.longest))
        references = [text_of(tested.targets[at].tolist(), data.vocabulary) for at in chosen]
        seeds = []
        for seed in (0, 1):
            answers = read_predictions(of(texts, "rnn_seq2seq", seed)).answers
            said = [text_of(answers[at].tolist(), data.vocabulary) for at in chosen]
            seeds.append(CHRF().corpus_score(said, [references]).score)
        assert bin.metric == "chrf"
        assert bin.mean == pytest.approx(np.mean(seeds))
        assert (bin.lowest_seed, bin.highest_seed) == (pytest.approx(min(seeds)), pytest.approx(max(seeds)))


def test_statistics_that_are_not_finite_leave_a_seed_out(texts):
    def broken(trial):
        answers = read_predictions(trial)
        table = np.where(trial.seed == 0, np.nan, answers.statistics)
        return replace(answers, statistics=table)

    report = reported(texts)
    bins = score_by_length(report.contests, texts.experiment, report.standings, broken)
    assert bins
    assert all(bin.lowest_seed == bin.highest_seed == bin.mean for bin in bins)


def test_every_score_has_its_rows_in_the_leaderboard(texts):
    board = leaderboard(texts.experiment, reported(texts).standings, [])
    assert list(board["metric"].unique()) == ["chrf", "bleu", "chrf_beam", "accuracy", "perplexity"]
