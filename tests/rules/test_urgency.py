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


IN_OTHER_WORDS = (
    "楼下饭馆后厨冒出好大的煤气味，我们都不敢开火",
    "家里燃气灶关不掉一直漏气，怎么办，快来人啊",
    "天然气管被施工的铲车铲破了，正在漏",
    "煤气泄露，整个单元都闻到了",
    "地下室一股臭鸡蛋味，怀疑燃气漏了",
    "六楼住户家里冒烟，敲门没人开",
    "垃圾站着火，烟往居民楼里飘",
    "山林起火，请速派人扑救",
    "电动车充电爆炸起火，楼道全是烟",
    "刚才听到巨响，化工厂爆炸了",
    "房屋突然倒塌，有人埋在里面",
    "墙倒了压到两个人",
    "隧道塌方，有工人被困",
    "地面突然塌了一个大坑，一辆车掉进去了",
    "马路中间出现大坑，一直在往下陷",
    "井盖被大车压坏掉下去了，留个大洞",
    "高速桥下的窨井盖没了",
    "电线杆倒了，电线横在路上",
    "一根电线垂到人行道，小孩伸手就够到",
    "变压器着火了",
    "路灯漏电，我的狗被电死了",
    "有个人触电了没有知觉",
    "两个孩子在河里溺水，快救人",
    "老人跳河，现在还在水里",
    "我妈妈吃了野蘑菇中毒，现在昏迷",
    "全家煤气中毒，打不通120",
    "幼儿园二十多个孩子呕吐拉肚子",
    "化工厂漏出黄色的烟，呛得人睁不开眼",
    "电梯停在七楼和八楼之间，我们被困里面四十分钟",
    "电梯里困了一个孕妇",
    "孙子被反锁在车内",
    "暴雨冲垮了河堤，水进村了",
    "洪水淹到二楼，老人还在屋顶",
    "屋后的山在往下滑，全家不敢睡",
    "山上滚下大石头砸到房子",
    "全镇停水三天了",
    "我们村停电一天一夜，冰箱的药坏了",
    "暖气停了五天，孩子都感冒了",
    "女儿五岁，下午在商场走失",
    "患有痴呆的父亲昨天出门到现在没回家",
    "有人拿刀堵在我家门口",
    "几十个人正在强拆我家房子，老人还在里面",
    "丈夫喝醉了正在打我，求救",
    "我被老板锁在厂里不让出来",
    "马蜂窝掉下来，蜇了好几个人",
    "眼镜蛇钻进厨房",
    "流浪狗群追咬学生",
    "广告牌被风吹得摇摇欲坠",
    "老槐树要倒了，压着电线",
    "塔吊歪了，要倒",
    "楼顶掉瓷砖，差点砸到人",
    "我活够了，活着真累",
    "再不解决我就从楼上跳下去",
    "我已经买好农药了，活不下去",
    "她割腕了",
    "孩子留了遗书离家出走",
    "病人突然倒地没有呼吸",
    "大货车侧翻，司机卡在驾驶室",
    "车祸，人躺在地上不动",
    "单元门口的燃气立管在漏，手机检测仪一直叫",
    "隔壁装修钻穿了煤气管，味道特别冲",
    "我家厨房着火了",
    "路边停的公交车起火，乘客刚下来",
    "加油站发生爆炸，旁边房子玻璃都碎了",
    "脚手架倒了，下面压着三个人",
    "泥石流把路堵死了，车里还有人",
    "被雨水冲断的高压线在路中间冒火",
    "电缆皮破了，人一靠近就被电",
    "池塘里漂着一个孩子",
    "有人掉到冰窟窿里了",
    "发大水了，我们在二楼下不去",
    "老人在家烧炭，叫不醒了",
    "农药厂在漏气，眼睛都疼",
    "电梯突然掉下去，里面有人",
    "孩子一个人被锁在阳台上哭",
    "门外有人在砸我家门还说要杀人",
    "十二岁的孩子放学没有回家，到处找不到",
    "有个爷爷说找不到家了",
    "刚刚车祸，摩托车手流血不止",
    "主干道井盖翻开了没人管",
    "桥面塌了一角",
    "幕墙玻璃松了往下掉",
    "全小区停水第二天了",
    "整个镇子没电",
    "大冷天停暖两天",
    "全班孩子肚子痛送医院",
    "蛇跑到幼儿园里了",
    "我不想活在这个世界上了",
    "我想从桥上跳下去",
    "我老公说要喝药",
    "我们楼有股煤气味，越来越呛",
    "厨房天然气管子接口嘶嘶响",
    "三号楼十二层冒出火光和浓烟",
    "工厂宿舍起火了，工人从窗户往下跳",
    "煤气罐爆了，屋顶都掀了",
    "基坑边坡塌了，挖机司机埋里面了",
    "家里的墙突然裂开，楼在晃",
    "雨棚砸下来压着一个老太太",
    "路面塌了，公交车半个轮子悬空",
    "树压断了电线，电线还在冒火",
    "小孩摸了路灯杆被电得倒在地上",
    "下水道口没盖子，刚有个人掉下去",
    "小女孩掉江里了",
    "村口桥被水淹了，车里的人出不来",
    "酒店客房有人烧炭自杀",
    "工友下污水井后没动静了",
    "隔壁养鸡场氨水罐漏了，气味刺鼻，头晕",
    "电梯卡住了，我妈在里面",
    "宝宝被锁车里了",
    "楼上夫妻打架，男的拿菜刀",
    "四岁孩子在广场不见了",
    "老父亲走丢两天了",
    "一车钢管掉下来砸了人",
    "自来水停了四天，一千多户",
    "供电线路断了，全乡没电",
    "食堂吃坏肚子，三十多个工人住院",
    "一群马蜂蜇了学生",
    "挖地基挖出一颗旧炸弹",
    "我真想一死了之",
    "她说不想活了，把自己锁在屋里",
    "男子坐在楼顶边缘说要跳",
    "我们整层楼都是燃气的味道",
    "燃气热水器漏气，头很晕",
    "烧烤店后厨起火了，火已经上房",
    "养老院着火，老人下不来",
    "高速上油罐车燃烧",
    "变电箱爆炸，有人被炸伤",
    "塌方把三个民工埋住了",
    "学校围墙倒了，砸到学生",
    "楼房往一边歪，裂缝能伸进手",
    "大坝渗水越来越大，下游都是人家",
    "河水漫到家门口，还在涨",
    "高压线垂到鱼塘边",
    "路灯下面的积水有电，电到一个人",
    "孩子掉进施工的深坑里爬不上来",
    "水库有人游泳沉下去没起来",
    "我们一家都头晕呕吐，可能煤气中毒",
    "小孩喝了农药",
    "厂里的氯气跑出来了，村民都在跑",
    "电梯困人，里面有个心脏病人",
    "孩子的手卡在扶梯里了",
    "有人在街上砍人",
    "我前夫正在砸门，说要杀我",
    "女孩被人拖上面包车",
    "三岁儿子在超市走丢了",
    "井盖被人偷了，好大一个洞",
    "马路陷了个大坑",
    "枯树倒下来压在电线上",
    "停水第三天，全小区没水用",
    "全村断电十几个小时",
    "几十个学生吃完午饭呕吐",
    "疯狗在校门口咬人",
    "我不想活了，孩子就托付给你们",
    "他爬上吊塔要跳",
    "老伴突然不省人事",
    "家里燃气表那里一直在漏气",
    "楼里一股煤气味熏得睁不开眼",
    "邻居家窗户往外冒黑烟",
    "草原上起火了，牧民在往外跑",
    "烟花店爆炸了",
    "土墙塌了把我爸压在下面",
    "山上的泥水冲下来，房子埋了一半",
    "电线被吊车挂断，掉在菜场里",
    "我弟弟被电到了，叫不醒",
    "小孩掉进水渠被冲走了",
    "河水涨到二楼，我们上不去也下不来",
    "煤气中毒，三个人昏迷",
    "货车翻了，里面的液体冒白烟",
    "坐的电梯卡在中间，里面六个人",
    "小孩头被门夹住了",
    "有人在持刀抢劫便利店",
    "老人出去一整天没回来",
    "两车相撞，人卡在车里流血",
    "下水井盖没了，有人掉下去了",
    "大桥裂开了口子",
    "广告牌吹下来砸到人",
    "全村停水五天",
    "整栋楼停电两天",
    "工人集体食物中毒",
    "一条大狗追着小学生咬",
    "活着太累，我想自杀",
    "再不给钱我就喝农药",
    "有个女的站在天台边哭",
    "家门口燃气井往外冒气，味道很大",
    "单位食堂煤气泄漏，大家都跑到楼下",
    "店铺起火了，火苗蹿到二楼",
    "油库爆炸，天都红了",
    "挖土方的时候塌方，埋了一个工人",
    "房梁断了，屋顶正往下塌",
    "洪水把我们村围住了，几十人困在山上",
    "变压器爆炸起火，全村没电",
    "孩子手伸进变电箱触电了",
    "同学掉进水库了，快来",
    "老人吃错药昏迷了",
    "液化气槽车翻倒在路边，正在漏气",
    "电梯门打不开，我被困在里面半个小时了",
    "小孩卡在窗户防盗网上",
    "小区里有人持刀伤人",
    "我丈夫正在打我和孩子",
    "痴呆老人走失一整天",
    "摩托车被撞飞，人躺在路中间",
    "路上一个井没有井盖",
    "人行道塌了个大洞",
    "大树被风刮倒压在车上",
    "小区停水四天没人管",
    "停电一天一夜了，老人靠制氧机",
    "幼儿园孩子集体腹泻",
    "马蜂在校门口蜇伤了五个学生",
    "我欠了债，活不下去了",
    "朋友发消息说要自杀",
    "工地挖出炸弹",
)
"""How callers put it: many wordings of the dangers above."""


