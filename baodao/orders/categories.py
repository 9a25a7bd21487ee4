"""The twelve categories a new deployment starts with (domain 6.7) and the care each
belongs to (A03). They are rows: districts add and change them on the page."""

from typing import Any

ROWS = [
    # code, title, care, functions, skills, icon, resident's word, by phone
    ("policy", "政策宣传", "thought", ["party", "employment", "finance"], ["policy", "tibetan"], "speakerphone", "问政策", True),
    ("elder", "助老", "life", ["civil_affairs", "health"], ["phone_help", "cooking", "cleaning", "driving"], "old", "老人的事", False),
    ("disabled", "助残", "life", ["civil_affairs", "health"], ["driving", "cleaning", "repair"], "disabled", "残疾人的事", False),
    ("study", "助学与未成年人", "spirit", ["education", "culture"], ["tutoring", "sports"], "school", "孩子的事", False),
    ("health", "医疗健康", "life", ["health"], ["medical", "counsel", "driving"], "stethoscope", "看病配药", False),
    ("law", "法律", "thought", ["justice"], ["law"], "scale", "问法律", True),
    ("repair", "家政维修", "life", ["housing", "utilities", "fire_safety"], ["repair", "plumbing", "electric"], "tool", "修家里的东西", False),
    ("environment", "环境", "life", ["environment", "housing", "transport"], ["cleaning"], "trees", "路灯、垃圾、路面", False),
    ("culture", "文体", "spirit", ["culture", "education"], ["sports"], "music", "唱歌跳舞、活动", False),
    ("mediation", "矛盾调解", "thought", ["justice", "civil_affairs"], ["mediation", "law"], "messages", "邻里的事", False),
    ("jobs", "就业", "life", ["employment"], ["writing", "policy"], "briefcase", "找工作", True),
    ("other", "其他", "life", [], [], "dots", "别的事", False),
]  # fmt: skip


def seed(model: Any) -> None:
    """Write the categories that are missing. `model` is `Category`, or its
    historical form in a migration."""
    model.objects.bulk_create(
        [
            model(
                code=code, title=title, care=care, functions=functions, skills=skills,
                icon=icon, resident_word=word, by_phone=by_phone, position=i,
            )
            for i, (code, title, care, functions, skills, icon, word, by_phone)
            in enumerate(ROWS)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
