"""Labels of the resident pages in Tibetan. 待母语者审核: every line waits for the
review of a native speaker; what is not here stays Chinese, so that nobody is shown
a sentence that nobody has checked. Only short labels, never a sentence with figures
or deadlines in it."""

REVIEWED = False

WORDS: dict[str, str] = {
    "您有什么事要办？": "ཁྱེད་ལ་བྱ་བ་ཅི་ཡོད།",
    "您要办什么事？": "ཁྱེད་ལ་བྱ་བ་ཅི་ཡོད།",
    "提一个心愿": "རེ་བ་ཞིག་འདོན་པ།",
    "修家里的东西": "ཁྱིམ་གྱི་ཅ་ལག་བཟོ་བཅོས།",
    "看病配药": "ནད་བསྟེན་པ་དང་སྨན།",
    "学用手机": "ཁ་པར་སྤྱོད་སྟངས་སྦྱོང་བ།",
    "找工作": "ལས་ཀ་འཚོལ་བ།",
    "老人的事": "རྒན་པའི་བྱ་བ།",
    "孩子的事": "བྱིས་པའི་བྱ་བ།",
    "别的事": "བྱ་བ་གཞན།",
    "急不急？": "ཛ་དྲག་ཡིན་ནམ།",
    "不急": "ཛ་དྲག་མིན།",
    "电话": "ཁ་པར།",
    "称呼": "མིང་།",
    "住处": "སྡོད་གནས།",
    "打电话说": "ཁ་པར་བརྒྱབ་ནས་ཤོད།",
    "请社区打给我": "ང་ལ་ཁ་པར་གཏོང་རོགས།",
    "下一步": "གོམ་པ་རྗེས་མ།",
    "返回": "ཕྱིར་ལོག",
    "查询码": "འཚོལ་ཨང་།",
    "查询": "འཚོལ་བ།",
    "办好了吗？": "འགྲུབ་སོང་ངམ།",
    "办好了": "འགྲུབ་སོང་།",
    "办了一部分": "ཁ་ཤས་འགྲུབ་སོང་།",
    "没办好": "མ་འགྲུབ།",
    "谢谢您": "ཐུགས་རྗེ་ཆེ།",
    "帮助": "རོགས་རམ།",
}


def say(text: str, language: str) -> str:
    """The label in the visitor's language; Chinese where it is not translated."""
    return WORDS.get(text, text) if language == "bo" else text
