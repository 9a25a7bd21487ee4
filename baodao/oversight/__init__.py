"""oversight: directives 工作要求 of a prefecture, county or township to those below it
(A28): one duty for each addressee, with receipt, report, more time and what was sent
back; passed on level by level, so that the chain of responsibility can be read down to
the last one (A34).

The register of policy documents 文件 is beside them: `oversight.policies` (A04, L03).

A directive is its issuer's, an item its addressee's; what is owed of it is a duty.
"""
