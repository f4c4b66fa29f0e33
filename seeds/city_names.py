"""Names of a seeded city: places, streets, estates, units and people. All invented; none is a register of anything."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Town:
    """A part of an area where things stand: its name, its middle, and its share of the area."""

    name: str
    lat: float
    lon: float
    weight: float


@dataclass(frozen=True)
class Place:
    """An area with its short name, towns, and shares of the city's elevators and of its people."""

    code: str
    division: str
    short: str
    elevators: float
    people: float
    towns: tuple[Town, ...]


PLACES = (
    Place(
        "341302", "341302", "埇桥", 0.40, 0.30,
        (
            Town("城区", 33.6402, 116.9689, 0.82),
            Town("符离镇", 33.7402, 116.9790, 0.07),
            Town("大泽乡镇", 33.4560, 117.1030, 0.05),
            Town("夹沟镇", 33.9060, 117.0440, 0.06),
        ),
    ),
    Place(
        "341321", "341321", "砀山", 0.11, 0.14,
        (
            Town("砀城镇", 34.4268, 116.3511, 0.86),
            Town("李庄镇", 34.4090, 116.5000, 0.08),
            Town("葛集镇", 34.5350, 116.4480, 0.06),
        ),
    ),
    Place(
        "341322", "341322", "萧县", 0.14, 0.21,
        (
            Town("龙城镇", 34.1887, 116.9472, 0.84),
            Town("黄口镇", 34.3830, 116.6600, 0.09),
            Town("杨楼镇", 34.3300, 116.8000, 0.07),
        ),
    ),
    Place(
        "341323", "341323", "灵璧", 0.11, 0.18,
        (
            Town("灵城镇", 33.5486, 117.5590, 0.86),
            Town("渔沟镇", 33.8090, 117.5400, 0.07),
            Town("韦集镇", 33.2930, 117.4560, 0.07),
        ),
    ),
    Place(
        "341324", "341324", "泗县", 0.10, 0.13,
        (
            Town("泗城镇", 33.4829, 117.9106, 0.88),
            Town("屏山镇", 33.5620, 117.7780, 0.06),
            Town("草沟镇", 33.2810, 117.8530, 0.06),
        ),
    ),
    Place("341371", "341302", "宿马园区", 0.03, 0.01, (Town("宿马园区", 33.5560, 116.9600, 1.0),)),
    Place("341372", "341302", "宿州经开区", 0.07, 0.02, (Town("经开区", 33.6120, 117.0300, 1.0),)),
    Place("3413GX", "341302", "宿州高新区", 0.04, 0.01, (Town("高新区", 33.6080, 116.9200, 1.0),)),
)  # fmt: skip
PLACE = {place.code: place for place in PLACES}

