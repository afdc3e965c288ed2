"""The four kinds by how people ask, suggest, accuse and demand, from both sides; every sentence here is ours."""

from __future__ import annotations

import pytest

from rules.engine import Engine
from rules.petition import Petition
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.verdict import judge

SAID = {
    Kind.INQUIRY: (
        "残疾人乘车证在哪里办，要带哪些证件",
        "请问灵活就业人员的医保怎么缴费",
        "想了解人才公寓的申请条件",
        "我家这片属于哪个街道管",
        "补办结婚证需要多久",
        "外地车辆能否在本市报名年检",
        "老人卡遗失如何补办",
        "区图书馆开放时间的问题",
        "市民来电咨询体育馆周末是否营业",
        "要求刚才的话务代表回电",
        "公积金贷款的审核进度在哪看",
        "房产过户要交多少钱，费用是多少",
        "办营业执照要什么材料",
        "退休金怎么算的，有什么规定",
    ),
    Kind.SUGGESTION: (
        "我建议把广场的座椅换成木头的",
        "来电建议老年食堂晚上也开门",
        "希望在医院门口增设一个公交站",
        "能否把图书馆闭馆时间改为九点",
        "建议加装过街天桥",
        "对垃圾分类有几点建议，供领导参考",
        "能否考虑让夜班车多跑一个小时",
        "关于旧城改造的一点想法",
        "希望公园能设立无障碍通道",
        "呼吁给环卫工人建歇脚的小屋",
    ),
    Kind.ACCUSATION: (
        "村支书把修渠的钱据为己有",
        "实名举报某局长收受贿赂",
        "镇里干部优亲厚友，低保都给了自家人",
        "所长长期公车私用接送孩子",
        "这次招考内定了关系户",
        "民警充当保护伞，收钱不办事",
        "请求纪委查村主任虚报冒领",
        "要求追究失职干部的责任，问责局长",
    ),
    Kind.APPEAL: (
        "老板拖欠工资三个月，要求支付",
        "楼下烧烤油烟扰民，苦不堪言",
        "投诉健身房不退款",
        "巷子路灯不亮，请派人维修",
        "公交司机态度恶劣，到站不停",
        "我举报一家超市卖过期牛奶",
        "对工伤认定不服，申请复核",
        "安置房遥遥无期，什么时候才能住上",
        "占道经营堵得救护车都进不来",
        "多次反映没人管，请求解决",
    ),
}
SAID_NOT = {
    Kind.INQUIRY: (
        "公道在哪里，请领导为我们做主",
        "几个单位踢皮球，到底归哪个部门管，投诉无门",
        "窗口拒绝办理，怎么能这样对待群众",
        "还要多久才肯退我的押金，已经拖了半年",
        "恳请领导看看能不能尽快给我们补办房产证",
        "社区电话打不通的问题，一直无人接",
        "我去咨询了三次，答复都不一样，要求处理",
        "工地没有任何手续就开工，凭什么",
    ),
    Kind.SUGGESTION: (
        "医生建议我转院，医院不给转诊单",
        "建议立案查处这家黑诊所",
        "律师说建议在开庭前补充证据",
        "希望尽快解决油烟扰民，把烟道改为朝外",
        "希望开发商退还定金",
    ),
    Kind.ACCUSATION: (
        "业委会主任挪用公共收益",
        "我向派出所举报楼下开赌场",
        "书记您好，小区停水两天了",
        "公司主管以权谋私，公司领导不管",
        "村委会门口的路灯坏了",
        "请查处无证烧烤店",
        "找过镇长两次，水管还是没有通",
    ),
    Kind.APPEAL: (
        "请问旅游投诉电话是多少",
        "想咨询家电补贴怎么领",
        "咨询违停罚款在哪里交",
        "建议公交车晚上增加班次",
    ),
}


def sentences(table: dict[Kind, tuple[str, ...]]) -> list[tuple[Kind, str]]:
    return [(kind, text) for kind, texts in table.items() for text in texts]


def told(text: str, engine: Engine) -> Kind | None:
    return judge(engine.match(Petition("1", text)), 2).kind


@pytest.mark.parametrize(("kind", "text"), sentences(SAID))
def test_a_kind_is_told_by_how_people_put_it(kind: Kind, text: str, engine: Engine) -> None:
    assert told(text, engine) is kind


@pytest.mark.parametrize(("kind", "text"), sentences(SAID_NOT))
def test_a_kind_is_not_told_by_a_word_alone(kind: Kind, text: str, engine: Engine) -> None:
    assert told(text, engine) is not kind


def test_each_kind_has_decisive_and_supporting_rules(national: Rulebook) -> None:
    for kind in Kind:
        weights = {rule.weight for rule in national.rules if rule.then.kind is kind}
        assert weights == {1, 2, 3}
