"""Windows of a series by hand, and the split of ETTh1 as in the literature."""

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from mirror import needs_mirror

from cnn_vs_rnn.augmentation.scaling import prepare, read_part
from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.naive import Naive
from cnn_vs_rnn.tasks.data import Forecast
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.store import ingest
from cnn_vs_rnn.tasks.windows import ends_within, windows

VALUES = np.stack([np.arange(10), 100 + np.arange(10)], axis=1).astype(np.float32)
ETTH1 = yaml.safe_load((Path(__file__).parents[2] / "conf/task/etth1.yaml").read_text("utf-8"))


def test_windows_by_hand():
    samples = windows(VALUES, np.array([3, 7]), 3, Forecast(horizon=2, channels=(1, 0)))
    assert samples.inputs[:, :, 0].tolist() == [[0, 1, 2], [4, 5, 6]]
    assert samples.inputs[:, :, 1].tolist() == [[100, 101, 102], [104, 105, 106]]
    assert samples.targets.tolist() == [[103, 104, 3, 4], [107, 108, 7, 8]]


def test_what_is_predicted_stays_within_the_part_while_the_window_may_reach_back():
    assert ends_within(0, 10, window=3, horizon=2).tolist() == [3, 4, 5, 6, 7, 8]
    assert ends_within(6, 10, window=3, horizon=2).tolist() == [6, 7, 8]
    assert ends_within(0, 10, window=3, horizon=2, stride=4).tolist() == [3, 7]
    assert ends_within(0, 4, window=3, horizon=2).tolist() == []


@needs_mirror
def test_etth1_is_split_by_months_as_in_the_literature():
    raw = load_task(TaskConfig(**ETTH1))
    train, valid = (~raw.valid).sum(), raw.valid.sum()
    assert (train, valid, len(raw.test)) == (12 * 720 - 96 - 24 + 1, 4 * 720 - 24 + 1, 4 * 720 - 24 + 1)
    with gzip.open(Path(os.environ["DATA_MIRROR"]) / "forecast/ETTh1.csv.gz") as file:
        oil = pd.read_csv(file)["OT"].to_numpy(np.float32)
    assert raw.pool.inputs[0, :, 6].tolist() == oil[:96].tolist()
    assert raw.pool.targets[train].tolist() == oil[12 * 720 : 12 * 720 + 24].tolist()
    assert raw.test.targets[0].tolist() == oil[16 * 720 : 16 * 720 + 24].tolist()
    assert raw.test.targets[-1].tolist() == oil[20 * 720 - 24 : 20 * 720].tolist()


@needs_mirror
def test_scaled_inputs_and_targets_are_in_one_unit(tmp_path):
    config = TaskConfig(**{**ETTH1, "limit": 300, "test_limit": 100})
    ingested = ingest(config, tmp_path / "in")
    test = read_part(prepare(ingested, config, range(1), tmp_path / "out"), 0, "test")
    naive = Naive(ingested.input, ingested.output)
    repeated = naive(torch.from_numpy(test.inputs)).numpy()
    assert repeated.shape == test.targets.shape
    assert ((repeated - test.targets) ** 2).mean() < 0.1  # in standard deviations; the mean errs by more than 1


@needs_mirror
def test_all_channels_in_turn():
    config = TaskConfig(**{**ETTH1, "options": {"horizon": 96, "target": "all"}})
    raw = load_task(config)
    assert raw.output.size == 7 * 96 == raw.test.targets.shape[1]
    # What follows the first window is in the window that ends 96 hours later.
    assert np.array_equal(raw.test.targets[0].reshape(7, 96).T, raw.test.inputs[96])


def test_an_unknown_channel_is_refused():
    with pytest.raises(UserError, match="option target='HUFL' is refused"):
        load_task(TaskConfig(**{**ETTH1, "options": {"target": "HUFL"}}))


@needs_mirror
def test_a_stride_thins_out_training_alone():
    every, sixth = (load_task(TaskConfig(**{**ETTH1, "options": {"stride": stride}})) for stride in (1, 6))
    assert np.array_equal(sixth.pool.inputs[~sixth.valid], every.pool.inputs[~every.valid][::6])
    assert len(sixth.test) == len(every.test)
