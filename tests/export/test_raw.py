"""What a caller sends becomes the very sample that the contest had, and its answer the contest's."""

import math

import numpy as np
import pytest
import torch
from contest import compose, planned
from own_data import made

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.export.answers import answers, predict
from cnn_vs_rnn.export.example import raw_example
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.onnx_file import NotExportableError, write_onnx
from cnn_vs_rnn.export.portable import Portable
from cnn_vs_rnn.export.raw import RefusedInputError, column_of, read_raw
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.tasks.subwords import text_of


def trials(root, path, models, **more):
    """Trials on own data, planned and not trained, a seed each."""
    asked = {"experiment": "my_data", "path": str(path), "models": models, "seeds": 1, "budget.parameters": 2000}
    return planned(compose(asked | more), root / "data")


def network(trial):
    return initial_model(trial).eval()


def contest_outputs(trial, model):
    """What the contest would predict of its test part."""
    test = read_part(trial.data, trial.seed, "test")
    lengths = None if test.lengths is None else torch.from_numpy(test.lengths)
    with torch.inference_mode():
        return model(torch.from_numpy(test.inputs), lengths)


def assert_same_samples(trial, raw):
    """Every raw sample is one of those stored, bit for bit, with the same length."""
    pool = trial.data.task.pool()
    width = pool.inputs.shape[1]
    for at, one in enumerate(raw.inputs):
        padded = (
            one
            if trial.data.task.input.kind == "image"
            else np.pad(one, [(0, width - len(one)), *[(0, 0)] * (one.ndim - 1)])
        )
        same = (pool.inputs == padded).reshape(len(pool), -1).all(1)
        if pool.lengths is not None:
            same &= pool.lengths == raw.lengths[at]
        assert same.any()


def test_images(tmp_path):
    (trial,) = trials(tmp_path, made.images(tmp_path / "photos", mode="RGB", each=12), "cnn2d")
    facts = ModelFacts.of(trial)
    files = sorted((tmp_path / "photos").rglob("*.png"))
    assert_same_samples(trial, read_raw(facts, [file.read_bytes() for file in files]))
    assert column_of(facts) == "image"
    assert str(tmp_path) not in facts.model_dump_json()


def test_recordings_at_any_rate(tmp_path):
    (trial,) = trials(tmp_path, made.sounds(tmp_path / "tones", rates=(8000, 11025)), "gru")
    files = sorted((tmp_path / "tones").rglob("*.wav"))
    facts = ModelFacts.of(trial)
    assert_same_samples(trial, read_raw(facts, [file.read_bytes() for file in files]))
    content = raw_example(facts, read_part(trial.data, trial.seed, "test"), tmp_path / "tones")
    assert content in [file.read_bytes() for file in files]


