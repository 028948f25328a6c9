"""The real data that comes with installed packages is what its sources say, and is read without network or mirror."""

import socket
from pathlib import Path

import aeon
import numpy as np
import pytest
import yaml
from aeon.datasets import load_classification

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.padding import valid_steps

CONF = Path(__file__).parents[2] / "conf" / "task"
EMBEDDED = Path(aeon.__file__).parent / "datasets" / "data"


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No mirror, no data/01_raw, no network."""

    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.delenv("DATA_MIRROR", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def config(task, **options):
    content = yaml.safe_load((CONF / f"{task}.yaml").read_text(encoding="utf-8"))
    return TaskConfig(**{**content, "options": {**content.get("options", {}), **options}})


def test_digits():
    task = load_task(config("digits"))
    assert task.pool.inputs.shape == (1797, 1, 8, 8)
    assert (task.pool.inputs.min(), task.pool.inputs.max()) == (0, 16)
    assert np.bincount(task.pool.targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert task.test is None


def test_japanese_vowels():
    task = load_task(config("japanese_vowels"))
    assert task.pool.inputs.shape == (270, 29, 12)
    assert task.test.inputs.shape == (370, 29, 12)
    assert np.bincount(task.pool.targets).tolist() == [30] * 9
    assert np.bincount(task.test.targets).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = np.concatenate([task.pool.lengths, task.test.lengths])
    assert (lengths.min(), lengths.max()) == (7, 29)
    assert task.classes == tuple(f"speaker {number}" for number in range(1, 10))


def test_osu_leaf():
    task = load_task(config("osu_leaf"))
    assert task.pool.inputs.shape == (200, 427, 1)
    assert task.test.inputs.shape == (242, 427, 1)
    assert np.bincount(task.pool.targets).tolist() == [34, 29, 33, 53, 36, 15]
    assert task.pool.lengths is None
    assert task.classes == tuple(f"species {number}" for number in range(1, 7))


# Any set of the UCR and UEA archives that aeon embeds

SETS = {  # samples to train and test, steps of the shortest and the longest, channels, classes
    "ACSF1": (100, 100, 1460, 1460, 1, 10),
    "ArrowHead": (36, 175, 251, 251, 1, 3),
    "BasicMotions": (40, 40, 100, 100, 6, 4),
    "GunPoint": (50, 150, 150, 150, 1, 2),
    "ItalyPowerDemand": (67, 1029, 24, 24, 1, 2),
    "JapaneseVowels": (270, 370, 7, 29, 12, 9),
    "OSULeaf": (200, 242, 427, 427, 1, 6),
    "PickupGestureWiimoteZ": (50, 50, 29, 361, 1, 10),
}


@pytest.fixture(params=SETS)
def loaded(request):
    """The name of a set, and what is loaded of it."""
    return request.param, load_task(config("ucr", name=request.param))


def test_a_set_has_the_published_counts(loaded):
    name, task = loaded
    train, test, shortest, longest, channels, classes = SETS[name]
    assert task.pool.inputs.shape == (train, longest, channels)
    assert task.test.inputs.shape == (test, longest, channels)
    assert len(task.classes) == task.output.size == classes
    assert set(task.pool.targets) == set(task.test.targets) == set(range(classes))
    assert (task.input.length, task.input.channels) == (longest, channels)
    assert task.input.variable == (shortest < longest)
    lengths = [part.lengths for part in (task.pool, task.test)]
    if task.input.variable:
        assert (np.concatenate(lengths).min(), np.concatenate(lengths).max()) == (shortest, longest)
    else:
        assert lengths == [None, None]


def test_series_and_labels_are_those_that_aeon_itself_reads(loaded):
    name, task = loaded
    for part, split in ((task.pool, "TRAIN"), (task.test, "TEST")):
        series, labels = load_classification(name, split, extract_path=str(EMBEDDED))
        numbers = [task.classes[target] for target in part.targets]
        assert numbers == [label.removesuffix(".0") for label in labels]
        expected = np.concatenate([one.T for one in series]).astype(np.float32)
        steps = part.inputs.shape[1]
        lengths = np.full(len(part), steps) if part.lengths is None else part.lengths
        assert (part.inputs[valid_steps(lengths, steps)] == expected).all()


def test_it_is_the_same_again_and_its_card_says_where_it_is_from(loaded):
    name, task = loaded
    again = load_task(config("ucr", name=name))
    for one, other in ((task.pool, again.pool), (task.test, again.test)):
        assert (one.inputs == other.inputs).all()
        assert (one.targets == other.targets).all()
        assert (one.lengths is None) == (other.lengths is None)
        assert one.lengths is None or (one.lengths == other.lengths).all()
    assert task.classes == again.classes
    assert task.notes == again.notes
    assert task.notes[0] == f"data set {name}"
    assert task.notes[1].startswith(f"{name} as it lies in the package aeon, not verified by a published sha256; ")


def test_sets_differ_in_the_digest_on_their_cards():
    notes = [load_task(config("ucr", name=name)).notes[1] for name in ("GunPoint", "ItalyPowerDemand")]
    digests = {note.rpartition(" ")[2] for note in notes}
    assert len(digests) == 2
    assert all(len(digest) == 64 for digest in digests)


def test_an_embedded_set_of_values_to_predict_is_no_set_of_classes():
    with pytest.raises(UserError, match=r"^task ucr: there is no data set 'Covid3Month' in the archive; did you mean"):
        load_task(config("ucr", name="Covid3Month"))


def test_classes_are_called_in_the_order_of_their_labels():
    labels = load_task(config("ucr", name="BasicMotions"))
    called = load_task(config("ucr", name="BasicMotions", called=["smash", "run", "stand", "walk"]))
    assert labels.classes == ("badminton", "running", "standing", "walking")
    assert called.classes == ("smash", "run", "stand", "walk")
    assert (labels.test.targets == called.test.targets).all()


@pytest.mark.parametrize("called", [["draw"], ["draw", "point", "rest"], ["draw", "draw"]])
def test_names_that_do_not_fit_the_classes_are_refused_in_one_sentence(called):
    with pytest.raises(UserError) as error:
        load_task(config("ucr", name="GunPoint", called=called))
    assert str(error.value) == (
        f"task ucr: option called={called} does not fit the 2 classes of GunPoint: "
        "give each of 1, 2 a name of its own, in this order, or leave it empty"
    )
