"""tokens: what lets a program act as one person in one role over the API, and the short
way its requests take."""
