"""Every layout and format is recognised as what it is, said, and read as it is meant."""

import numpy as np
import pandas as pd
import pytest
from made import found, images, ingested, long_table, series, sounds, texts, tsv, wide_table
from PIL import Image

from cnn_vs_rnn.own_data.inspect import inspect
from cnn_vs_rnn.own_data.request import OwnData


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tif"])
@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3)])
def test_class_folders_of_images(tmp_path, ending, mode, channels):
    task = ingested(images(tmp_path / "photos", ending=ending, mode=mode), tmp_path)
    assert (task.name, task.classes) == ("photos", ("class 0", "class 1"))
    assert (task.input.kind, task.input.channels, task.input.height, task.input.width) == ("image", channels, 12, 10)
    pool = task.pool()
    assert pool.inputs.dtype == np.uint8
    brightness = pool.inputs.mean(axis=(1, 2, 3))
    assert brightness[pool.targets == 1].min() > brightness[pool.targets == 0].max()


def test_images_of_any_kind_become_bytes_of_one_size(tmp_path):
    root = images(tmp_path / "photos", mode="RGB")
    Image.fromarray(np.full((40, 30), 65535, np.uint16)).save(root / "class 1/deep.png")
    Image.new("RGBA", (5, 5), (0, 0, 0, 0)).save(root / "class 1/clear.png")
    Image.new("P", (9, 9)).save(root / "class 0/palette.png")
    Image.new("1", (9, 9)).save(root / "class 0/binary.png")
    request = OwnData(path=str(root), height=8, width=8, colour=False)
    assert "resized to 8x8 pixels" in inspect(request).said[0]
    task = ingested(root, tmp_path, height=8, width=8, colour=False)
    assert not task.card().quarantined
    everything = np.concatenate([task.pool().inputs, task.test().inputs])
    assert everything.shape == (20, 1, 8, 8)
    assert (everything == 255).all(axis=(1, 2, 3)).sum() == 2  # the deep white one, and the clear one on white


def test_parts_on_top_of_class_folders_are_honoured(tmp_path):
    random = np.random.default_rng(0)
    for part, each in (("training", 6), ("val", 3), ("test", 4)):
        for label in ("a", "b"):
            (tmp_path / "photos" / part / label).mkdir(parents=True)
            for number in range(each):
                pixels = random.integers(0, 255, (8, 8)).astype(np.uint8)
                Image.fromarray(pixels).save(tmp_path / "photos" / part / label / f"{number}.png")
    config = found(tmp_path / "photos")
    task = ingested(tmp_path / "photos", tmp_path)
    assert config.test_fraction is None
    assert (task.pool_samples, task.test_samples, task.classes) == (18, 8, ("a", "b"))
    split = task.split(config, 3)
    assert (len(split.train), len(split.valid), split.test) == (12, 6, None)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
def test_class_folders_of_sound(tmp_path, ending):
    root = sounds(tmp_path / "tones", ending=ending, rates=(8000, 16000))
    said = inspect(OwnData(path=str(root))).said
    assert "recorded at 2 different rates, all taken at 8,000 Hz" in said[0]
    task = ingested(root, tmp_path)
    assert task.input.channels == 40
    pool = task.pool()
    loudest = pool.inputs.mean(axis=1).argmax(axis=1)  # the band of each tone
    assert (
        loudest[pool.targets == task.classes.index("low")].max()
        < loudest[pool.targets == task.classes.index("high")].min()
    )


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_tables_of_text(tmp_path, ending):
    path = tmp_path / f"Film Reviews.{ending}"
    table = texts()
    if ending == "parquet":
        table.to_parquet(path)
    elif ending == "jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        table.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    said = inspect(OwnData(path=str(path))).said
    assert "24 texts in column 'review', labels in 'mood'" in said[0]
    task = ingested(path, tmp_path)
    assert (task.name, task.classes, task.input.kind) == ("film_reviews", ("bad", "good"), "tokens")
    pool = task.pool()
    fine = task.vocabulary.index("fine")
    np.testing.assert_array_equal((pool.inputs == fine).any(axis=1), pool.targets == 1)


def test_columns_may_be_named_and_split_and_group_are_honoured(tmp_path):
    table = texts(40).rename(columns={"review": "b", "mood": "a"})
    table["note"] = [f"some other words of {at} and more and more and more" for at in range(40)]
    table["split"] = ["test" if at < 10 else "valid" if at < 20 else "train" for at in range(40)]
    table["group"] = [f"g{at // 4}" for at in range(40)]
    table.to_csv(tmp_path / "t.csv", index=False)
    task = ingested(tmp_path / "t.csv", tmp_path, text_column="b", label_column="a")
    assert (task.pool_samples, task.test_samples, task.classes) == (30, 10, ("bad", "good"))
    config = found(tmp_path / "t.csv", text_column="b", label_column="a")
    assert len(task.split(config, 0).valid) == 10
    assert len(set(task.groups())) == 8


