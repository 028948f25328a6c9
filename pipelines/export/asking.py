"""How an exported model is served and asked, as its model card says it."""

from __future__ import annotations

from pathlib import Path

from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.raw import Column, column_of

_FILE = """"'$(base64 < FILE | tr -d '\\n')'\"""", 'open("FILE", "rb").read()'
# What a column holds, how it is sent as JSON within single quotes of a shell, and how in Python.
_COLUMNS: dict[Column, tuple[str, str, str]] = {
    "image": ("the bytes of an image file, in JSON as base64", *_FILE),
    "recording": ("the bytes of a wav, flac or ogg file, in JSON as base64", *_FILE),
    "text": ("a text", '"a text"', '"a text"'),
    "series": ("a list of time steps, each a list of its channels", "[[...]]", "[[...]]"),
    "inputs": ("one sample as nested lists, as the task stores it", "[[...]]", "[[...]]"),
}


def serve_command(folder: Path) -> str:
    """What serves the model of an export's folder, on this machine only."""
    return f"mlflow models serve -m {folder / 'mlflow_model'} --env-manager local --port 5001 --host 127.0.0.1"


def asking(facts: ModelFacts, folder: Path) -> str:
    """Markdown. folder: of the export, as a command names it."""
    column = column_of(facts)
    words, sent, in_python = _COLUMNS[column]
    return f"""```sh
{serve_command(folder)}
echo '{{"dataframe_records": [{{"{column}": {sent}}}]}}' > question.json
curl -s http://127.0.0.1:5001/invocations -H 'Content-Type: application/json' -d @question.json
```

`{column}` is {words}. In Python:

```python
import mlflow, pandas

model = mlflow.pyfunc.load_model("{folder / "mlflow_model"}")
print(model.predict(pandas.DataFrame({{"{column}": [{in_python}]}})))
```"""
