"""Which networks a probe looks at, what a refusal leaves, and what is refused before anything is trained."""

import pytest
from contest import compose
from untrained import untrained

from cnn_vs_rnn.config import ProbeConfig, Strict
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.probes.run import RefusedError, check_probes, plan_probes


class Options(Strict):
    """Of `count`, as the modules of probes hold theirs."""

    first: int = 1


def count(entrants, options):
    """One number a network, and after the first ones a refusal."""
    for at, entrant in enumerate(entrants):
        if at == options.get("first", 1):
            raise RefusedError("enough is enough")
        yield entrant.measurement("state_bytes", float(at))


def experiment(**probe):
    config = ProbeConfig(target=f"{__name__}:count", **probe)
    return compose({"tasks": "japanese_vowels", "models": "gru+tcn+majority"}).model_copy(
        update={"probes": {"counted": config}}
    )


def test_networks_of_one_seed_are_measured_together_and_baselines_never(tmp_path):
    entrants = untrained(tmp_path, "gru+tcn+majority", seeds=2)
    runs = plan_probes(experiment(), entrants)
    assert [[(one.trial.model.name, one.trial.seed) for one in run.entrants] for run in runs] == [
        [("gru", 0), ("tcn", 0)],
        [("gru", 1), ("tcn", 1)],
    ]
    chosen = plan_probes(experiment(models=("tcn",)), entrants)
    assert [one.trial.model.name for run in chosen for one in run.entrants] == ["tcn", "tcn"]


def test_a_refusal_keeps_what_was_measured(tmp_path):
    [run] = plan_probes(experiment(), untrained(tmp_path, "gru+tcn"))
    found, refusal = run.measure()
    assert [(one.model, one.seed, one.quantity, one.value) for one in found] == [("gru", 0, "state_bytes", 0.0)]
    assert refusal == "enough is enough"
    [run] = plan_probes(experiment(options={"first": 9}), untrained(tmp_path, "gru+tcn"))
    assert len(run.measure()[0]) == 2
    assert run.measure()[1] is None


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        ({"options": {"frist": 2}}, "probe counted has no option 'frist': did you mean first"),
        ({"options": {"first": "x"}}, "probe counted: option first='x' is refused"),
        ({"models": ("tnc",)}, "probe counted: there is no model 'tnc'; did you mean tcn"),
    ],
)
def test_a_mistake_is_found_before_training(probe, said):
    check_probes(experiment(options={"first": 2}))
    with pytest.raises(UserError, match=said):
        check_probes(experiment(**probe))


def test_a_probe_that_is_not_there():
    wrong = experiment().model_copy(update={"probes": {"p": ProbeConfig(target="cnn_vs_rnn.probes.nothing:measure")}})
    with pytest.raises(UserError, match=r"probes\.p\.target='cnn_vs_rnn\.probes\.nothing:measure' cannot be imported"):
        check_probes(wrong)
