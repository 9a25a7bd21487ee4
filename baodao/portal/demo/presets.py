"""What differs between the presets: files, sizes, and who the demo people are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Sizes:
    """How much of everything a preset has. `wishes` and `problems` are those that
    residents confirmed as solved: (unit channel, residence channel)."""

    members: int
    households: int
    wishes: tuple[int, int]
    problems: tuple[int, int]
    partly: int
    unsolved: int
    sides: int  # rejected, merged, withdrawn, transferred, unanswered: each so many
    open_near: int
    open_far: int
    # Activities of the year, (sessions, person-times) by channel.
    unit_activities: tuple[int, int]
    home_activities: tuple[int, int]


@dataclass(frozen=True)
class Preset:
    """`cast`: role → (name of the demo person, code of the place); `homes`: share of
    Tibetan names; `grids`: community code → (grids, how many are contact points)."""

    code: str
    regions: str
    units: str
    root: str
    seat: tuple[str, ...]
    centre: tuple[float, float]
    area_code: str
    tibetan: int
    languages: tuple[str, ...]
    demo_unit: str
    main: str
    near: tuple[str, ...]
    cast: Mapping[str, tuple[str, str]]
    grids: Mapping[str, tuple[int, int]]
    more_points: tuple[str, ...]
    sizes: Sizes
    superior: str
    pull: float  # of the demo community on units; others have about 1.2
    since: date = date(2025, 12, 1)
    # Whether every member has reported in somewhere, as the source says of Luzhou.
    everybody_came: bool = False


ALI = Preset(
    code="ali",
    regions="regions_ali.csv",
    units="units_ali.csv",
    root="5425",
    seat=("542523100001", "542523100002", "542523100003"),
    centre=(80.10, 32.50),
    area_code="0897",
    tibetan=72,
    languages=("zh", "bo"),
    demo_unit="地区住建局",
    main="542523100001",
    near=("542523100002", "542523100003", "542523100201"),
    cast={
        "community_worker": ("卓嘎", "542523100001"),
        "community_secretary": ("达瓦次仁", "542523100001"),
        "grid_worker": ("次仁卓玛", "542523100001-G003"),
        "township_party": ("尼玛扎西", "542523100"),
        "practice_center": ("德吉央宗", "542523100"),
        "county_org": ("罗布次仁", "542523"),
        "prefecture_org": ("丹增平措", "5425"),
        "system_admin": ("旺堆", "5425"),
        "unit_secretary": ("旦增罗布", ""),
        "member": ("格桑", ""),
    },
    grids={
        "542523100001": (6, 6),
        "542523100002": (5, 5),
        "542523100003": (4, 4),
        "542521100001": (3, 3),
        "542522100001": (3, 3),
        "542525100001": (3, 2),
        "542525100002": (2, 2),
        "542526100001": (3, 2),
        "542526100002": (2, 1),
        "542526100003": (2, 2),
        "542527100001": (3, 2),
        "542527100002": (2, 1),
    },
    more_points=(
        "542523100201", "542524100202", "542521100204", "542525100202", "542526100202",
    ),
    sizes=Sizes(9500, 1200, (450, 210), (340, 40), 110, 45, 25, 96, 130, (9100, 19650), (7100, 16900)),
    superior="西藏自治区",
    pull=2.0,
)  # fmt: skip

LUZHOU = Preset(
    code="luzhou",
    regions="regions_luzhou.csv",
    units="units_luzhou.csv",
    root="140403",
    seat=(),
    centre=(113.12, 36.20),
    area_code="0355",
    tibetan=0,
    languages=("zh",),
    demo_unit="市住建局",
    main="140403007002",
    near=("140403007010", "140403007003", "140403007001"),
    cast={
        "community_worker": ("李瑞芳", "140403007002"),
        "community_secretary": ("王建军", "140403007002"),
        "grid_worker": ("张秀兰", "140403007002-G003"),
        "township_party": ("赵志刚", "140403007"),
        "practice_center": ("陈晓燕", "140403007"),
        "county_org": ("刘振华", "140403"),
        "prefecture_org": ("郭永强", "1404"),
        "system_admin": ("韩磊", "140403"),
        "unit_secretary": ("苗慧芳", ""),
        "member": ("杨晓东", ""),
    },
    grids={"140403007002": (5, 0), "140403007010": (4, 0), "140403007003": (3, 0)},
    more_points=(),
    sizes=Sizes(2153, 600, (220, 90), (100, 20), 35, 15, 8, 70, 30, (2260, 6480), (1180, 3930)),
    superior="山西省",
    pull=4.5,
    everybody_came=True,
)  # fmt: skip

PRESETS = {"ali": ALI, "luzhou": LUZHOU}
