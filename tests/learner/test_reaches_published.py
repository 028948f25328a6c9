"""Under the default settings a small network comes as far as its paper says, on the official test part."""

from contest import compose, opened, planned

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit


def test_an_fcn_of_20000_parameters_comes_near_its_published_accuracy_on_thirty_six_samples(tmp_path):
    params = {"experiment": "ucr", "tasks": "arrow_head", "models": "fcn", "seeds": 1, "budget.parameters": 20_000}
    (trial,) = planned(compose(params), tmp_path)
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    result = evaluate_trial(folder, trial, folder.record(), tmp_path / "kept")
    assert result.flags == ()
    assert result.test_score >= 0.75  # 0.843 of an FCN of 265,000: Ismail Fawaz et al. 2019, arXiv 1809.04356
