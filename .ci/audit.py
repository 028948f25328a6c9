"""Known vulnerabilities of the pinned packages: `make check` fails where there are any.

Where there is no network, or its service does not know a package, one line says what was not audited.
"""

from __future__ import annotations

import json
import subprocess
import sys

AUDIT = ("pip_audit", "--requirement", "requirements.lock", "--no-deps", "--disable-pip", "--progress-spinner", "off")
NO_NETWORK = ("requests.exceptions", "ConnectionError", "ServiceError", "Tried to")


def main() -> str | int:
    """The line to say, as an exit status: 0 where nothing is wrong."""
    done = subprocess.run([sys.executable, "-m", *AUDIT, "--format", "json"], capture_output=True, text=True)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        if any(sign in done.stderr for sign in NO_NETWORK):
            return _say("skipped: there is no network")
        return f"pip-audit  {done.stderr.strip() or 'gave no answer'}"
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    if found:
        return "\n".join(f"pip-audit  {line}" for line in found)
    unknown = sum("skip_reason" in package for package in packages)
    if unknown == len(packages):
        return _say("skipped: the service that was reached knows none of the packages")
    return _say(f"{len(packages) - unknown} packages audited, {unknown} not known to the service, no vulnerability")


def _say(line: str) -> int:
    sys.stdout.write(f"pip-audit  {line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
