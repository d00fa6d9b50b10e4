"""The contracts of imports in pyproject.toml name every module there is; import-linter holds the modules to them."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONTRACTS = {
    one["name"]: one
    for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


def modules(package: str) -> set[str]:
    found = [one for one in (ROOT / package).iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()]
    return {f"{package}.{one.stem}" for one in found} - {f"{package}.__init__"}


def test_every_module_of_the_engine_stands_in_a_layer() -> None:
    layers = CONTRACTS["Imports go one way (docs/architecture.md)"]["layers"]
    assert modules("engine") <= {name for layer in layers for name in layer.split(" | ")}


def test_every_module_of_the_flows_but_one_is_kept_from_prefect() -> None:
    kept = CONTRACTS["Only flows.deployments imports Prefect"]["source_modules"]
    assert modules("flows") - {"flows.deployments"} <= set(kept)
