"""api: what every subject's `api.py` stands on: shapes of input, problem answers,
paging, one operation per act. The routes themselves are the subjects'; `config.api`
puts them together under /api/v1/ and says who may call (`tokens.auth`)."""
