"""The console command `baodao`: run a deployment and look after it.

Each verb is one function in `verbs`; what it does lives in `baodao.platform`.
"""

from baodao.cli.verbs import main

__all__ = ["main"]
