"""`first_seed`: the same contest by other seeds, whose splits and networks are those of their own number."""

from contest import compose, planned

ONE = {"tasks": "digits", "models": "gru", "seeds": 2}


def test_other_seeds_are_those_of_a_longer_run(tmp_path):
    later = planned(compose({**ONE, "first_seed": 2}), tmp_path / "later")
    longer = planned(compose({**ONE, "seeds": 4}), tmp_path / "longer")
    assert [trial.seed for trial in later] == [2, 3]
    assert [trial.fingerprint() for trial in later] == [trial.fingerprint() for trial in longer][2:]
