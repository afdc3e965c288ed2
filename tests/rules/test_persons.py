"""What is hidden before anything reads a petition, and what must stay."""

from __future__ import annotations

import re
import time

import pytest

from rules.persons import CLOSE, MASK, OPEN, PersonsFile, build_masker, mask, persons_file
from rules.petition import Petition
from rules.reading import read
from rules.text import MAX_LENGTH, fold

PATTERNS = persons_file().patterns
SHOWN = [pytest.param(text, id=f"{pattern.name}: {text}") for pattern in PATTERNS for text in pattern.masked]
LEFT = [pytest.param(text, id=f"{pattern.name}: {text}") for pattern in PATTERNS for text in pattern.kept]

MASKED = [
    "尊敬的领导，我叫【陈晓梅】，想反映楼道堆物",
    "我叫【于海】，在青禾路开店",
    "我名叫【司马光明】。家里停水",
    "我叫【张伟】家住柳湾村",
    "我叫【张伟民】家住柳湾村",
    "姓名：【何静】；电话：【13900000000】",
    "来电人：【方志敏】，反映垃圾没人收",
    "联系人【马晓燕】，【13700000000】",
    "【刘女士】称小区停车位被占",
    "业主【张建军先生】称物业乱收费",
    "来电人【王女士】反映噪音",
    "【诸葛先生】想咨询落户",
    "我丈夫【徐大勇】，在工地上摔断了腿",
    "女儿【林小雨】，今年【6岁】，上不了学",
    "村民【马德福】，占了集体的地",
    "邻居【李某某】养鸡扰民",
    "信访人【赵某】，要求退还押金",
    "向【陈】局长反映多次",
    "身份证号【110101198001010000】，电话",
    "银行卡号【6222020000000000000】被扣款",
    "打我电话【+86 137 0000 0000】",
    "电话【0739-5000000】没人接",
    "【010-80000000】一直占线",
    "邮箱【abc_123@example.org】请回复",
    "加我微信【wx_20260101】核实",
    "车牌【湘A0B000】的货车超载",
    "我住青禾小区【5栋1单元1802】，楼上漏水",
    "住在柳湾路88号【二栋三单元五楼】漏雨",
    "【2单元1403室】装修砸墙",
    "本人【45岁】，失业在家",
    "我父亲今年【82岁】，低保没批下来",
    "老母亲年逾【八旬】，行动不便",
    "现年【六十三】，土地被占",
    "性别：【男】，要求赔偿",
    "一位【女士】在公交车上摔倒",
    "我是【汉族】，孩子加分政策问题",
    "本人【藏族】，想咨询清真食品监管",
    "我是一名【程序员】，楼下广场舞吵得睡不着",
    "本人是【护士】，夜班回家没有路灯",
    "本人系【快递员】，小区不让进",
    "请尽快处理，谢谢！\n【唐建平】",
    "请予以解决。\n【欧阳晓明】\n2026年5月1日",
]
KEPT = [
    "何时通水，请答复",
    "周边环境脏乱，周末更严重",
    "金额不对，多收了三百元",
    "高速路口拥堵，高峰时段严重",
    "安全隐患严重，万元罚款太低",
    "方便群众办事，计划什么时候实施",
    "我是业主，我是租户，我是村民",
    "我是农民工，老板拖欠工资",
    "我是退役军人，优抚金没有发",
    "我是残疾人，补贴停发",
    "我是低保户，房子漏雨",
    "教师待遇低，乡村教师补贴没发",
    "出租车司机拒载，出租车行业乱收费",
    "少数民族考生加分政策",
    "清真食品不清真，回族群众意见大",
    "老年卡65岁以上免费乘车",
    "6岁以下儿童免票",
    "青禾小区3号楼电梯停运",
    "12栋居民集体反映停水",
    "解放路12号门前污水外溢",
    "拨打12345没人接，又打110",
    "拖欠工程款1350000元",
    "2026年3月15日停水，16日恢复",
    "合同编号20260315，面积120.55平方米",
    "王先生大药房卖过期药",
    "女士优先车厢取消了吗",
    "公共厕所男、女不分",
    "在某小区门口，某公司施工",
    "向某单位反映没有结果",
    "派出所长期不出警，班主任体罚学生",
    "请政府尽快解决。谢谢",
    "望领导高度重视。万分感谢！",
    "微信群里有人造谣，微信支付被盗",
    "申请人需要提供什么材料",
    "举报人信息被泄露",
    "居民安置房没有房产证",
    "父亲严重烧伤，母亲高血压",
    "孩子上学路过高架桥",
    "三室一厅漏水，办公室没人",
    "水族馆收费太高",
]


