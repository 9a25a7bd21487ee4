def build(w):
    return 0
