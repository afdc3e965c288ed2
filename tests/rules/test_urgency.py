"""Present danger is told from what is past, feared, rehearsed, reported or about money; every sentence here is ours."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from rules.engine import Engine
from rules.petition import Petition
from rules.rule import Rule, Urgency
from rules.rulebook import Rulebook
from rules.verdict import judge

CRITICAL, URGENT, ORDINARY = Urgency.CRITICAL, Urgency.URGENT, Urgency.ORDINARY


@dataclass(frozen=True, slots=True)
class Danger:
    """What must be called urgent, the line that must be called, and twins that must not."""

    level: Urgency
    call: str | None
    now: tuple[str, ...]
    not_now: tuple[str, ...]


DANGERS = {
    "gas": Danger(
        CRITICAL,
        "燃气公司",
        (
            "五楼过道闻到煤气味，不知道是谁家漏的",
            "挖掘机把天然气管道挖破，气呼呼往外喷，赶紧派人来",
            "厨房里燃气味很浓，窗户全打开了还是散不掉",
        ),
        (
            "前年楼里煤气泄漏过一次，后来换了管子",
            "如果在家闻到煤气味，第一步该做什么",
            "社区下周搞燃气泄漏演练，请大家参加",
            "灶具太旧，担心煤气泄漏",
            "新闻里说外地有饭店煤气罐漏气",
            "小区什么时候能装上管道天然气",
        ),
    ),
    "fire": Danger(
        CRITICAL,
        "119",
        (
            "对面仓库着火了，火苗都窜出来了，快来人",
            "我家楼下电动车棚火势很大，人下不去",
            "后山起火，风很大，正往村里烧，现在来不及了",
            "加油站旁边有一辆货车起火",
        ),
        (
            "去年三月我家门面着火，物业到现在没有说法",
            "楼道里堆纸箱，一旦着火后果严重",
            "消防演练时假定三楼着火，请配合疏散",
            "电视里正在放商场起火的新闻",
            "昨晚仓库起火，幸好及时扑灭了",
            "店里起火烧坏的货，保险公司只赔一半",
            "建议给老旧小区装报警器，防止起火",
        ),
    ),
    "explosion": Danger(
        CRITICAL,
        "119",
        ("刚才锅炉房爆炸，有人受伤，快来",),
        (
            "几年前鞭炮厂爆炸，至今没有公布原因",
            "锅炉早过了年限，万一爆炸怎么办",
            "爆炸声是山上采石放炮，能不能换个时间",
        ),
    ),
    "collapse": Danger(
        CRITICAL,
        "119",
        ("工棚垮塌，有人被压在下面，快来救人", "老屋的山墙刚刚倒塌，里面还有人"),
        (
            "前年村小的围墙倒塌，伤者的医疗费还没有结",
            "住的是土房，下雨就担心倒塌",
            "学校组织房屋倒塌避险演练，孩子很喜欢",
            "看到新闻说外省一座桥坍塌，有人被困",
        ),
    ),
    "building": Danger(
        CRITICAL,
        "119",
        ("隔壁在挖地基，我们这栋楼正在倾斜，门都关不上了", "房子要塌了，屋里还有两个老人"),
        ("房子墙上有几条旧裂缝，想申请危改", "担心打桩打得房子要塌了"),
    ),
    "landslide": Danger(
        CRITICAL,
        "119",
        ("屋后的山体正在滑坡，泥石往下滚，请马上来",),
        ("屋后滑坡的地方去年已经打了桩", "担心雨季屋后滑坡，往下滚石头", "镇里搞滑坡撤离演练"),
    ),
    "wire": Danger(
        CRITICAL,
        "供电公司",
        ("变压器噼里啪啦冒火花，底下就是公交站", "高压线断落在田埂上，有人要从那里过", "充电桩漏电了，手一摸就麻"),
        (
            "去年大风把电线刮断落在地上，供电所当天就接好了",
            "电线老化，担心冒火花",
            "宽带的电线掉在地上两周没人收",
            "宣传栏说电线掉在地上要绕着走",
        ),
    ),
    "shock": Danger(
        CRITICAL,
        "120",
        ("积水里有人触电，倒下去起不来了",),
        ("三年前工友触电去世，工伤待遇没有落实", "水泵没有接地，生怕有人触电", "安全培训讲了有人触电怎么救"),
    ),
    "water": Danger(
        CRITICAL,
        "119",
        ("桥下有人落水，还在扑腾", "井盖没了，有个小孩掉进下水道，快来人"),
        (
            "去年暑假有人落水，到现在河边还没立牌子",
            "鱼塘边没有栏杆，担心有小孩掉进池塘",
            "防溺水宣传车天天在村里喊有人落水怎么办",
            "我把手机掉进河里了，能帮忙捞吗",
        ),
    ),
    "flood": Danger(
        CRITICAL,
        "119",
        ("山洪下来了，我们六个人被困在桥墩上", "积水到胸口，一家老小困在屋顶等待救援"),
        ("前年洪水里被困，多亏了武警，写信感谢", "如果洪水来了被困在家里怎么办", "防汛演练里安排了洪水被困的科目"),
    ),
    "poison": Danger(
        CRITICAL,
        "120",
        ("宿舍烧炭取暖，三个人一氧化碳中毒昏迷，快来", "老人误服农药，正在抽搐，救命"),
        ("前年冬天煤气中毒后落下病根，想申请救助", "烧煤炉要预防煤气中毒昏迷", "担心住户煤气中毒，来不及救"),
    ),
    "chemical": Danger(
        CRITICAL,
        "119",
        ("国道上槽罐车侧翻，一股刺鼻的白雾飘过来", "冷库液氨漏出来，工人都在往外跑"),
        ("去年氯气泄漏以后厂子一直没有复工", "厂区离学校太近，万一氯气泄漏怎么办", "危化品泄漏演练把路封了半天"),
    ),
    "lift": Danger(
        CRITICAL,
        "119",
        ("我和孩子困在电梯里，按铃没人来", "有老人被困电梯，门打不开"),
        ("电梯三天两头出故障，业主多次被困电梯", "上次被困电梯半小时，物业没有道歉", "要是困在电梯里没信号怎么求救"),
    ),
    "locked": Danger(
        CRITICAL,
        "119",
        ("两岁的宝宝反锁在屋里，锅还在火上", "有个小孩被锁在车里，脸都红了"),
        ("去年孩子反锁在家里，叫开锁花了三百元", "怕孩子反锁在家里，想换把锁"),
    ),
    "violence": Danger(
        CRITICAL,
        "110",
        ("楼下有人正在拿刀砍人", "隔壁男的正在家暴，女的一直喊救命"),
        (
            "去年被人持刀抢劫，案件还没有破",
            "电视剧正在放持刀抢劫",
            "我被殴打的事派出所正在调查取证",
            "万一有人正在行凶该怎么躲",
        ),
    ),
    "missing": Danger(
        CRITICAL,
        "110",
        ("七岁的儿子走丢了，找了一下午", "奶奶下楼买菜走失，已经四个小时"),
        (
            "父亲失踪多年，想办宣告失踪",
            "担心老人走失，哪里领定位手环",
            "孩子的玩具不见了",
            "三十年前弟弟走失，想采血寻亲",
        ),
    ),
    "crash": Danger(
        CRITICAL,
        "120",
        ("环岛刚刚发生车祸，司机卡在车里",),
        ("去年车祸伤者的后续医疗费没人出", "路口没有红绿灯，容易发生车祸", "对交通事故责任认定不服"),
    ),
    "manhole": Danger(
        URGENT,
        None,
        ("校门口的井盖不见了，黑乎乎一个洞", "慢车道上污水井敞着，如果有人骑车经过就会摔下去"),
        ("去年被偷的井盖补上了，谢谢", "井盖松了，车一压就响", "担心井盖被盗，想加把锁"),
    ),
    "road": Danger(
        URGENT,
        None,
        ("菜市场前的路面突然塌陷，一个轮子都陷进去了", "桥面断裂，大车还在上面走"),
        ("去年路面塌陷的地方已修复", "担心地铁施工造成路面塌陷了", "路面坑洼多年，雨天全是泥"),
    ),
    "falling": Danger(
        URGENT,
        None,
        ("路边大树快要倒了，树根都翻出来了", "商场外墙瓷砖要掉下来，下面是人行道"),
        ("门口大树挡光，希望修剪", "被广告牌砸伤的医药费一直没有给", "围墙倾斜严重的那段去年已加固"),
    ),
    "outage": Danger(
        URGENT,
        None,
        ("整个小区停水，连冲厕所的水都没有", "全村停电，到夜里还没来", "零下八度，整栋楼停暖，老人孩子冻得受不了"),
        (
            "去年全村停水的事镇里回复了",
            "如果全村停水，能不能先送水",
            "小区经常停电，一停就是整栋",
            "手机没电三天没回您电话",
            "建议大面积停电前发短信",
        ),
    ),
    "eaten": Danger(
        URGENT,
        "120",
        ("工地食堂吃完饭，十几个工友上吐下泻",),
        ("去年学生食物中毒，学校还没有换食堂", "担心学生食物中毒，请查查配餐公司", "举办预防学生食物中毒的讲座"),
    ),
    "animal": Danger(
        URGENT,
        "119",
        ("一条毒蛇爬进教室，学生都跑出来了", "没人管的恶犬追着咬路人，已经咬了三个"),
        ("去年被野猪咬伤了，能不能报销", "野猪拱坏了我家的红薯地", "担心草深，有蛇爬进屋"),
    ),
}


def level(text: str, engine: Engine) -> Urgency:
    return judge(engine.match(Petition("1", text)), 2).urgency


def sentences(part: str) -> list[tuple[str, str]]:
    return [(name, text) for name, danger in DANGERS.items() for text in getattr(danger, part)]


@pytest.mark.parametrize(("name", "text"), sentences("now"))
def test_a_present_danger_is_shown_first_with_the_line_to_call(name: str, text: str, engine: Engine) -> None:
    said, danger = judge(engine.match(Petition("1", text)), 2), DANGERS[name]
    assert said.urgency is danger.level
    assert said.urgency_reason
    assert danger.call is None or danger.call in said.call


@pytest.mark.parametrize(("name", "text"), sentences("not_now"))
def test_what_is_no_present_danger_is_ordinary(name: str, text: str, engine: Engine) -> None:
    assert level(text, engine) is ORDINARY


@pytest.mark.parametrize("text", [text for name, text in sentences("now") if DANGERS[name].level is CRITICAL])
def test_a_long_letter_keeps_its_emergency(text: str, engine: Engine) -> None:
    before = "去年我就来信建议过整改，当时答复说已经处理。如果早点重视就不会这样！"
    after = "担心以后还会发生，建议多宣传，多演练。另外上次的赔偿也没有给。"
    assert level(f"{before}{text}。{after}", engine) is CRITICAL


# ── words of self-harm ──────────────────────────────────────────────────────────────────────────────────────────────

IN_DISTRESS = (
    "你们不给个说法，我只有一死了之",
    "债还不上，我真的不想活了",
    "再逼我搬走，我就去跳楼",
    "母亲说活着没意思，写好遗书了，我们很怕",
    "丈夫这两天一直想自杀，家里人轮流守着",
    "有人要跳楼，站在楼顶边上",
    "他手里拿着瓶子要喝农药",
    "病痛折磨得我活不下去了。以前也写过信",
    "女儿被网暴后有轻生的念头",
)
NOT_IN_DISTRESS = (
    "家人去年跳楼自杀了，公司不肯谈补偿",
    "学生自杀身亡的调查结果一直没有公开",
    "儿子前年喝农药去世，想问丧葬补助怎么领",
    "排了三个小时的队，真是急死人",
    "天天堵车，要命得很",
    "这服务态度气死我了",
    "搬家搬得累死，电梯还坏了",
    "半夜放鞭炮，吓死个人",
    "楼下服装店天天喊跳楼价清仓",
    "游乐园的跳楼机没有年检标志",
    "学校办预防自杀的心理讲座，想报名",
    "给果树打农药，邻居误喝农药瓶里的水已经出院",
    "减轻生产成本的政策有哪些",
    "房租再涨，小店活不下去",
    "电视剧里女主角要跳楼，不适合小孩看",
)


@pytest.mark.parametrize("text", IN_DISTRESS)
def test_words_of_self_harm_bring_a_notice_to_the_clerk(text: str, engine: Engine) -> None:
    said = judge(engine.match(Petition("1", text)), 2)
    assert said.urgency is CRITICAL
    assert {"110", "120"} <= set(said.call)
    assert said.notice and "12356" in said.notice


@pytest.mark.parametrize("text", NOT_IN_DISTRESS)
def test_the_past_and_figures_of_speech_bring_none(text: str, engine: Engine) -> None:
    said = judge(engine.match(Petition("1", text)), 2)
    assert (said.urgency, said.notice) == (ORDINARY, None)


def test_the_notice_helps_and_labels_nobody(national: Rulebook) -> None:
    (notice,) = {rule.then.notice for rule in urgency_rules(national) if rule.then.notice}
    assert all(word in notice for word in ("110", "120", "12356", "联系", "陪"))
    assert not any(word in notice for word in ("重点人员", "风险等级", "稳控", "标记", "危险人物", "极端"))


# ── the rules among themselves ──────────────────────────────────────────────────────────────────────────────────────

BY_NATURE_OTHERWISE = {"urgency-self-harm", "urgency-wages-hunger"}
"""A threat stands in words like 如果, and hunger is no danger that ends."""
STRUCK_OUT = ("去年", "前年", "曾经", "以前", "发生过", "身亡", "演练", "培训", "宣传", "新闻", "电视", "建议", "赔偿")


def urgency_rules(national: Rulebook) -> list[Rule]:
    return [rule for rule in national.rules if rule.then.urgency]


def test_every_rule_of_danger_strikes_out_the_same_words(national: Rulebook) -> None:
    rules = [rule for rule in urgency_rules(national) if rule.id not in BY_NATURE_OTHERWISE]
    assert len(rules) >= 30
    assert {rule.id: set(STRUCK_OUT) - set(rule.when.unless) for rule in rules} == {rule.id: set() for rule in rules}


def test_the_words_that_speak_of_a_sentence_do_not_look_at_the_whole_text(national: Rulebook) -> None:
    assert {rule.id for rule in urgency_rules(national) if set(rule.when.none) & {*STRUCK_OUT, "如果", "担心"}} == set()


def test_every_danger_to_life_has_a_line_to_call(national: Rulebook) -> None:
    assert [rule.id for rule in urgency_rules(national) if rule.then.urgency is CRITICAL and not rule.then.call] == []


def test_rules_of_urgency_have_several_proofs(national: Rulebook) -> None:
    few = [r.id for r in urgency_rules(national) if len(r.examples.hits) < 3 or len(r.examples.misses) < 3]
    assert few == []
