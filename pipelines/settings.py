"""Kedro's settings: https://docs.kedro.org/en/stable/configure/"""

from pipelines.config_loader import HydraConfigLoader
from pipelines.hooks import ProjectHooks

CONFIG_LOADER_CLASS = HydraConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"mlflow": ["mlflow*"]},
}
HOOKS = (ProjectHooks(),)
