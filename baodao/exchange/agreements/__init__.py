"""Agreements 共建协议 between one community and its units (L15, L18; domain 6.6): draft,
signed by each unit and then by the community, filed by the township, in force for a
year; what each item promises becomes duties, which deeds fulfil."""
