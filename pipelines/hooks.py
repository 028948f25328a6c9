"""What happens around every `kedro run`: the configuration is checked, the run recorded, and failures counted."""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING, Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError
from pipelines.running import hold

if TYPE_CHECKING:  # it imports torch, which a mistake in the configuration need not wait for
    from pipelines.session import RunSession


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
        from pipelines.session import RunSession, executor_of, open_session
        from pipelines.tracking import Tracker, tracking_uri

        uri = tracking_uri(self._mlflow, self._project)
        make_database(uri)
        tracker = Tracker(uri, self._project / self._mlflow["artifacts"])
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
        session = self._end(failed=False)
        for what, missing in (
            ("trials have no result", session.missing),
            ("measurements were refused", session.refused),
        ):
            if missing:
                listed = "; ".join(missing[:3]) + (f"; and {len(missing) - 3} more" if len(missing) > 3 else "")
                raise UserError(f"{len(missing)} of the {what}: {listed}")

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Close what is open."""
        self._end(failed=True)

    def _end(self, failed: bool) -> RunSession:
        from pipelines.session import close_session, current

        session = current()
        try:
            close_session()
            session.tracker.close(failed or bool(session.missing or session.refused))
        finally:
            self._held.release()
        return session
