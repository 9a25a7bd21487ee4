"""What a need is about, guessed from its words, so that one tap makes it an order: at a
visit, in a survey."""

# The kind of service a need is about, guessed from its words so that one tap makes it
# an order; whoever verifies the order may correct it. The first that fits counts.
_NEEDS = (
    ("health", ("看病", "药", "眼镜", "花镜", "体检", "医院", "血压", "轮椅", "护理")),
    ("repair", ("修", "水管", "漏", "灯", "门锁", "马桶", "烟道", "电路", "炉")),
    ("study", ("孩子", "作业", "上学", "辅导", "学费", "书包")),
    ("disabled", ("残疾", "无障碍", "残联")),
    ("law", ("法律", "官司", "合同", "赔")),
    ("mediation", ("邻居", "吵", "纠纷", "矛盾")),
    ("jobs", ("工作", "就业", "打工", "招聘")),
    ("policy", ("政策", "低保", "医保", "社保", "补贴", "养老金", "证")),
    ("environment", ("垃圾", "路灯", "路面", "下水", "噪声", "绿化")),
    ("elder", ("手机", "缴费", "做饭", "买菜", "打扫", "陪")),
    ("culture", ("唱", "跳舞", "下棋", "活动")),
)


def category_of(words: str) -> str:
    """The category of orders that a need in a household's words belongs to."""
    for code, said in _NEEDS:
        if any(word in words for word in said):
            return code
    return "other"
