"""sheets: tables of office programs in and out. A subject declares a sheet as data
(`columns`), its look-ups and its load as one function (`cases`); reading (`reading`,
`headings`, `cells`, `frames`) and writing (`writing`, `blank`, `marked`) know no
database. An import is a run: checked first, mended on the page, then written whole or
not at all. Every list exports through `exports`, and every export is on record.

A07, A08, A09 as tables; domain 3.8, 9.1, 9.3, 9.4.
"""
