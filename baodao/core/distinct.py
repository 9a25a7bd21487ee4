"""What millions of rows have in a few hundred different wordings, kept beside them once
each: words are looked for there, not in the millions."""

import pgtrigger


def kept_once(name: str, table: str, *columns: str) -> pgtrigger.Trigger:
    """The trigger of a table of which `table` keeps every combination of these columns,
    the same names there, unique together. For columns that are never changed. In one
    order, so that two writers of the same new ones do not wait for each other in a ring."""
    listed = ", ".join(f'"{c}"' for c in columns)
    new_rows = pgtrigger.Referencing(new="new_rows")  # type: ignore[no-untyped-call]
    known = " AND ".join(f't."{c}" = n."{c}"' for c in columns)
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=new_rows,
        func=(
            f'INSERT INTO "{table}" ({listed}) '
            f"SELECT * FROM (SELECT DISTINCT {listed} FROM new_rows) n "
            f'WHERE NOT EXISTS (SELECT FROM "{table}" t WHERE {known}) '
            f"ORDER BY {listed} ON CONFLICT DO NOTHING; RETURN NULL;"
        ),
    )