ROADS = (
    "汴河", "淮河", "银河", "胜利", "人民", "东昌", "西昌", "雪枫", "磬云", "纺织", "港口", "道东", "南海", "北苑",
    "拂晓", "光彩", "迎宾", "梨园", "虹乡", "泗州", "龙山", "凤山", "皇藏", "钟馗", "霸王", "垓下", "奇石", "运河",
    "建设", "和平", "朝阳", "长江", "黄河", "通济", "唐河", "新汴", "沱河", "濉河", "奎河", "岱河",
)  # fmt: skip
ROAD_PARTS = ("路", "路", "路", "中路", "东路", "西路", "大道", "街")
ESTATE_HEADS = (
    "翠湖", "金色", "东方", "锦绣", "阳光", "幸福", "书香", "滨河", "凤凰", "梧桐", "紫荆", "兰亭", "观澜", "御景",
    "盛世", "龙腾", "华夏", "汇金", "恒泰", "瑞丰", "祥和", "丽水", "绿都", "春江", "云谷", "学府", "尚城", "国购",
    "银河", "雅居", "君临", "碧水", "望江", "嘉和", "福临", "中央", "天鹅", "水岸", "桃源", "玉兰",
)  # fmt: skip
ESTATE_TAILS = (
    "花园", "家园", "小区", "新城", "名邸", "国际", "公馆", "世家", "华府", "雅苑", "豪庭", "嘉园", "一品", "里",
    "湾", "城", "府", "苑",
)  # fmt: skip
FIRM_HEADS = (
    "嘉诚", "恒信", "安捷", "永泰", "金盾", "中邦", "宏远", "利民", "百川", "鼎立", "新航", "华瑞", "万家", "同心",
    "众安", "正阳", "顺达", "博远", "天元", "信义", "福安", "佳美", "德润", "联创", "佰利", "乐居", "瑞景", "益民",
    "凯旋", "泰和", "兴业", "方圆", "瑞安", "晨光", "启明", "腾飞", "恒久", "锦程", "立信", "海川",
)  # fmt: skip
SURNAMES = (
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马",
    "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾",
    "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏", "钟", "汪",
    "田", "任", "姜", "范", "方", "石", "姚", "谭", "廖", "邹", "熊", "金", "陆", "郝", "孔", "白", "崔", "康", "毛",
)  # fmt: skip
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平",
    "刚", "桂英", "建华", "志强", "海燕", "春梅", "文博", "晓东", "雪梅", "玉兰", "国庆", "建军", "秀英", "红梅",
    "立新", "宏伟", "永胜", "德明", "凤英", "小龙", "振华", "家豪", "子轩", "雨欣", "浩然", "佳怡", "思远", "一鸣",
    "婷婷", "莉莉", "丹丹", "鹏", "飞", "鑫", "波", "斌", "辉", "峰", "玲", "燕", "颖", "琳", "萍", "健", "俊",
)  # fmt: skip
SPECIAL = {
    "mall": ("购物中心", "商业广场", "百货大楼", "生活广场"),
    "hotel": ("大酒店", "宾馆", "商务酒店"),
    "hospital": ("人民医院", "中医院", "妇幼保健院", "骨科医院"),
    "school": ("实验学校", "第一中学", "职业技术学校", "第三中学"),
    "factory": ("食品有限公司", "纺织有限公司", "机械制造有限公司", "鞋业有限公司", "木业有限公司", "电子有限公司"),
    "office": ("资产管理有限公司", "商务服务有限公司", "科技园管理有限公司"),
    "transport": ("客运有限责任公司", "汽车站"),
    "culture_sport": ("文化艺术中心", "体育中心"),
}


def person(rng: Random) -> str:
    """A person's name."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def street(rng: Random, place: Place, town: Town) -> str:
    """A street with a house number, beginning with the area's short name."""
    head = place.short if town.name in (place.short, "城区") or place.short.endswith(town.name) else None
    where = head or place.short + town.name
    return f"{where}{rng.choice(ROADS)}{rng.choice(ROAD_PARTS)}{rng.randrange(1, 500)}号"


def spot(rng: Random, town: Town) -> tuple[float, float]:
    """A point of a town (WGS-84), denser in the middle."""
    spread = 0.018 if town.weight > 0.5 else 0.007
    return round(rng.gauss(town.lat, spread), 6), round(rng.gauss(town.lon, spread * 1.2), 6)


def town(rng: Random, place: Place) -> Town:
    """One of the towns of an area, by their shares."""
    return rng.choices(place.towns, [each.weight for each in place.towns])[0]


def estate(rng: Random) -> str:
    """A housing estate."""
    return rng.choice(ESTATE_HEADS) + rng.choice(ESTATE_TAILS)


def firm(rng: Random, place: Place, taken: set[str], tail: str) -> str:
    """A firm of an area that nobody is called yet."""
    for _ in range(200):
        head = rng.choice(FIRM_HEADS) if len(taken) < 200 else rng.choice(FIRM_HEADS) + rng.choice(FIRM_HEADS)
        name = f"{place.short}{head}{tail}"
        if name not in taken:
            taken.add(name)
            return name
    name = f"{place.short}{rng.choice(FIRM_HEADS)}{tail}（{len(taken)}）"
    taken.add(name)
    return name
