"""The three surveys that a new deployment starts with. They are rows (`Template`)."""

from typing import Any

_Q = dict[str, Any]


def _one(key: str, label: str, options: str, **more: Any) -> _Q:
    rows = [[f"o{n}", text] for n, text in enumerate(options.split(), 1)]
    return {"key": key, "kind": "one", "label": label, "options": rows, **more}


def _many(key: str, label: str, options: str, **more: Any) -> _Q:
    return {**_one(key, label, options, **more), "kind": "many"}


def _ask(key: str, kind: str, label: str, **more: Any) -> _Q:
    return {"key": key, "kind": kind, "label": label, **more}


ROWS: list[tuple[str, str, str, list[_Q]]] = [
    (
        "needs", "居民需求摸底",
        "了解每一户最想解决什么、愿意参加什么，好安排单位和党员来服务。",
        [
            _ask("q1", "number", "家里常住几口人", required=True),
            _many("q2", "家里有没有要多照看的人", "六十岁以上 十四岁以下 行动不便 长期一个人住 没有",
                  help="只记有没有，不记姓名和病情。"),
            _many("q3", "最希望社区帮什么", "看病配药 老人吃饭照料 孩子课后照看 家里维修 找工作 邻里调解 办证办事 文体活动",
                  required=True),
            _one("q4", "对社区服务满意吗", "满意 还可以 不满意", required=True),
            _ask("q5", "text", "哪里不满意", only_if=["q4", "o3"]),
            _one("q6", "喜欢怎么收到通知", "电话 微信群 楼道张贴 上门说"),
            _many("q7", "愿意参加什么", "志愿服务 文体活动 议事会 都不参加"),
            _ask("q8", "text", "还有什么想说的"),
        ],
    ),
    (
        "old_estate", "老旧小区与独居老人摸底",
        "看看老楼哪里要修、哪些老人需要常去看望，先办最急的。",
        [
            _one("q1", "住的楼大约什么时候建的", "2000年以前 2000到2010年 2010年以后 不清楚", required=True),
            _many("q2", "楼里哪些地方不好", "漏雨渗水 下水不畅 电线老化 楼道灯坏 没有扶手 都还好", required=True),
            _ask("q3", "yesno", "希望加装电梯或扶手吗"),
            _ask("q4", "yesno", "家里有六十岁以上老人吗", required=True),
            _one("q5", "老人平时和谁住", "自己一个人 和老伴 和儿女 别人照看", only_if=["q4", "yes"], required=True),
            _one("q6", "多久有人来看望一次", "每天 每周 每月 很少", only_if=["q4", "yes"]),
            _many("q7", "老人最需要什么", "上门看望 送餐 陪同看病 打扫 修家里东西 学用手机 暂时不用", only_if=["q4", "yes"]),
            _ask("q8", "text", "还有什么想说的"),
        ],
    ),
    (
        "members", "党员特长与岗位意愿摸底",
        "摸清住在这里的党员会什么、什么时候有空，好认岗、好派单。",
        [
            _ask("q1", "number", "家里有几名党员", required=True),
            _many("q2", "会什么", "水电维修 医护 法律 辅导作业 调解 文艺 写作 驾驶 会藏语 别的"),
            _many("q3", "愿意认什么岗", "政策宣传 平安巡防 矛盾调解 环境卫生 助老助残 课业辅导 文体活动 应急救援"),
            _many("q4", "什么时候有空", "工作日白天 工作日晚上 周末 节假日"),
            _ask("q5", "yesno", "愿意结对联系一户吗"),
            _ask("q6", "text", "还有什么想说的"),
        ],
    ),
]  # fmt: skip


def seed(model: Any) -> None:
    """Write those that are missing. `model` is `Template`, or its historical form in a
    migration."""
    model.objects.bulk_create(
        [
            model(code=code, title=title, why=why, questions=questions, position=n)
            for n, (code, title, why, questions) in enumerate(ROWS)
        ],
        ignore_conflicts=True,
    )
