"""councils: joint meetings with resolutions, part-time committee members, federations
党建联合体, and the estate roles with terms and vacancies (L19–L23; domain 6.6)."""
