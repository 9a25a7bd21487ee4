"""The register of policy documents 文件 (A04, L03): plans and notices with their number,
version, effective date and scope, the text in numbered clauses with who is responsible,
receipts of everybody below, and links from clauses to the settings, duties and rules that
rest on them (`places.basis`).

A version is a row; what is written of a draft is changed, what is published never is.
"""
