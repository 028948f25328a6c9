"""Images and the UCR archive: what their loaders return, against what was published; damaged and missing files."""

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import aeon.datasets
import numpy as np
import pytest
import yaml
from mirror import needs_mirror

from cnn_vs_rnn.config import SourceFile, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.idx_images import read_idx
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.padding import valid_steps
from cnn_vs_rnn.tasks.store import ingest

CONF = Path(__file__).parents[2] / "conf" / "task"


def config(task, **options):
    content = yaml.safe_load((CONF / f"{task}.yaml").read_text(encoding="utf-8"))
    return TaskConfig(**{**content, "options": {**content.get("options", {}), **options}})


@pytest.fixture(scope="module")
def mnist():
    return load_task(config("mnist"))


# Images


@needs_mirror
def test_mnist_has_the_published_counts(mnist):
    assert mnist.pool.inputs.shape == (60000, 1, 28, 28)
    assert mnist.test.inputs.shape == (10000, 1, 28, 28)
    assert mnist.pool.inputs.dtype == np.uint8
    assert (mnist.pool.inputs.min(), mnist.pool.inputs.max()) == (0, 255)
    # LeCun's counts of the digits 0 to 9
    assert np.bincount(mnist.pool.targets).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test.targets).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # The first images of both parts are a 5 and a 7, dark outside and bright within
    assert (mnist.pool.targets[0], mnist.test.targets[0]) == (5, 7)
    assert mnist.pool.inputs[0, 0, 0].max() == 0
    assert mnist.pool.inputs[0].max() == 255


@needs_mirror
def test_fashion_mnist_has_the_published_counts():
    raw = load_task(config("fashion_mnist"))
    assert raw.pool.inputs.shape == (60000, 1, 28, 28)
    assert raw.test.inputs.shape == (10000, 1, 28, 28)
    assert np.bincount(raw.pool.targets).tolist() == [6000] * 10
    assert np.bincount(raw.test.targets).tolist() == [1000] * 10
    assert [raw.classes[label] for label in raw.pool.targets[:3]] == ["boot", "t-shirt", "t-shirt"]


@needs_mirror
def test_sequential_mnist_is_mnist_in_reading_order(mnist):
    raw = load_task(config("sequential_mnist"))
    for part, images in ((raw.pool, mnist.pool), (raw.test, mnist.test)):
        assert part.inputs.shape == (len(images), 784, 1)
        assert (part.targets == images.targets).all()
        for row in (0, 17, -1):
            pixels = [pixel for line in images.inputs[row, 0] for pixel in line]
            assert part.inputs[row, :, 0].tolist() == pixels


@needs_mirror
def test_permuted_mnist_is_the_same_pixels_in_one_order_for_all(mnist):
    raw = load_task(config("permuted_mnist"))
    assert (raw.pool.targets == mnist.pool.targets).all()
    # Every pixel's values in all 70,000 images are found again at some step: one order for them all
    pixels, permuted = (columns(task) for task in (mnist, raw))
    assert pixels != permuted
    assert sorted(pixels) == sorted(permuted)
    again = load_task(config("permuted_mnist"))
    assert (raw.test.inputs == again.test.inputs).all()
    other = load_task(config("permuted_mnist", permutation_seed=1))
    assert (raw.test.inputs != other.test.inputs).any()


def columns(task):
    parts = [part.inputs.reshape(-1, 784) for part in (task.pool, task.test)]
    return [column.tobytes() for column in np.ascontiguousarray(np.concatenate(parts).T)]


def idx(shape=(2, 2, 3), kind=8, content=bytes(range(12))):
    return bytes([0, 0, kind, len(shape)]) + b"".join(side.to_bytes(4, "big") for side in shape) + content


def test_an_idx_file_is_read_row_by_row(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx()))
    assert read_idx(path).tolist() == [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(idx())[:-9], "is damaged"),
        (gzip.compress(idx())[:12] + b"\xff" * 8 + gzip.compress(idx())[20:], "is damaged"),
        (idx(), "is damaged"),  # not compressed
        (b"", "is damaged"),
        (gzip.compress(b"\0\0"), "is damaged"),
        (gzip.compress(idx(content=bytes(11))), "is no IDX file of bytes"),
        (gzip.compress(idx(content=bytes(13))), "is no IDX file of bytes"),
        (gzip.compress(idx(kind=0x0D)), "is no IDX file of bytes"),
        (gzip.compress(b"PK\3\4" + bytes(40)), "is no IDX file of bytes"),
    ],
    ids=["cut", "changed", "plain", "empty", "headless", "short", "long", "floats", "zip"],
)
def test_a_damaged_idx_file_is_named_in_one_sentence(tmp_path, content, said):
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        read_idx(path)
    assert str(error.value).startswith(f"{path} {said}")
    assert str(error.value).endswith("remove it, so that it is fetched again")
    assert "\n" not in str(error.value)


def test_images_without_a_label_each_are_refused(tmp_path, monkeypatch):
    labels = idx(shape=(3,), content=bytes(3))
    names = {
        f"{part}-{kind}": content
        for part in ("train", "t10k")
        for kind, content in (("images-idx3-ubyte.gz", idx()), ("labels-idx1-ubyte.gz", labels))
    }
    files = [mirrored(tmp_path, f"mnist/{name}", gzip.compress(content)) for name, content in names.items()]
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    with pytest.raises(UserError, match=r"^task mnist: 2 images and 3 labels in its train files$"):
        load_task(config("mnist").model_copy(update={"files": tuple(files)}))


def mirrored(folder, path, content):
    """The file in a mirror, as a task would list it."""
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_bytes(content)
    return SourceFile(path=path, sha256=hashlib.sha256(content).hexdigest(), origin="http://127.0.0.1:9/nowhere")


