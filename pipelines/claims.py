"""``python -m pipelines.claims`` gathers the verdicts of all experiments: ``data/08_reporting/claims/report.html``.

It reads what each experiment decided, ``data/07_model_output/claims/<experiment>.json``, and trains nothing; ``dvc
repro`` runs it last. Claims stand in the order of the experiments in ``dvc.yaml``; those of others follow.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from yaml import YAMLError, safe_load

from cnn_vs_rnn.claims.joined import joined
from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.report.claims_markdown import claims_markdown
from cnn_vs_rnn.report.claims_page import write_claims_page
from cnn_vs_rnn.report.claims_table import effects_table
from cnn_vs_rnn.report.environment import environment
from cnn_vs_rnn.report.leaderboard import write_csv
from cnn_vs_rnn.report.verdicts import claim_entries, write_json
from pipelines.datasets import RecordsDataset
from pipelines.rooms import DATA, Rooms

PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Read, write, say where."""
    folder = DATA / "08_reporting" / "claims"
    try:
        files = sorted((PROJECT / DATA / "07_model_output" / "claims").glob("*.json"))
        found = [one for file in files for one in _records(file, DecidedClaim, "reporting")]
        decided = joined(found)
        if not decided:
            raise UserError("no experiment has decided a claim yet: run `dvc repro`")
        measured_on = environment(PROJECT)
        known = known_claims(PROJECT)
        decided.sort(key=lambda one: known.index(one.verdict.claim) if one.verdict.claim in known else len(known))
        write_text(PROJECT / folder / "claims.md", claims_markdown(decided, measured_on))
        write_claims_page(
            PROJECT / folder / "report.html",
            decided,
            [claim for claim in known if claim not in {one.verdict.claim for one in decided}],
            {
                name: _records(PROJECT / Rooms.of(name).model_output / "measurements.json", Measurement, "evaluation")
                for name in {one.verdict.experiment for one in found}
            },
            measured_on,
        )
        write_json(PROJECT / folder / "verdicts.json", claim_entries(decided))
        write_csv(PROJECT / folder / "effects.csv", effects_table([one.verdict for one in decided]))
    except UserError as error:
        sys.exit(str(error))
    sys.stdout.write(f"report  {folder / 'report.html'}: {len(decided)} claim{'s' * (len(decided) != 1)}\n")


def known_claims(project: Path) -> list[str]:
    """Every claim of an experiment's file, in the order of the experiments in ``dvc.yaml`` and then by name."""
    stages = project / "dvc.yaml"
    variables = _read(stages).get("vars") or [] if stages.exists() else []
    first = [name for one in variables for name in one.get("experiments") or []]
    files = {file.stem: file for file in sorted((project / "conf" / "experiment").glob("*.yaml"))}
    names = dict.fromkeys((*(name for name in first if name in files), *files))
    return list(dict.fromkeys(claim for name in names for claim in _read(files[name]).get("claims") or {}))


def _read(file: Path) -> dict[str, Any]:
    try:
        return safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, YAMLError) as error:
        raise UserError(f"{file} cannot be read as YAML ({' '.join(str(error).split())}): mend it") from error


def _records(file: Path, record: type, made_by: str) -> list[Any]:
    return RecordsDataset(str(file), f"{record.__module__}:{record.__name__}", made_by).load()


if __name__ == "__main__":
    main()
