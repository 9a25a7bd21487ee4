"""What people choose from on the pages of units and members: code → Chinese."""

UNIT_KINDS = {
    "organ": "机关",
    "institution": "事业单位",
    "state_enterprise": "国有企业",
    "mass": "群团组织",
    "other": "其他",
}
AFFILIATIONS = {
    "local": "地方直属",
    "regional": "区（省）直",
    "central": "中直",
    "central_soe_branch": "央企分支机构",
}
UNIT_STATUS = {"active": "正常", "merging": "合并中", "dissolved": "已撤销"}
ORG_KINDS = {
    "committee": "党委",
    "general_branch": "党总支",
    "branch": "党支部",
    "group": "党组",
}
MEMBER_KINDS = {
    "in_service": "在职党员",
    "community": "社区党员",
    "retired": "退休党员",
    "floating": "流动党员",
}
DUTY_STATUS = {
    "on_duty": "在岗",
    "exempt": "免责期",
    "seconded_away": "借调外出",
    "retired": "已退休",
    "left": "已离开",
}
EXEMPTION_KINDS = {
    "illness": "长期病休",
    "disability": "残疾",
    "maternity": "孕产",
    "remote_posting": "驻村或外派",
    "secondment": "借调",
    "study": "脱产学习",
}
# Codes shared by units (functions) and order categories: domain 6.7.
FUNCTIONS = {
    "housing": "住房城建",
    "health": "医疗健康",
    "education": "教育",
    "civil_affairs": "民政",
    "justice": "司法公安",
    "employment": "人社就业",
    "transport": "交通运输",
    "utilities": "水电气暖",
    "environment": "环境卫生",
    "culture": "文化体育",
    "agriculture": "农牧水利",
    "finance": "财税金融",
    "telecom": "通信邮政",
    "fire_safety": "消防应急",
    "commerce": "商务市场",
    "party": "党务综合",
}
SKILLS = {
    "repair": "家电维修",
    "plumbing": "水暖管道",
    "electric": "电工",
    "medical": "医护",
    "counsel": "心理疏导",
    "law": "法律咨询",
    "tutoring": "课业辅导",
    "phone_help": "教用手机",
    "driving": "驾驶",
    "tibetan": "藏语",
    "writing": "文书",
    "sports": "文体",
    "mediation": "调解",
    "cooking": "做饭",
    "cleaning": "打扫",
    "policy": "政策讲解",
}
# The codes of the service categories (domain 6.7), which orders keep as rows.
SERVICE_CLASSES = {
    "policy": "政策宣传",
    "elder": "助老",
    "disabled": "助残",
    "study": "助学与未成年人",
    "health": "医疗健康",
    "law": "法律",
    "repair": "家政维修",
    "environment": "环境",
    "culture": "文体",
    "mediation": "矛盾调解",
    "jobs": "就业",
}
AVAILABILITY = {
    "weekday_evening": "工作日晚上",
    "weekend_day": "周末白天",
    "weekend_evening": "周末晚上",
    "noon": "中午",
    "any": "都可以",
}
