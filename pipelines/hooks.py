"""What happens around every `kedro run`: the configuration is checked, the run recorded, and failures counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError

if TYPE_CHECKING:
    from pipelines.tracking import Tracker


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
        """Open the session: worker pool and tracking."""
        from cnn_vs_rnn.executors.local import LocalExecutor
        from pipelines.session import RunSession, open_session

        tracker = self._tracker()
        tags = {
            "command": f"kedro {' '.join(sys.argv[1:])}",
            "pipelines": ", ".join(run_params.get("pipeline_names") or ["all"]),
            "mlflow.source.git.commit": _commit(self._project),
        }
        tracker.open(self._contest, tags)
        open_session(RunSession(LocalExecutor(self._contest.executor.workers), tracker))

    @hook_impl
    def after_pipeline_run(self) -> None:
        """End well, or say what is missing."""
        missing = self._end(failed=False)
        if missing:
            listed = "; ".join(missing[:3]) + (f"; and {len(missing) - 3} more" if len(missing) > 3 else "")
            raise UserError(f"{len(missing)} of the trials have no result: {listed}")

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Close what is open."""
        self._end(failed=True)

    def _end(self, failed: bool) -> list[str]:
        from pipelines.session import close_session, current

        session = current()
        close_session()
        session.tracker.close(failed or bool(session.missing))
        return session.missing

    def _tracker(self) -> Tracker:
        from pipelines.tracking import Tracker

        uri = os.environ.get("MLFLOW_TRACKING_URI") or self._mlflow["tracking_uri"]
        prefix = "sqlite:///"
        if uri.startswith(prefix):
            database = self._project / uri.removeprefix(prefix)
            try:
                database.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UserError(f"{database.parent} cannot be written: {error.strerror}; unlock it") from error
            uri = f"{prefix}{database}"
        return Tracker(uri, self._project / self._mlflow["artifacts"])


def _commit(project: Path) -> str:
    """The commit of the project, or '' outside a repository."""
    command = ["git", "-C", str(project), "rev-parse", "HEAD"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip()
