"""demo: three presets of a whole deployment (A05, A16, L16): the real places of 阿里
or 潞州 with invented units' people, orders and histories, or nothing at all.

Everything goes through the same plans and the same access table as real work, in
memory (`acts.bulk.Batch`), and is written by COPY in one transaction. The same seed
gives the same names, texts and states.
"""
