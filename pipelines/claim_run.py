"""A claim as a run of MLflow."""

from __future__ import annotations

import math
from collections.abc import Iterable

from mlflow import MlflowClient
from mlflow.entities import Metric, Param

from cnn_vs_rnn.claims.verdict import DecidedClaim
from pipelines.mlflow_terms import allowed


def record_claim(
    client: MlflowClient, experiment_id: str, contest_id: str, one: DecidedClaim, trials: Iterable[str], now: int
) -> None:
    """A run with verdict and reason as tags and a metric a test; the verdict as a tag on the runs of its trials.

    contest_id, trials: runs. now: in milliseconds since 1970. The description holds the search that finds the trials.
    May be repeated: there is one run for each claim and contest.
    """
    verdict = one.verdict
    tag = allowed(f"claim.{verdict.claim}")
    find = f"Its trials: search `tags.\"{tag}\" = '{verdict.verdict}' and tags.model != ''`."
    known = client.search_runs(
        [experiment_id], f"tags.decided_in = '{contest_id}' and tags.claim = '{verdict.claim}'", max_results=1
    )
    run = (
        known[0]
        if known
        else client.create_run(
            experiment_id,
            run_name=f"claim {verdict.claim}",
            tags={
                "claim": verdict.claim,
                "verdict": verdict.verdict,
                "reason": verdict.reason,
                "decided_in": contest_id,
                "mlflow.note.content": f"{verdict.statement}\n\n**{verdict.verdict}**: {verdict.reason}\n\n{find}",
            },
        )
    )
    run_id = run.info.run_id
    metrics = [
        Metric(allowed(f"{kind}/{test.label}"), value, now, 0)
        for test in verdict.outcomes
        for kind, value in (("effect", test.effect), ("p", test.adjusted_p))
        if value is not None and math.isfinite(value)
    ]
    client.log_batch(run_id, metrics=metrics, params=[Param("rule", one.config.rule[:500])])
    client.log_dict(run_id, one.model_dump(mode="json"), "claim.json")
    client.set_terminated(run_id)
    for trial in trials:
        client.set_tag(trial, tag, verdict.verdict)
