"""Damaged and forged checkpoints: known, said in one line, never run."""

import logging
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import pytest
import torch
from contest import ADDING, Killed, assert_same_result, compose, file_size_limit, opened, planned
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.learner.checkpoints import DamagedError, read_checkpoint, write_checkpoint
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import TrialFolder


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING | {"trainer.steps": 9, "trainer.rounds": 3}), tmp_path_factory.mktemp("adding"))[0]


@pytest.fixture(scope="module")
def undisturbed(trial, tmp_path_factory):
    folder = opened(trial, tmp_path_factory.mktemp("undisturbed"))
    fit(folder)
    return folder


@pytest.fixture(scope="module")
def after_two_rounds(trial, tmp_path_factory):
    """The folder of a trial that was killed after two of its three rounds."""
    folder = opened(trial, tmp_path_factory.mktemp("killed"))
    save = write_checkpoint

    def dying(path, content):
        save(path, content)
        if path == folder.validated.last and content["epoch"] == 1:
            raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cnn_vs_rnn.learner.checkpoints.write_checkpoint", dying)
        with pytest.raises(Killed):
            fit(folder)
    assert folder.rounds_trained() == 2
    return folder.path


@pytest.fixture
def killed(after_two_rounds, tmp_path):
    shutil.copytree(after_two_rounds, tmp_path / "trial")
    return TrialFolder(tmp_path / "trial")


class Payload:
    """Unpickled, it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def a_byte_of_a_tensor(path: Path) -> int:
    """The position in the file of a byte of the largest stored tensor."""
    with zipfile.ZipFile(path) as archive:
        largest = max((item for item in archive.infolist() if "/data/" in item.filename), key=lambda i: i.file_size)
        data = archive.read(largest)
    return path.read_bytes().index(data) + len(data) // 2


DAMAGES = {
    "empty": lambda path: b"",
    "garbage": lambda path: bytes(range(256)) * 20,
    "text": lambda path: b"hello",
    "pickle": lambda path: pickle.dumps({"state_dict": {}}),
    "cut": lambda path: path.read_bytes()[: path.stat().st_size // 2],
    "cut short": lambda path: path.read_bytes()[:-1],
    "a flipped bit": lambda path: flipped(path.read_bytes(), a_byte_of_a_tensor(path)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("which", ["last", "weights"])
def test_a_damaged_checkpoint_is_said_and_trained_from_the_start(killed, undisturbed, which, damage, caplog):
    path = getattr(killed.validated, which)
    path.write_bytes(damage(path))
    fit(killed)
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert str(path) in record.getMessage()
    assert "from the start" in record.getMessage()
    assert "\n" not in record.getMessage()
    assert_same_result(killed, undisturbed)


def test_a_whole_checkpoint_is_gone_on_from_without_a_word(killed, undisturbed, caplog):
    class Rounds(Callback):
        seen = []

        def on_train_epoch_start(self, trainer, pl_module):
            self.seen.append(trainer.current_epoch)

    fit(killed, callbacks=[Rounds()])
    assert Rounds.seen == [2]
    assert not caplog.records
    assert_same_result(killed, undisturbed)


def test_weights_that_are_gone_are_trained_again(killed, undisturbed):
    killed.weights.unlink()
    fit(killed)
    assert_same_result(killed, undisturbed)


@pytest.mark.parametrize("form", ["torch", "pickle", "forged"])
@pytest.mark.parametrize("which", ["last", "weights"])
def test_a_payload_is_never_executed(killed, undisturbed, which, form, tmp_path):
    marker = tmp_path / "executed"
    path = getattr(killed.validated, which)
    if form == "forged":  # everything as it was, and the payload beside it
        torch.save({**torch.load(path, weights_only=True), "more": Payload(marker)}, path)
    elif form == "torch":
        torch.save(Payload(marker), path)
    else:
        path.write_bytes(pickle.dumps(Payload(marker)))
    fit(killed)
    assert not marker.exists()
    assert_same_result(killed, undisturbed)


def test_a_payload_in_the_weights_of_a_finished_trial_is_never_executed(trial, tmp_path):
    marker, path = tmp_path / "executed", tmp_path / "weights.ckpt"
    torch.save({"state_dict": {}, "more": Payload(marker)}, path)
    with pytest.raises(pickle.UnpicklingError):
        model_from(path, trial)
    assert not marker.exists()
    torch.load(path, weights_only=False)
    assert marker.exists()  # it is a payload


def test_a_checkpoint_is_read_as_it_was_written(tmp_path):
    content = {"state_dict": {"a": torch.arange(5.0)}, "epoch": 3, "rows": [[0, 1.5]]}
    write_checkpoint(tmp_path / "x.ckpt", content)
    read = read_checkpoint(tmp_path / "x.ckpt")
    assert torch.equal(read.pop("state_dict")["a"], torch.arange(5.0))
    assert read == {"epoch": 3, "rows": [[0, 1.5]]}
    with pytest.raises(DamagedError, match="FileNotFoundError"):
        read_checkpoint(tmp_path / "y.ckpt")


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path):
    path = tmp_path / "x.ckpt"
    write_checkpoint(path, {"a": torch.zeros(3)})
    with file_size_limit(10_000), pytest.raises(UserError, match=r"x\.ckpt cannot be written: File too large"):
        write_checkpoint(path, {"a": torch.zeros(30_000)})
    assert torch.equal(read_checkpoint(path)["a"], torch.zeros(3))
    assert list(tmp_path.iterdir()) == [path]