def split(marked: str) -> tuple[str, str]:
    """The text without marks, folded; and what must remain of it."""
    plain = fold(marked.replace(OPEN, "").replace(CLOSE, ""))
    hidden = re.sub(f"{OPEN}(.*?){CLOSE}", lambda found: MASK * len(found[1]), marked, flags=re.S)
    return plain, "".join(MASK if mark == MASK else char for char, mark in zip(plain, hidden, strict=True))


@pytest.mark.parametrize("marked", [*SHOWN, *MASKED])
def test_what_belongs_to_a_person_is_hidden_and_nothing_else(marked: str) -> None:
    plain, remains = split(marked)
    assert mask(plain) == remains


@pytest.mark.parametrize("text", [*LEFT, *KEPT])
def test_what_belongs_to_the_matter_stays(text: str) -> None:
    assert mask(fold(text)) == fold(text)


def test_the_mask_is_white_space_that_ends_no_sentence() -> None:
    assert MASK.isspace()
    assert MASK not in "\n\r"
    assert fold(MASK).isspace()


def test_masking_twice_changes_nothing_more() -> None:
    for marked in MASKED:
        once = mask(split(marked)[0])
        assert mask(once) == once


def test_a_reading_hides_persons_and_keeps_every_place() -> None:
    petition = Petition("1", "我叫王小虎，路灯不亮", "【求助】")
    reading = read(petition)
    assert len(reading.text) == len(petition.text)
    assert "王小虎" not in reading.text
    place = petition.text.index("路灯")
    assert reading.text[place : place + 2] == "路灯"


@pytest.mark.parametrize("text", ["", " ", "王", "男", "岁", "·", "@", "1", "张某", "室", "\n"])
def test_the_smallest_texts_are_read(text: str) -> None:
    assert len(mask(text)) == len(text)


HOSTILE = [
    "1",
    "1 ",
    "a@",
    "·",
    "男,女,",
    "王某",
    "3栋2单元",
    "12-",
    "qq",
    "我是",
    "本人李",
    "王建国先生",
    "*",
    "86 1",
    "岁",
    "女先生",
]


@pytest.mark.parametrize("seed", HOSTILE)
def test_time_grows_no_faster_than_the_text(seed: str) -> None:
    mask("")
    text = (seed * MAX_LENGTH)[:MAX_LENGTH]
    begun = time.thread_time()
    assert len(mask(text)) == len(text)
    assert time.thread_time() - begun < 1.0


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_no_pattern_repeats_without_bound(pattern: object) -> None:
    text = re.sub(r"\[[^\]]*\]|\\.", "c", getattr(pattern, "pattern"))  # noqa: B009
    assert re.search(r"[+*]|\{\d+,\}", text) is None


def test_every_word_of_a_list_is_one_that_a_folded_text_can_hold() -> None:
    for content in persons_file().lists.values():
        for word in content:
            assert word == fold(word)


@pytest.mark.parametrize(
    "fault",
    [{"cues": []}, {"tail": "。"}, {"pattern": "我叫.{2}"}, {"masked": []}, {"kept": []}, {"colour": "red"}],
)
def test_an_incomplete_pattern_is_refused(fault: dict[str, object]) -> None:
    whole = {"name": "told", "cues": ["我叫"], "pattern": "我叫【..】", "masked": ["我叫【某某】"], "kept": ["叫"]}
    PersonsFile.model_validate({"lists": {}, "fragments": {}, "patterns": [whole]})
    with pytest.raises(ValueError):
        PersonsFile.model_validate({"lists": {}, "fragments": {}, "patterns": [whole | fault]})


def test_an_office_can_be_given_patterns_of_its_own() -> None:
    file = PersonsFile.model_validate(
        {
            "lists": {"badge": ["工号", "警号"]},
            "fragments": {},
            "patterns": [
                {"name": "badge", "cues": ["<badge>"], "pattern": "<badge>【[0-9]{4}】", "masked": ["a"], "kept": ["b"]}
            ],
        }
    )
    assert build_masker(file).mask("警号1234态度差") == f"警号{MASK * 4}态度差"
