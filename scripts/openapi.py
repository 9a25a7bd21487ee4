"""Writes docs/openapi.json, the description of the API that is committed and compared."""

import json
import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baodao.config.settings")

import django

django.setup()

from baodao.config.api import api

path = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
text = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1)
path.write_text(text + "\n")
