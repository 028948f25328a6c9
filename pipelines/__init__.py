"""The Kedro application: wiring of the library, and the glue to Hydra, MLflow and DVC."""
