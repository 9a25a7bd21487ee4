"""Pages of pairings: the community's list and suggestion, one bond, the member's own
household, and the household's page behind its link."""
