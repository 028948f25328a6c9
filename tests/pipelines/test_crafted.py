"""Files of a run that somebody has forged: what they hold is never run, and a sentence says what is wrong."""

import json
import os
import shutil

import mlflow
import numpy as np
import pytest
import torch

TRAP = "from pathlib import Path\nPath({!r}).touch()\nfrom cnn_vs_rnn.models.fcn import FCN as Net\n"


class Payload:
    """Unpickled, it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def said(project, *arguments, **environment):
    answer = project.kedro("run", *arguments, "--params", "experiment=tiny", **environment)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stdout + answer.stderr
    [line] = [line for line in answer.stderr.splitlines() if line.startswith("Error")]
    return line


@pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies
def test_the_weights_of_an_mlflow_model(finished, tmp_path):
    marker = tmp_path / "executed"
    weights = next((finished.root / "data/09_tracking/artifacts").rglob("weights.ckpt"))
    model = next(folder for folder in weights.parents if (folder / "MLmodel").exists())
    shutil.copytree(model, tmp_path / "model")
    forged = tmp_path / "model" / weights.relative_to(model)
    torch.save({**torch.load(forged, weights_only=True), "more": Payload(marker)}, forged)
    with pytest.raises(Exception, match="Weights only load failed"):
        mlflow.pyfunc.load_model(str(tmp_path / "model"))
    assert not marker.exists()
    torch.load(forged, weights_only=False)
    assert marker.exists()  # it is a payload


def test_predictions(copied, tmp_path):
    marker = tmp_path / "executed"
    path = next((copied.root / "data/07_model_output/tiny/predictions").rglob("*.npz"))
    forged = {**np.load(path), "per_sample": np.array([Payload(marker)], object)}
    np.savez(path, **forged)
    shutil.copy(path, tmp_path / "forged.npz")
    line = said(copied, "--pipelines", "reporting")
    assert f"{path.relative_to(copied.root)} cannot be read (Object arrays" in line
    assert line.endswith("run the pipeline evaluation again")
    np.savez(path, x=np.zeros(3))
    assert "holds no predictions: run the pipeline evaluation again" in said(copied, "--pipelines", "reporting")
    assert not marker.exists()
    np.load(tmp_path / "forged.npz", allow_pickle=True)["per_sample"]
    assert marker.exists()  # it is a payload


@pytest.mark.parametrize("key", ["target", "py/reduce"])
def test_records(copied, tmp_path, key):
    marker = tmp_path / "executed"
    (copied.root / "trap.py").write_text(TRAP.format(str(marker)))
    path = next((copied.root / "data").glob("*/tiny/cnn_plan.json"))
    plan = json.loads(path.read_text())
    plan[0]["model"][key] = "trap:Net"
    path.write_text(json.dumps(plan))
    path_of_modules = f"{copied.root}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    line = said(copied, "--pipelines", "evaluation", PYTHONPATH=path_of_modules)
    if key == "target":
        assert "planned under another configuration: run the pipeline training with the same --params" in line
    else:
        assert line == f"Error: {path} is damaged: run the pipeline training again"
    assert not marker.exists()