# The UCR archive


@needs_mirror
@pytest.mark.parametrize(
    ("name", "train", "test", "length", "classes"),
    [("ECG200", 100, 100, 96, 2), ("Trace", 100, 100, 275, 4), ("Chinatown", 20, 343, 24, 2), ("Beef", 30, 30, 470, 5)],
)
def test_a_set_of_the_archive_has_the_published_counts(name, train, test, length, classes):
    raw = load_task(config("ucr", name=name))
    assert (len(raw.pool), len(raw.test)) == (train, test)
    assert raw.pool.inputs.shape[1:] == raw.test.inputs.shape[1:] == (length, 1)
    assert len(raw.classes) == raw.output.size == classes
    assert set(raw.pool.targets) == set(range(classes))
    assert (raw.pool.lengths, raw.input.variable) == (None, False)
    assert f"data set {name}" in raw.notes


def test_series_of_unequal_length_end_where_nan_begins(tmp_path, monkeypatch):
    train = "2\t1\t2\tNaN\tNaN\n-1\t5\tNaN\t7\t8\n"
    test = "-1.0\t9\tNaN\tNaN\tNaN\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("Toy/Toy_TRAIN.tsv", train)
        packed.writestr("Toy/Toy_TEST.tsv", test)
    file = mirrored(tmp_path, "ucr/Toy.zip", archive.getvalue())
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    toy = config("ucr", name="Toy").model_copy(update={"files": (file,)})
    raw = load_task(toy)
    assert raw.classes == ("-1", "2")
    assert (raw.pool.targets.tolist(), raw.test.targets.tolist()) == ([1, 0], [0])
    assert raw.input.variable
    assert (raw.pool.lengths.tolist(), raw.test.lengths.tolist()) == ([2, 4], [1])
    assert raw.pool.inputs[0, :, 0].tolist() == [1, 2, 0, 0]  # padded as every sequence is
    assert raw.pool.inputs.shape == (2, 4, 1)
    assert np.isnan(raw.pool.inputs[1, 1, 0])  # a gap is no end: this series cannot be used
    # what is listed is verified
    (tmp_path / "ucr" / "Toy.zip").write_bytes(archive.getvalue() + b"!")
    with pytest.raises(UserError, match=r"^task ucr: .*Toy\.zip is not the published file"):
        load_task(toy)


def test_a_series_with_a_gap_is_quarantined(tmp_path, monkeypatch):
    rows = [f"{row % 2}\t{row}\t{row + 1}\n" for row in range(12)]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("Toy_TRAIN.tsv", "".join([*rows, "1\tNaN\t7\n"]))
        packed.writestr("Toy_TEST.tsv", "0\t100\t7\n1\t101\t7\n")
    file = mirrored(tmp_path, "ucr/Toy.zip", archive.getvalue())
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    task = ingest(config("ucr", name="Toy").model_copy(update={"files": (file,)}), tmp_path / "ingested")
    assert task.pool_samples == 12
    assert task.card().quarantined == (("pool sample 12", "its input holds NaN or infinite values"),)


def test_a_name_that_the_archive_does_not_know_is_answered_with_the_nearest(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no data/01_raw here
    with pytest.raises(UserError) as error:
        load_task(config("ucr", name="GunPiont"))
    assert str(error.value).startswith(
        "task ucr: there is no data set 'GunPiont' in the archive; did you mean GunPoint"
    )
    assert "\n" not in str(error.value)


def test_without_network_a_set_outside_the_mirror_is_one_sentence(monkeypatch):
    def unreachable(*_, **__):
        raise OSError("Name or service not known")

    monkeypatch.setattr(aeon.datasets, "load_classification", unreachable)
    listing = config("ucr", name="Adiac")
    for task in (listing, listing.model_copy(update={"files": ()})):
        with pytest.raises(UserError) as error:
            load_task(task)
        said = str(error.value)
        assert said.startswith("task ucr: Adiac cannot be fetched from www.timeseriesclassification.com (OSError): ")
        assert ("choose one of Beef, CBF," in said) == ("DATA_MIRROR" in said) == bool(task.files)
        assert "or choose one that the package aeon holds: ACSF1, ArrowHead, BasicMotions, " in said
        assert "\n" not in said


def test_multivariate_series_of_unequal_length_become_time_by_channel(monkeypatch):
    random = np.random.default_rng(0)
    lengths = {"TRAIN": [5, 3, 4], "TEST": [2, 6]}
    parts = {part: [random.normal(size=(2, length)) for length in of] for part, of in lengths.items()}
    labels = {"TRAIN": np.array(["Walking", "Running", "Walking"]), "TEST": np.array(["Running", "Walking"])}

    def answer(name, split, **_):
        assert name == "Epilepsy"
        return parts[split], labels[split], {"equallength": False}

    monkeypatch.setattr(aeon.datasets, "load_classification", answer)
    raw = load_task(config("ucr", name="Epilepsy"))
    assert raw.classes == ("Running", "Walking")
    assert (raw.pool.targets.tolist(), raw.test.targets.tolist()) == ([1, 0, 1], [0, 1])
    assert (raw.input.channels, raw.input.length, raw.input.variable) == (2, 6, True)
    for samples, part in ((raw.pool, "TRAIN"), (raw.test, "TEST")):
        assert samples.inputs.shape == (len(lengths[part]), 6, 2)
        assert samples.lengths.tolist() == lengths[part]
        expected = np.concatenate([series.T for series in parts[part]]).astype(np.float32)
        assert (samples.inputs[valid_steps(samples.lengths, 6)] == expected).all()
    assert any("fetched by aeon, not verified" in note for note in raw.notes)
