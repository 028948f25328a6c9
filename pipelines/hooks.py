"""What happens around every `kedro run`: the configuration is checked, the run recorded, and failures counted."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError
from pipelines.outbox import listed
from pipelines.running import hold

if TYPE_CHECKING:  # it imports torch, which a mistake in the configuration need not wait for
    from pipelines.session import RunSession


logger = logging.getLogger(__name__)


class ProjectHooks:
    """Kedro calls these in the order in which they stand here."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Compose and validate before the nodes, and with them torch, are imported."""
        parameters = context.config_loader["parameters"]
        self._contest = ExperimentConfig.model_validate(parameters["contest"])
        self._mlflow = context.config_loader["mlflow"]
        self._project = context.project_path

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Open the session: worker pool and tracking. Paths in records are relative to the project."""
        self._held = hold(self._contest.experiment, self._project)
        try:
            self._open(run_params.get("pipeline_names") or ["all"])
        except BaseException:
            self._held.release()
            raise

    def _open(self, asked: list[str]) -> None:
        os.chdir(self._project)
        warnings.filterwarnings("ignore", module=r"cnn_vs_rnn\.models")  # the plan says once what they have to say
        from cnn_vs_rnn.report.environment import commit
        from pipelines.mlflow_database import make_database
        from pipelines.mlflow_store import tracking_uri
        from pipelines.session import RunSession, executor_of, open_session
        from pipelines.tracking import Tracker

        uri = tracking_uri(self._mlflow, self._project)
        make_database(uri)
        tracker = Tracker(uri, self._project / self._mlflow["artifacts"], self._mlflow["wait_seconds"])
        tags = {
            "pipelines": ", ".join(asked),
            "mlflow.source.name": f"kedro {' '.join(sys.argv[1:])}",
            "mlflow.source.type": "LOCAL",
            "mlflow.source.git.commit": commit(self._project),
        }
        tracker.open(self._contest, tags, "export" if asked == ["export"] else "contest")
        open_session(RunSession(executor_of(self._contest), tracker))

    @hook_impl
    def after_pipeline_run(self) -> None:
        """End well, or say what is missing."""
        session, untold = self._end(failed=False)
        wrong = []
        for what, missing in (
            ("trials have no result", session.missing),
            ("measurements were refused", session.refused),
        ):
            if missing:
                wrong.append(f"{len(missing)} of the {what}: {listed(missing)}")
        if untold:
            wrong.append(untold)
        if wrong:
            raise UserError("; ".join(wrong))

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Close what is open."""
        _, untold = self._end(failed=True)
        if untold:
            logger.warning("tracking  %s", untold)

    def _end(self, failed: bool) -> tuple[RunSession, str]:
        """Also what MLflow was not told; a run that failed does not wait for it."""
        from pipelines.session import close_session, current

        session = current()
        try:
            close_session()
            untold = session.tracker.close(failed or bool(session.missing or session.refused), wait=not failed)
        finally:
            self._held.release()
        return session, untold
