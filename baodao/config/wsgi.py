"""WSGI entry: pages and API."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baodao.config.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # what the first request would import

# A collection of the whole heap stops a process for a tenth of a second, every dozen
# pages; what the program itself consists of never becomes garbage.
gc.collect()
gc.freeze()
