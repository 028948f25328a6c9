"""How each mistake in what is asked for is answered: in one line, with the nearest valid name."""

import subprocess
import sys

import pytest
from contest import CONF

from cnn_vs_rnn.errors import UserError, nearest
from pipelines.config_loader import compose_experiment


def refusal(params, conf=CONF):
    with pytest.raises(UserError) as error:
        compose_experiment(conf, params)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 600
    return message


def listed(group):
    """The names of a group's files, as a mistake lists them."""
    return ", ".join(sorted(path.stem for path in (CONF / group).glob("*.yaml")))


@pytest.mark.parametrize(
    ("params", "start", "end"),
    [
        ({"experiment": "quikstart"}, "experiment=quikstart: there is no experiment", "did you mean quickstart?"),
        ({"experiment": ""}, "experiment=: there is no experiment ''", listed("experiment")),
        ({"tasks": "digit"}, "tasks=digit: there is no task 'digit'", "?"),
        ({"tasks": "digits+"}, "tasks=: there is no task ''", listed("task")),
        ({"tasks": "digits,adding"}, "tasks=digits,adding: there is no task", ""),
        ({"models": "gru+lsmt"}, "models=lsmt: there is no model 'lsmt'", "did you mean lstm?"),
        ({"models": "../model/gru"}, "models=../model/gru: there is no model", ""),
        ({"model": "gru"}, "model: there is no 'model'", "did you mean models?"),
        ({"task": "digits"}, "task: there is no 'task'", "did you mean tasks?"),
        ({"recipe": "fast"}, "recipe=fast: there is no recipe 'fast'", "did you mean default?"),
        ({"budget": ""}, "budget=: there is no budget ''", "choose one of flops, latency, parameters, train_seconds"),
        ({"executor": "slrum"}, "executor=slrum: there is no executor", "did you mean slurm?"),
        (
            {"executor.partition": "gpu"},
            "executor.partition: there is no such key",
            "choose one of name, trial_minutes, workers",
        ),
        (
            {"executor": "slurm", "executor.minuts": 3},
            "executor.minuts: there is no 'minuts'",
            "minutes or trial_minutes?",
        ),
        ({"executor": "slurm", "executor.minutes": 0}, "executor.minutes=0 is refused", "greater than or equal to 1"),
        ({"experiment": "../x"}, "experiment=../x: there is no experiment '../x'", "tour, translation, ucr"),
        ({"tasks.digits.name": "../x"}, "tasks.digits.name='../x' is refused: it names a folder", ". _ + - ( )"),
        ({"models.gru.name": "a/b"}, "models.gru.name='a/b' is refused: it names a folder", ". _ + - ( )"),
        ({"trainer.tf32": True}, "trainer.tf32=true needs", "trainer.accelerator=gpu"),
        ({"requested": "x"}, "requested: there is no 'requested'", "?"),
        ({"found": "[x]"}, "found: there is no 'found'", "train, trainer, tuning"),
        ({"seds": 3}, "seds: there is no 'seds'", "did you mean seeds?"),
        ({"expermient": "memory"}, "expermient: there is no 'expermient'", "did you mean experiment?"),
        (
            {"trainer.step": 3},
            "trainer.step: there is no 'step' in trainer",
            "steps?",
        ),
        (
            {"trainer": {"step": 3}},
            "trainer.step: there is no 'step' in trainer",
            "steps?",
        ),
        ({"trianer.steps": 3}, "trianer.steps: there is no 'trianer'", "did you mean trainer or train?"),
        ({"statistics.confidense": 0.9}, "statistics.confidense: there is no 'confidense' in", "confidence?"),
        (
            {"models.gru.options.layer": 2},
            "models.gru.options.layer: there is no 'layer' in models.gru.options",
            "layers?",
        ),
        ({"models.gruu.options.layers": 2}, "models.gruu.options.layers: there is no 'gruu' in models", "gru?"),
        (
            {"tasks.japanese_vowels.options.size": 2},
            "tasks.japanese_vowels.options.size: there is no 'size'",
            "choose one of called, name",
        ),
        ({"recipe.dropout.rate": 2}, "recipe.dropout.rate: there is no 'rate' in recipe.dropout", "allowed here"),
        ({"augment.image.rotat": 4}, "augment.image.rotat: there is no 'rotat' in augment.image", "rotate_degrees?"),
        ({"seeds": 0}, "seeds=0 is refused: must be a whole number above 0, or auto", ""),
        ({"seeds": -3}, "seeds=-3 is refused: must be a whole number above 0, or auto", ""),
        ({"seeds": "five"}, "seeds='five' is refused: must be a whole number above 0, or auto", ""),
        ({"seeds": 2.5}, "seeds=2.5 is refused", ""),
        ({"seeds": ""}, "seeds='' is refused: must be a whole number above 0, or auto", ""),
        ({"budget.parameters": ""}, "budget.parameters=None is refused", ""),
        ({"budget.parameters": 5}, "budget.parameters=5 is refused: input should be greater than or equal to 100", ""),
        ({"budget.tolerance": 0.2}, "budget.tolerance=0.2 is refused: input should be less than or equal to 0.05", ""),
        ({"trainer.patience": 0}, "trainer.patience=0 is refused", ""),
        ({"executor.workers": -1}, "executor.workers=-1 is refused", ""),
        ({"recipe.learning_rate": ".nan"}, "recipe.learning_rate=nan is refused", ""),
        ({"recipe.learning_rate": "fast"}, "recipe.learning_rate='fast' is refused", ""),
        ({"recipe.optimizer": "adamm"}, "recipe.optimizer='adamm' is refused: input should be 'adamw', 'adam'", ""),
        ({"tasks.digits.modality": "video"}, "tasks.digits.modality='video' is refused: input should be 'image'", ""),
        ({"conditions": "{}"}, "conditions={} is refused", ""),
        (
            {"conditions": "{a: {recipe.dropout: {x: 1}}}"},
            "conditions.a.recipe.dropout={'x': 1} is refused: must be",
            "",
        ),
        ({"statistics": "strict"}, "statistics='strict' is refused", ""),
        (
            {"tasks": "copy_memory", "models": "fcn"},
            "no chosen model serves task copy_memory (synthetic, output per",
            "",
        ),
        (
            {"tasks": "copy_symbols", "models": "conv_seq2seq", "tasks.copy_symbols.score": "chrf_beam"},
            "task copy_symbols: chrf_beam is too slow to validate by",
            "choose chrf",
        ),
        ({"question": "${nowhere}"}, f"{CONF}: the configuration cannot be composed: ", ""),
    ],
    ids=str,
)
def test_a_mistake_is_answered_in_one_line(params, start, end):
    message = refusal(params)
    assert message.startswith(start)
    assert message.endswith(end)


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        (
            "recipe/default.yaml",
            ("dropout", "drop_out"),
            "recipe.drop_out: there is no such key; did you mean dropout?",
        ),
        ("recipe/default.yaml", ("name: default\n", ""), "recipe.name is missing: add it to the configuration"),
        ("model/gru.yaml", ("family: rnn", "family: RNN"), "models.gru.family='RNN' is refused: input should be 'cnn'"),
        (
            "model/gru.yaml",
            ("layers: 1", "layers: {a: 1}"),
            "models.gru.options.layers={'a': 1} is refused: must be true",
        ),
        ("model/gru.yaml", ("modalities", "modality"), "models.gru.modalit"),
        ("task/digits.yaml", ("loss: cross_entropy", "loss: 3"), "tasks.digits.loss=3 is refused"),
        ("augment/default.yaml", ("scale", "zoom"), "augment.image.zoom: there is no such key"),
        ("experiment/quickstart.yaml", ("lstm, gru", "lstmm, gru"), "the configuration cannot be composed"),
        (
            "experiment/quickstart.yaml",
            ("seeds: auto", "seeds_: 5"),
            "seeds_: there is no such key; did you mean seeds or first_seed?",
        ),
        ("experiment/quickstart.yaml", ("experiment: quickstart", "experiment: Schnell!"), "experiment='Schnell!' is"),
        ("experiment/quickstart.yaml", ("seeds: auto", "seeds: [5"), "the configuration cannot be composed"),
        ("task/digits.yaml", ("# @package tasks.digits\n", ""), "no such key"),
    ],
)
def test_a_mistake_in_a_file_is_answered_in_one_line_too(conf, file, change, expected):
    path = conf / file
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change))
    assert expected in refusal({}, conf)


