"""scoring: dated rules turn records into score entries; a card is a pure function of
entries and rules, recomputable to the byte. Rule sets, cards, proposed deductions with
the subject's answer, appeals, yearly evaluation and feedback cards, health check.

Points come only from service that a person confirmed, never from use of the software;
nobody is ranked; deductions and grades come after notice and answer, and a person
decides them (domain 0.1, 9.6). L12–L14, L42–L49, A22–A25, A31."""
