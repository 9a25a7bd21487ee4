"""api: what every subject's `api.py` stands on: tokens that act in one role, problem
answers, paging. The routes themselves are the subjects'; `config.api` puts them
together under /api/v1/."""
