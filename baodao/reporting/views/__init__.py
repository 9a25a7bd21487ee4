"""Pages of report-in: staff, unit, member, figures, print."""