EVERYDAY = (
    "去年冬天隔壁煤气中毒，政府给了救助",
    "小区燃气管道老化，怕出事，希望更换",
    "燃气公司收费不合理，煤气表走得太快",
    "物业把消防通道锁了，着火了怎么跑",
    "前几天我们楼里着火了，烧了三户",
    "希望加强森林防火宣传",
    "焚烧秸秆烟很大",
    "厨房排烟管冒烟呛人",
    "工地爆破每天震得窗户响",
    "房子漏水，墙皮脱落，开发商不修",
    "三年前地震房屋倒塌，重建补助没有领到",
    "村口大桥垮塌后一直没有重建",
    "山体滑坡治理工程款没有付清",
    "电线乱拉，看着就害怕",
    "路灯不亮一个月了",
    "变压器太近，担心辐射",
    "触电事故的工伤认定书什么时候下来",
    "水库游泳的人太多，怕淹死人",
    "孩子掉了牙，医保报不报",
    "暴雨把菜地冲了，能不能补助",
    "积水太深，车过不去",
    "饭店卫生差，吃了拉肚子要求赔偿",
    "化工厂偷排，气味刺鼻",
    "电梯老是坏，物业不维修",
    "电梯维修基金怎么用",
    "车祸后保险公司不赔",
    "有人打架，派出所处理不公",
    "丈夫经常家暴，想离婚怎么办",
    "儿子失踪八年了，想注销户口",
    "手机不见了能帮忙查监控吗",
    "井盖响得人睡不着",
    "马路上有个坑，骑车颠得很",
    "树枝太长挡住信号灯",
    "停水通知没有提前贴",
    "村里经常停电，希望改造线路",
    "冬天暖气不热，才十五度",
    "狗叫扰民，晚上睡不好",
    "食堂饭菜里吃出虫子",
    "老师体罚学生，去年的事了",
    "公交车太挤，挤死人了",
    "等车等得急死了",
    "这个政策害死人",
    "楼盘跳楼价甩卖",
    "打工的活不好干",
    "孩子说作业多得想死",
    "我爷爷当年跳河救人，想申报见义勇为",
    "农药店卖假农药，要喝不得",
    "防汛演练占用道路",
    "学习消防知识，着火了先报警",
    "听说外地有孩子被人抱走，是真的吗",
)
"""Matters in whose words dangers are named, and none is present."""


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


@pytest.mark.parametrize("text", IN_OTHER_WORDS)
def test_callers_need_not_use_the_words_of_the_rules(text: str, engine: Engine) -> None:
    assert level(text, engine) is not ORDINARY


@pytest.mark.parametrize(("name", "text"), sentences("not_now"))
def test_what_is_no_present_danger_is_ordinary(name: str, text: str, engine: Engine) -> None:
    assert level(text, engine) is ORDINARY


@pytest.mark.parametrize("text", EVERYDAY)
def test_an_everyday_matter_is_ordinary(text: str, engine: Engine) -> None:
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
