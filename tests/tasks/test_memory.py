"""Parity and selective copying hold what their papers say, beyond the lengths of training included."""

import numpy as np
import pytest

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import IGNORED
from cnn_vs_rnn.tasks.load import load_task


def loaded(name, seed=0, output="one", **options):
    return load_task(
        TaskConfig(
            name=name,
            target=f"cnn_vs_rnn.tasks.{name}:load",
            modality="synthetic",
            description="",
            source="",
            loss="cross_entropy",
            score="accuracy",
            equivalence=0.01,
            split_seed=seed,
            output=output,
            options=options,
        )
    )


class TestParity:
    def test_the_answer_is_the_count_of_ones(self):
        raw = loaded("parity", samples=300, test_samples=100, test_longest=60)
        for part in (raw.pool, raw.test):
            for bits, answer, length in zip(part.inputs, part.targets, part.lengths, strict=True):
                ones = sum(int(bit[1]) for bit in bits[:length])
                assert raw.classes[answer] == ("even" if ones % 2 == 0 else "odd")
                assert (bits[:length].sum(axis=1) == 1).all()
                assert not bits[length:].any()

    def test_it_may_be_asked_after_every_bit(self):
        last = loaded("parity", samples=300, test_samples=100, test_longest=60)
        every = loaded("parity", output="per_step", samples=300, test_samples=100, test_longest=60)
        assert np.array_equal(last.test.inputs, every.test.inputs)
        for bits, answers, final, length in zip(
            every.test.inputs, every.test.targets, last.test.targets, every.test.lengths, strict=True
        ):
            assert answers[:length].tolist() == (np.cumsum(bits[:length, 1]) % 2).tolist()
            assert answers[length - 1] == final
            assert (answers[length:] == IGNORED).all()

    def test_half_of_the_test_is_longer_than_training(self):
        raw = loaded("parity", samples=2000, test_samples=400)
        assert set(raw.pool.lengths) == set(range(1, 41))
        assert raw.test.lengths.max() > 450
        assert (raw.test.lengths > 40).sum() == 200

    def test_both_answers_are_as_frequent(self):
        assert loaded("parity", samples=4000, test_longest=40).pool.targets.mean() == pytest.approx(0.5, abs=0.03)

    def test_a_seed_draws_the_same_again_and_another_draws_anew(self):
        small = {"samples": 50, "test_samples": 20, "test_longest": 50}
        one, same, other = (loaded("parity", seed, **small) for seed in (0, 0, 1))
        assert np.array_equal(one.pool.inputs, same.pool.inputs)
        assert not np.array_equal(one.pool.lengths, other.pool.lengths)


class TestSelectiveCopy:
    def test_the_symbols_are_asked_for_in_their_order(self):
        raw = loaded("selective_copy", recalled=3, length=10, test_length=25, samples=50, test_samples=40)
        for part in (raw.pool, raw.test):
            shown = part.inputs.argmax(axis=2)
            for row, targets, length in zip(shown, part.targets, part.lengths, strict=True):
                data, asked = row[: length - 3], row[length - 3 : length]
                assert (asked == 9).all()
                assert targets[length - 3 : length].tolist() == data[data < 8].tolist()
                assert (targets != IGNORED).sum() == 3
                assert (data[data >= 8] == 8).all()
            assert (part.inputs.sum(axis=2) == (np.arange(part.inputs.shape[1]) < part.lengths[:, None])).all()

    def test_half_of_the_test_is_longer_than_training(self):
        raw = loaded("selective_copy", samples=20, test_samples=40)
        assert set(raw.pool.lengths) == {72}
        assert sorted(raw.test.lengths) == [72] * 20 + [136] * 20

    def test_symbols_lie_anywhere(self):
        shown = loaded("selective_copy", recalled=1, length=5, test_length=5, samples=500).pool.inputs.argmax(axis=2)
        places = (shown[:, :5] < 8).mean(axis=0)
        assert places == pytest.approx(np.full(5, 0.2), abs=0.06)

    def test_more_symbols_than_steps_are_refused(self):
        with pytest.raises(UserError, match="recalled=9 symbols do not fit into 8 steps"):
            loaded("selective_copy", recalled=9, length=8)
