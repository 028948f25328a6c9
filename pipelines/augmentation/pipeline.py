"""ingested -> prepared, previews"""

from kedro.pipeline import Pipeline, node

from pipelines.augmentation.nodes import preview_augmentation, split_and_scale


def create_pipeline() -> Pipeline:
    """Fit scaling, then draw what it and the augmentation make of the data."""
    return Pipeline(
        [
            node(
                split_and_scale,
                ["params:contest", "ingested", "params:rooms"],
                "prepared",
                name="split_and_scale",
            ),
            node(
                preview_augmentation,
                ["params:contest", "prepared", "params:rooms"],
                "previews",
                name="preview_augmentation",
            ),
        ]
    )