def test_torch_is_not_imported_before_a_mistake_is_told():
    script = (
        "import sys; import cnn_vs_rnn, cnn_vs_rnn.config, cnn_vs_rnn.errors, cnn_vs_rnn.config_errors\n"
        "light = set(sys.modules)\n"
        "from pathlib import Path; from pipelines.config_loader import compose_experiment\n"
        "compose_experiment(Path('conf'), {'seeds': 3})\n"
        "slow = {'torch', 'pytorch_lightning', 'sklearn', 'aeon', 'kornia', 'pandas', 'scipy'}\n"
        "print(*sorted(slow & {name.partition('.')[0] for name in sys.modules}))\n"
        "print(*sorted({'hydra', 'kedro', 'mlflow', 'numpy'} & {name.partition('.')[0] for name in light}))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=CONF.parent)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "\n\n"


def test_the_nearest_names_are_offered_and_all_of_them_where_none_is_near():
    assert nearest("lsmt", ["gru", "lstm", "tcn"]) == "did you mean lstm?"
    assert nearest("zzz", ["tcn", "gru"]) == "choose one of gru, tcn"
    assert nearest("zzz", []) == "nothing is allowed here"
    assert nearest("resnet", ["resnet1d", "resnet2d", "tcn"]) == "did you mean resnet2d or resnet1d?"