def test_a_numeric_label_is_regression_and_a_rare_class_is_weighted(tmp_path):
    table = texts(60)
    table.assign(mood=np.linspace(0, 1000, 60) ** 1.5).to_csv(tmp_path / "r.csv", index=False)
    config = found(tmp_path / "r.csv", label_column="mood")
    assert (config.loss, config.score, config.also, config.scale_targets) == ("mse", "mse", ("mae",), True)
    assert ingested(tmp_path / "r.csv", tmp_path, label_column="mood").classes == ()
    table.assign(mood=["rare" if at < 4 else "usual" for at in range(60)]).to_csv(tmp_path / "i.csv", index=False)
    config = found(tmp_path / "i.csv")
    assert (config.score, config.also, config.balanced) == ("macro_f1", ("accuracy",), True)


def test_single_words_are_read_by_character(tmp_path):
    words = [f"{stem}{at}" for at in range(30) for stem in ("abc", "xyz")]
    pd.DataFrame({"text": words, "label": ["a", "x"] * 30}).to_csv(tmp_path / "w.csv", index=False)
    assert "read by characters" in inspect(OwnData(path=str(tmp_path / "w.csv"))).said[3]
    assert "a" in ingested(tmp_path / "w.csv", tmp_path).vocabulary


@pytest.mark.parametrize("layout", ["npz", "npy", "tsv", "ts", "parts"])
def test_series_in_files(tmp_path, layout):
    x, y = series(count=24, steps=12)
    root = tmp_path / "own"
    root.mkdir()
    if layout == "npz":
        np.savez(root / "waves.npz", X=x, y=y)
    elif layout == "parts":
        np.savez(root / "waves.npz", x_train=x[:16], y_train=y[:16], x_test=x[16:], y_test=y[16:])
    elif layout == "npy":
        np.save(root / "X.npy", x[..., None])
        np.save(root / "y.npy", y)
    elif layout == "tsv":
        tsv(root / "waves.tsv", x, y)
    else:
        lines = [",".join(f"{value:.4f}" for value in row) + f":{label}" for row, label in zip(x, y, strict=True)]
        head = ["problemName w", "timeStamps false", "univariate true", "equalLength true", "seriesLength 12"]
        head += ["classLabel true 0 1", "data"]
        (root / "waves.ts").write_text("\n".join([*(f"@{line}" for line in head), *lines]) + "\n")
    path = {"npy": root / "X.npy"}.get(layout, root / f"waves.{'npz' if layout == 'parts' else layout}")
    task = ingested(path, tmp_path)
    assert (task.classes, task.input.length, task.input.channels) == (("0", "1"), 12, 1)
    assert (task.pool_samples, task.test_samples) == ((16, 8) if layout == "parts" else (19, 5))
    everything = np.concatenate([task.pool().inputs, task.test().inputs])[..., 0]
    np.testing.assert_allclose(np.sort(everything, axis=0), np.sort(x, axis=0), atol=1e-4)


def test_a_train_and_a_test_file_are_found_from_either_and_from_their_folder(tmp_path):
    x, y = series(count=24)
    root = tmp_path / "Waves"
    root.mkdir()
    tsv(root / "Waves_TRAIN.tsv", x[:16], y[:16])
    tsv(root / "Waves_TEST.tsv", x[16:], y[16:])
    for path in (root, root / "Waves_TRAIN.tsv", root / "Waves_TEST.tsv"):
        task = ingested(path, tmp_path / path.name)
        assert (task.pool_samples, task.test_samples) == (16, 8)


def test_channels_may_come_before_time_which_is_said(tmp_path):
    x, y = series(count=20, steps=30)
    np.savez(tmp_path / "m.npz", X=np.stack([x, 2 * x, 3 * x], axis=1), y=y)
    said = inspect(OwnData(path=str(tmp_path / "m.npz"))).said
    assert said[0] == "20 series of 30 steps, 3 channels"
    assert "X taken for (sample, channel, time)" in said[1]


def test_a_long_table(tmp_path):
    table = long_table().sample(frac=1, random_state=0)  # in any order
    table.to_csv(tmp_path / "long.csv", index=False)
    task = ingested(tmp_path / "long.csv", tmp_path)
    assert (task.input.channels, task.input.length, task.input.variable, task.classes) == (2, 11, True, ("x", "y"))
    pool = task.pool()
    for inputs, target in zip(pool.inputs, pool.targets, strict=True):
        np.testing.assert_allclose(inputs[:9, 0], np.sin(np.arange(9) * (target + 1)), atol=1e-6)


def test_a_wide_table_is_forecast_in_the_order_of_time(tmp_path):
    wide_table().sample(frac=1, random_state=0).to_csv(tmp_path / "wide.csv", index=False)
    config = found(tmp_path / "wide.csv", horizon=6, label_column="load")
    assert (config.output, config.options["window"], config.options["period"]) == ("forecast", 48, 24)
    task = ingested(tmp_path / "wide.csv", tmp_path, horizon=6, label_column="load")
    assert task.output.forecast.channels == (0,)
    test = task.test()
    after = np.arange(300)[-6:]
    np.testing.assert_allclose(test.targets[-1], np.sin(after * 2 * np.pi / 24), atol=1e-5)
    np.testing.assert_allclose(test.inputs[-1, :, 0], np.sin(np.arange(246, 294) * 2 * np.pi / 24), atol=1e-5)


def test_changed_files_are_another_task(tmp_path):
    root = images(tmp_path / "photos")
    before = found(root)
    assert found(root) == before
    Image.new("L", (12, 10)).save(root / "class 0/new.png")
    assert found(root).options["digest"] != before.options["digest"]
