"""exchange: three lists, agreements, cooperation projects, key problems, joint meetings, part-time members (L05, L09, L10, L15, L18–L26, A32, A33; domain 6.5, 6.6)."""