def test_texts_of_words(tmp_path):
    table = made.texts(40)
    table.to_csv(tmp_path / "reviews.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "reviews.csv", "text_cnn")
    facts = ModelFacts.of(trial).model_copy(update={"unseen": ()})
    assert_same_samples(trial, read_raw(facts, table["review"].tolist()))


def test_texts_of_characters(tmp_path):
    table = made.texts(40)
    table["review"] = [f"{'ab' if at % 2 else 'cd'}{at}é" for at in range(40)]
    table.rename(columns={"review": "text"}).to_csv(tmp_path / "names.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "names.csv", "gru", kind="text")
    facts = ModelFacts.of(trial).model_copy(update={"unseen": ()})
    assert_same_samples(trial, read_raw(facts, table["review"].tolist()))


def test_a_word_that_this_seed_never_trained_on_is_unknown(tmp_path):
    table = made.texts(40)
    table.to_csv(tmp_path / "reviews.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "reviews.csv", "text_cnn", **{"tasks.reviews.repeated": True})
    facts = ModelFacts.of(trial)
    test = read_part(trial.data, trial.seed, "test")
    read = read_raw(facts, table["review"].tolist())
    rows = {tuple(row) for row in read.inputs.tolist()}
    assert all(tuple(row) in rows for row in test.inputs.tolist())
    word = facts.vocabulary[int(test.inputs[0, 0])]
    unseen = facts.model_copy(update={"unseen": (int(test.inputs[0, 0]),)})
    assert read_raw(unseen, [word]).inputs[0, 0] == 1


def translations(tmp_path, **more):
    made.translations(60).to_csv(tmp_path / "pairs.csv", index=False)
    return trials(tmp_path, tmp_path / "pairs.csv", "rnn_seq2seq+conv_seq2seq", **{"budget.parameters": 9000, **more})


def test_texts_to_translate(tmp_path):
    trial, _ = translations(tmp_path)
    facts = ModelFacts.of(trial)
    assert column_of(facts) == "text"
    texts = [text_of(row, facts.vocabulary) for row in trial.data.task.pool().inputs.tolist()]
    assert set(texts) <= set(made.translations(60)["english"])
    assert_same_samples(trial, read_raw(facts, [*texts, f" {texts[0]} "]))
    assert raw_example(facts, trial.data.task.pool(), None) == texts[0]


def test_a_text_that_is_longer_than_any_the_contest_had_is_refused(tmp_path):
    trial, _ = translations(tmp_path)
    facts = ModelFacts.of(trial)
    with pytest.raises(RefusedInputError, match=rf"text 2: it has \d+ subwords, and {facts.input.length} are the most"):
        read_raw(facts, ["the boy", "the boy " * 50])


@pytest.mark.parametrize("model", [0, 1])
def test_a_translation_is_what_beam_search_found_in_the_contest(tmp_path, model):
    trial = translations(tmp_path)[model]
    facts, translator = ModelFacts.of(trial), network(trial)
    test = trial.data.task.test()
    tokens = translator.translate(torch.from_numpy(test.inputs), torch.from_numpy(test.lengths), trial.task.beam)
    sent = [text_of(row, facts.vocabulary) for row in test.inputs.tolist()]
    portable = Portable(facts, translator)
    told = answers(portable, facts, sent)
    assert told == [{"translation": text_of(row, facts.vocabulary)} for row in tokens.tolist()]
    assert any(one["translation"] for one in told)
    # and the answers to more samples than are asked at once, whose lengths differ, still stand in one array
    many = test.take(np.arange(300) % len(test))
    answered = predict(portable, many)
    assert [text_of(row, facts.vocabulary) for row in answered.tolist()] == [
        told[at % len(test)]["translation"] for at in range(300)
    ]


def test_what_copies_its_source_gives_back_any_text_that_it_is_sent(tmp_path):
    made.translations(60).to_csv(tmp_path / "pairs.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "pairs.csv", "copy_source", longest=100)
    facts = ModelFacts.of(trial)
    sent = ["Größe: 5 €", "the  old boy", "日本"]
    told = answers(Portable(facts, network(trial)), facts, sent)
    assert [one["translation"] for one in told] == sent


def test_a_translation_has_no_onnx_and_says_why(tmp_path):
    trial, _ = translations(tmp_path)
    facts, model = ModelFacts.of(trial), network(trial)
    with pytest.raises(NotExportableError, match=r"^a translation is found a token at a time"):
        write_onnx(tmp_path / "model.onnx", Portable(facts, model), facts, trial.data.task.test())
    assert not (tmp_path / "model.onnx").exists()


def test_series_of_unequal_lengths(tmp_path):
    table = made.long_table(24)
    table.to_csv(tmp_path / "sensors.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "sensors.csv", "tcn")
    lists = [group[["a", "b"]].to_numpy().tolist() for _, group in table.groupby("id", sort=False)]
    assert_same_samples(trial, read_raw(ModelFacts.of(trial), lists))


@pytest.mark.parametrize(("kind", "models"), [("photos", "cnn2d"), ("reviews.csv", "gru"), ("sensors.csv", "tcn")])
def test_the_answer_to_a_test_sample_is_the_contests(tmp_path, kind, models):
    made.images(tmp_path / "photos", each=12)
    made.texts(40).to_csv(tmp_path / "reviews.csv", index=False)
    made.long_table(24).to_csv(tmp_path / "sensors.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / kind, models)
    facts, model = ModelFacts.of(trial), network(trial)
    expected = contest_outputs(trial, model).softmax(-1)
    # back to what a caller would send: the raw samples of the test part
    stored = trial.data.task.pool() if trial.task.repeated else trial.data.task.test()
    with np.load(trial.data.splits[0].path) as split:
        raw = stored.take(split["test"]) if trial.task.repeated else stored
    sent = [sent_as(facts, raw, at) for at in range(len(raw))]
    told = answers(Portable(facts, model), facts, sent)
    assert [one["class"] for one in told] == [facts.classes[at] for at in expected.argmax(1)]
    given = [[one["probabilities"][name] for name in facts.classes] for one in told]
    np.testing.assert_allclose(given, expected, atol=1e-6)


def sent_as(facts, raw, at):
    if column_of(facts) == "text":  # words that the vocabulary does not hold have no text any more
        tokens = raw.inputs[at, : raw.lengths[at]].tolist()
        return " ".join("unheard" if token == 1 else facts.vocabulary[token] for token in tokens)
    return raw_example(facts, raw.take(np.array([at])), None)


def test_a_forecast_in_its_own_unit(tmp_path):
    made.wide_table(300).to_csv(tmp_path / "load.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "load.csv", "lstm", horizon="6")
    facts, model = ModelFacts.of(trial), network(trial)
    steps, channels = facts.input.length, facts.input.channels
    (told,) = answers(Portable(facts, model), facts, [np.ones((steps, channels)).tolist()])
    assert np.shape(told["values"]) == (2, 6)
    with pytest.raises(
        RefusedInputError, match=f"series 1: it is 3 x {channels}, and {steps} time steps x {channels} ch"
    ):
        answers(Portable(facts, model), facts, [np.ones((3, channels)).tolist()])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([[1, 2], [3]], "series 2: it is no list of numbers, or its rows differ in length"),
        ("hello", "series 2: it is no list of numbers"),
        ([[1, math.nan]], "series 2: it holds NaN or infinite values"),
        ([[1, None]], "series 2: it holds NaN or infinite values"),
        ([[1, 2, 3]], "series 2: it is 1 x 3, and time steps x 2 channels are needed"),
        ([1, 2, 3], "series 2: it is 3, and time steps x 2 channels are needed"),
        ([], "series 2: it is 0, and time steps x 2 channels are needed"),
        (7, "series 2: it is a single number"),
    ],
)
def test_series_that_cannot_be_answered_are_refused_by_number(tmp_path, value, reason):
    made.long_table(16).to_csv(tmp_path / "sensors.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "sensors.csv", "gru")
    with pytest.raises(RefusedInputError) as refused:
        read_raw(ModelFacts.of(trial), [[[1, 2], [3, 4]], value])
    assert str(refused.value).startswith(reason)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    (photos,) = trials(tmp_path, made.images(tmp_path / "photos"), "cnn2d")
    (tones,) = trials(tmp_path, made.sounds(tmp_path / "tones"), "gru")
    cut = (tmp_path / "photos/class 0/0.png").read_bytes()[:60]
    for trial, content, reason in (
        (photos, b"", "image 1: it is empty"),
        (photos, b"text", "image 1: it is no image"),
        (photos, cut, "image 1: it is damaged"),
        (tones, b"", "recording 1: it is empty"),
        (tones, b"text", "recording 1: it cannot be decoded as sound"),
    ):
        with pytest.raises(RefusedInputError, match=reason):
            read_raw(ModelFacts.of(trial), [content])


def test_texts_and_empty_questions_are_refused(tmp_path):
    made.texts(40).to_csv(tmp_path / "reviews.csv", index=False)
    (trial,) = trials(tmp_path, tmp_path / "reviews.csv", "gru")
    facts = ModelFacts.of(trial)
    for values, reason in (
        ([], "there is no input: send at least one"),
        (["good", " "], "text 2: it is empty"),
        ([5], "text 1: it is no text"),
    ):
        with pytest.raises(RefusedInputError, match=reason):
            read_raw(facts, values)


def test_other_tasks_are_asked_by_lists(tmp_path):
    (trial,) = planned(compose({"tasks": "digits", "models": "cnn2d", "seeds": 1}), tmp_path)
    facts = ModelFacts.of(trial)
    assert (facts.own, column_of(facts)) == (None, "inputs")
    test = trial.data.task.test()
    read = read_raw(facts, test.inputs[:3].tolist())
    np.testing.assert_array_equal(read.inputs, test.inputs[:3])
    with pytest.raises(
        RefusedInputError, match=r"inputs 1: it is 8 x 8, and 1 channels x 8 height x 8 width are needed"
    ):
        read_raw(facts, [test.inputs[0, 0].tolist()])
    assert ModelFacts.model_validate_json(facts.model_dump_json()) == facts
