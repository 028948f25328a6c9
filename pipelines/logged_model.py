"""The checkpoint of a trial as a model in MLflow, and the best of a task in its registry. Both may be repeated."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST

from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from pipelines.mlflow_terms import allowed, signature

SERVING = Path(__file__).with_name("serving.py")
BEST_ALIAS = "best"


def log_model(client: MlflowClient, experiment_id: str, run_id: str, trial: Trial, folder: TrialFolder) -> None:
    """Record the best checkpoint of a trial on its run. What an attempt before has begun is finished."""
    model = _model_of(client, experiment_id, run_id)
    if model is None:
        model = client.create_logged_model(
            experiment_id, name=f"{trial.task.name}-{trial.model.name}", source_run_id=run_id
        )
    if model.status == LoggedModelStatus.READY:
        return
    outputs = client.get_run(run_id).outputs
    if not any(one.model_id == model.model_id for one in (outputs.model_outputs if outputs else ())):
        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=0)])
    with tempfile.TemporaryDirectory() as temporary:
        _save(Path(temporary), model, run_id, trial, folder)
        client.log_model_artifacts(model.model_id, str(Path(temporary) / "model"))
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)


def _model_of(client: MlflowClient, experiment_id: str, run_id: str) -> LoggedModel | None:
    """The model of a run: the whole one, where there are several."""
    models = client.search_logged_models([experiment_id], filter_string=f"source_run_id = '{run_id}'")
    return max(models, key=lambda model: model.status == LoggedModelStatus.READY, default=None)


def _save(where: Path, model: LoggedModel, run_id: str, trial: Trial, folder: TrialFolder) -> None:
    facts = where / "facts.json"
    facts.write_text(ModelFacts.of(trial).model_dump_json(indent=1), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.pyfunc.save_model(
            where / "model",
            python_model=str(SERVING),
            artifacts={"facts": str(facts), "weights": str(folder.weights)},
            signature=signature(trial),
            pip_requirements=[f"torch=={_torch_version()}"],
            mlflow_model=Model(
                artifact_path=model.artifact_location, run_id=run_id, model_uuid=model.model_id, model_id=model.model_id
            ),
        )


def register_best(client: MlflowClient, experiment_id: str, run_id: str, result: TrialResult, experiment: str) -> None:
    """Register the checkpoint of a trial as the best model of its task, under the alias `best`."""
    name = f"{experiment}-{result.task}" + ("" if result.condition == "default" else f"-{result.condition}")
    name = allowed(name).replace("/", "-").replace(":", "-")
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name, description=f"The best model of {result.task}")
    version = _version_of(client, name, result.fingerprint)
    if version is None:
        model = _model_of(client, experiment_id, run_id)
        if model is None:
            missing = f"the model of {result.task}/{result.model} is not recorded"
            raise MlflowException(missing, RESOURCE_DOES_NOT_EXIST)
        version = client.create_model_version(
            name,
            model.artifact_location,
            run_id=run_id,
            model_id=model.model_id,
            tags={"fingerprint": result.fingerprint, "model": result.model},
        )
    if BEST_ALIAS not in version.aliases:
        client.set_registered_model_alias(name, BEST_ALIAS, version.version)


def _version_of(client: MlflowClient, name: str, fingerprint: str) -> ModelVersion | None:
    """The newest version of a registered model that is this trial's."""
    versions = client.search_model_versions(f"name = '{name}' and tags.fingerprint = '{fingerprint}'")
    return max(versions, key=lambda version: int(version.version), default=None)


def _torch_version() -> str:
    import torch

    return torch.__version__.partition("+")[0]
