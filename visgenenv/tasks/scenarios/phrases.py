"""Things that happen in requests, as pairs (English, Chinese) that mean the same.

`{H}` stands for the short name of the hero. Story pools are in order: a request takes some of them and keeps it.
"""

from __future__ import annotations

Pair = tuple[str, str]

TRAITS: tuple[Pair, ...] = (
    ("wearing a blue scarf", "围着蓝色围巾"),
    ("with round glasses", "戴着圆框眼镜"),
    ("with a tiny red backpack", "背着红色小书包"),
    ("with a straw hat", "戴着草帽"),
    ("with big shiny eyes", "有一双亮晶晶的大眼睛"),
    ("in a yellow raincoat", "穿着黄色雨衣"),
    ("with a flower behind the ear", "耳边别着一朵花"),
    ("wearing a striped jumper", "穿着条纹毛衣"),
    ("with a golden bell around the neck", "脖子上挂着金色铃铛"),
    ("in a pilot jacket", "穿着飞行员夹克"),
)

FINISHES: tuple[Pair, ...] = (
    ("with a matte finish", "哑光质感"),
    ("with a thin gold line along the edge", "边缘有一道细金线"),
    ("with rounded corners", "圆角设计"),
    ("with a small leaf mark on the front", "正面有小叶子标记"),
    ("with a brushed metal surface", "拉丝金属表面"),
    ("with a glossy coating", "亮面涂层"),
)

TOPPINGS: tuple[Pair, ...] = (
    ("with a mint leaf on top", "顶上放着一片薄荷叶"),
    ("on a blue ceramic plate", "盛在蓝色瓷盘里"),
    ("with powdered sugar", "撒着糖霜"),
    ("wrapped with a ribbon", "系着丝带"),
    ("on a wooden tray", "放在木托盘上"),
)

ANGLES: tuple[Pair, ...] = (
    ("front view on a plain background", "纯色背景正面图"),
    ("side view with a soft shadow", "带柔和阴影的侧面图"),
    ("close-up of the texture", "材质细节特写"),
    ("flat lay seen from above", "俯拍平铺图"),
    ("held in a hand", "手持展示图"),
    ("on a wooden table", "木桌上的实景图"),
    ("beside a sunny window", "窗边自然光场景"),
    ("inside its gift box", "礼盒包装图"),
    ("against a pastel gradient", "柔和渐变背景图"),
    ("with fresh water drops on it", "带水珠的清凉感画面"),
    ("floating in mid-air", "悬浮在空中的画面"),
    ("under neon light at night", "夜晚霓虹灯下的画面"),
    ("surrounded by green leaves", "绿叶环绕的画面"),
    ("on a marble plinth", "大理石展台上的画面"),
)

SKINS: tuple[Pair, ...] = (
    ("Deep Forest", "幽暗森林"),
    ("Ice Guardian", "冰霜守护者"),
    ("Desert Wanderer", "沙漠行者"),
    ("Midnight Shadow", "午夜暗影"),
    ("Blossom Spirit", "花语精灵"),
    ("Deep Sea Diver", "深海潜行"),
    ("Starlight", "星河"),
    ("Lantern Festival", "元宵灯会"),
    ("Iron Armour", "钢铁战甲"),
    ("Street Casual", "街头便装"),
    ("School Uniform", "校园制服"),
    ("Harvest Season", "丰收时节"),
    ("Steam Engineer", "蒸汽工程师"),
    ("Thunder Rider", "雷霆骑士"),
    ("Candy Party", "糖果派对"),
    ("Royal Ball", "宫廷舞会"),
    ("Snow Hiker", "雪山旅人"),
    ("Jungle Explorer", "丛林探险家"),
    ("Paper Cut", "剪纸"),
    ("Neon Racer", "霓虹赛车手"),
)

EXPRESSIONS: tuple[Pair, ...] = (
    ("happy", "开心"),
    ("crying", "大哭"),
    ("angry", "生气"),
    ("shy", "害羞"),
    ("surprised", "惊讶"),
    ("sleepy", "犯困"),
    ("thinking", "思考"),
    ("laughing out loud", "大笑"),
    ("confused", "疑惑"),
    ("cheering", "加油"),
    ("saying thank you", "谢谢"),
    ("saying good night", "晚安"),
    ("hungry", "肚子饿"),
    ("proud", "得意"),
    ("waving hello", "打招呼"),
    ("giving a thumbs-up", "点赞"),
    ("blowing a kiss", "飞吻"),
    ("bored", "无聊"),
    ("scared", "害怕"),
    ("in love", "比心"),
)

ACTIONS: tuple[Pair, ...] = (
    ("running at full speed", "全速奔跑"),
    ("jumping over a puddle", "跳过水坑"),
    ("reading a map", "看地图"),
    ("sleeping under a blanket", "盖着毯子睡觉"),
    ("climbing a ladder", "爬梯子"),
    ("playing a drum", "打鼓"),
    ("carrying a heavy box", "搬着重箱子"),
    ("dancing in circles", "转圈跳舞"),
    ("watering plants", "给植物浇水"),
    ("flying a kite", "放风筝"),
    ("painting a wall", "刷墙"),
    ("swimming under water", "在水下游泳"),
    ("riding a bicycle", "骑自行车"),
    ("drinking tea", "喝茶"),
    ("throwing a snowball", "扔雪球"),
    ("looking through a telescope", "用望远镜眺望"),
)

TIMES: tuple[Pair, ...] = (
    ("at dawn", "黎明"),
    ("on a sunny morning", "晴朗的早晨"),
    ("at noon", "正午"),
    ("in the late afternoon", "傍晚前的斜阳"),
    ("at sunset", "日落"),
    ("at night with warm lamps", "亮着暖灯的夜晚"),
    ("under the full moon", "满月之下"),
    ("in heavy rain", "大雨中"),
    ("in the first snow", "初雪"),
    ("in thick fog", "浓雾里"),
    ("in spring with blossoms", "开花的春天"),
    ("in autumn with falling leaves", "落叶的秋天"),
    ("during a festival", "过节的时候"),
    ("in a thunderstorm", "雷雨天"),
)

ICONS: tuple[Pair, ...] = (
    ("home", "首页"),
    ("search", "搜索"),
    ("shopping cart", "购物车"),
    ("camera", "相机"),
    ("music", "音乐"),
    ("weather", "天气"),
    ("mail", "邮件"),
    ("map", "地图"),
    ("calendar", "日历"),
    ("settings", "设置"),
    ("download", "下载"),
    ("message", "消息"),
    ("wallet", "钱包"),
    ("gift", "礼物"),
    ("lock", "安全锁"),
    ("microphone", "麦克风"),
    ("bookmark", "书签"),
    ("heart", "收藏"),
    ("bell", "提醒"),
    ("profile", "个人中心"),
)

PLACES: tuple[Pair, ...] = (
    ("an old bridge", "一座老桥"),
    ("a quiet harbour", "安静的港湾"),
    ("a morning market", "早市"),
    ("a mountain path", "山间小路"),
    ("a night food stall", "夜市小吃摊"),
    ("a rooftop garden", "屋顶花园"),
    ("a snowy village", "雪中村庄"),
    ("a tea field", "茶园"),
    ("a lighthouse", "灯塔"),
    ("a bamboo grove", "竹林"),
    ("a narrow alley", "窄巷"),
    ("a wheat field", "麦田"),
)

TALE: tuple[tuple[Pair, Pair], ...] = (
    (("the {H} wakes up and looks out of the window", "{H}醒来,望向窗外"), ("What a bright day!", "今天天气真好!")),
    (
        ("the {H} finds an old map under the bed", "{H}在床底下发现一张旧地图"),
        ("Look what I found!", "看我找到了什么!"),
    ),
    (
        ("the {H} packs a small bag and says goodbye", "{H}收拾好小包,挥手告别"),
        ("I will be back soon.", "我很快就回来。"),
    ),
    (
        ("the {H} walks through a forest full of fireflies", "{H}穿过满是萤火虫的森林"),
        ("How beautiful it is.", "这里真美呀。"),
    ),
    (("the {H} crosses a river on a wooden raft", "{H}坐木筏过河"), ("Hold on tight!", "抓稳啦!")),
    (("the {H} meets a lost little bird", "{H}遇见一只迷路的小鸟"), ("Do not be afraid.", "别害怕。")),
    (("the {H} climbs a snowy mountain", "{H}爬上雪山"), ("Almost at the top!", "就快到山顶了!")),
    (("the {H} hides from the rain in a cave", "{H}在山洞里躲雨"), ("We wait until it stops.", "等雨停了再走。")),
    (("the {H} opens a hidden wooden door", "{H}推开一扇隐藏的木门"), ("Is anybody here?", "有人在吗?")),
    (
        ("the {H} discovers a room full of glowing books", "{H}发现满屋发光的书"),
        ("So this is the treasure!", "原来这就是宝藏!"),
    ),
    (
        ("the {H} shares the books with new friends", "{H}和新朋友分享这些书"),
        ("Come and read with us.", "一起来读书吧。"),
    ),
    (("the {H} returns home under the stars", "{H}在星空下回到家"), ("Home at last.", "终于到家了。")),
)

DRAMA: tuple[tuple[Pair, Pair], ...] = (
    (("the {H} waits alone at a bus stop", "{H}独自在车站等车"), ("You are late again.", "你又迟到了。")),
    (("the {H} reads a message and frowns", "{H}看着手机消息皱起眉头"), ("This cannot be true.", "这不可能。")),
    (("the {H} runs through the rain", "{H}在雨中奔跑"), ("Please wait for me!", "请等等我!")),
    (("the {H} knocks on a closed door", "{H}敲着紧闭的门"), ("I know you are there.", "我知道你在里面。")),
    (("the {H} sits down and tells the truth", "{H}坐下来说出真相"), ("I should have told you.", "我早该告诉你。")),
    (
        ("the {H} finds an old photo in a drawer", "{H}在抽屉里找到一张旧照片"),
        ("We were so young.", "那时我们真年轻。"),
    ),
    (("the {H} cooks a simple dinner", "{H}做了一顿简单的晚饭"), ("Try it, it is still warm.", "尝尝吧,还热着。")),
    (("the {H} looks at the city lights", "{H}望着城市灯火"), ("Tomorrow will be better.", "明天会更好。")),
    (("the {H} packs a suitcase slowly", "{H}慢慢收拾行李箱"), ("I have to go now.", "我得走了。")),
    (("the {H} turns around and smiles", "{H}转过身来微笑"), ("Let us start again.", "我们重新开始吧。")),
)

PRODUCT_MOMENTS: tuple[Pair, ...] = (
    ("the {H} appears out of soft light", "{H}在柔光中出现"),
    ("a slow turn that shows the {H} from all sides", "缓慢旋转,全方位展示{H}"),
    ("a close-up of the material of the {H}", "{H}的材质特写"),
    ("a young woman uses the {H} at her desk", "年轻女孩在书桌前使用{H}"),
    ("the {H} beside a cup of tea at breakfast", "早餐时{H}摆在一杯茶旁"),
    ("a family gathers around the {H}", "一家人围着{H}"),
    ("the {H} in the rain, drops running off", "雨中的{H},水珠滑落"),
    ("the {H} at night under street lights", "夜晚街灯下的{H}"),
    ("friends pass the {H} around at a picnic", "野餐时朋友们传看{H}"),
    ("the {H} is packed as a gift", "{H}被包装成礼物"),
    ("the {H} on a shelf among plants", "{H}摆在绿植之间的架子上"),
    ("the {H} with the brand name behind it", "{H}与背后的品牌名"),
)

NATURE: tuple[Pair, ...] = (
    ("the {H} wakes up at sunrise", "日出时{H}醒来"),
    ("the {H} looks for food", "{H}寻找食物"),
    ("the {H} crosses a stream", "{H}越过小溪"),
    ("a close-up of the eyes of the {H}", "{H}眼睛的特写"),
    ("the {H} takes care of its young", "{H}照顾幼崽"),
    ("the {H} hides from a storm", "{H}躲避暴风雨"),
    ("the {H} plays with others of its kind", "{H}与同伴嬉戏"),
    ("the {H} rests in the shade", "{H}在树荫下休息"),
    ("tracks of the {H} in the mud", "泥地上{H}留下的足迹"),
    ("the {H} under a sky full of stars", "星空下的{H}"),
)

MUSIC_MOMENTS: tuple[Pair, ...] = (
    ("a singer walks down an empty street", "歌手走过空荡的街道"),
    ("city lights pass by a train window", "列车窗外掠过城市灯火"),
    ("hands play the piano in close-up", "弹钢琴的手部特写"),
    ("dancers on a rooftop at sunset", "日落时分屋顶上的舞者"),
    ("rain falls on a neon sign", "雨水落在霓虹招牌上"),
    ("an old cassette starts to turn", "老磁带开始转动"),
    ("waves roll onto the beach", "海浪涌上沙滩"),
    ("two friends run through a field", "两个朋友奔过田野"),
    ("the drummer hits the last beat", "鼓手敲下最后一拍"),
    ("lanterns rise into the night sky", "孔明灯升上夜空"),
)

EVENT_MOMENTS: tuple[Pair, ...] = (
    ("the crowd walks in through the gate", "人群走进大门"),
    ("the stage lights turn on", "舞台灯光亮起"),
    ("a host greets the audience", "主持人向观众问好"),
    ("children try a hands-on table", "孩子们在体验区动手尝试"),
    ("cooks prepare street food", "厨师制作街头小吃"),
    ("a band plays on a small stage", "乐队在小舞台上演奏"),
    ("confetti falls over the square", "彩纸飘落广场"),
    ("volunteers hand out maps", "志愿者分发地图"),
    ("the logo appears over the skyline", "标志出现在城市天际线上"),
    ("fireworks close the evening", "烟花为夜晚落幕"),
)

PUBLIC_MOMENTS: tuple[Pair, ...] = (
    ("a plastic bottle drifts down a river", "一个塑料瓶顺河漂流"),
    ("a child picks up litter on the beach", "孩子在沙滩上捡垃圾"),
    ("a tap is turned off", "水龙头被拧紧"),
    ("neighbours sort their waste together", "邻居们一起垃圾分类"),
    ("a tree is planted on a bare hill", "在荒山上种下一棵树"),
    ("birds return to the wetland", "鸟儿回到湿地"),
    ("people ride bicycles to work", "人们骑车上班"),
    ("lights go out in an empty office", "空办公室的灯熄灭"),
    ("a clean river flows through the city", "清澈的河流穿过城市"),
    ("a family looks at the stars", "一家人仰望星空"),
)

STEPS: dict[Pair, tuple[Pair, ...]] = {
    ("how to brew pour-over coffee", "如何制作手冲咖啡"): (
        ("weigh the coffee beans", "称量咖啡豆"),
        ("grind the beans", "研磨咖啡豆"),
        ("fold the filter paper", "折好滤纸"),
        ("rinse the filter with hot water", "用热水冲洗滤纸"),
        ("pour in the coffee powder", "倒入咖啡粉"),
        ("pour water in circles", "绕圈注水"),
        ("wait for the coffee to drip", "等待咖啡滴落"),
        ("serve the coffee", "盛出咖啡"),
    ),
    ("how to repot a plant", "如何给植物换盆"): (
        ("choose a larger pot", "选一个大一号的花盆"),
        ("put stones on the bottom", "在盆底铺石子"),
        ("add fresh soil", "加入新土"),
        ("loosen the plant from its pot", "把植物从旧盆中松出"),
        ("shake off the old soil", "抖掉旧土"),
        ("set the plant in the middle", "把植物放在中央"),
        ("fill up with soil and press", "填土压实"),
        ("water it and place it in the shade", "浇水后放在阴凉处"),
    ),
    ("how to fold a paper boat", "如何折纸船"): (
        ("lay the paper flat", "把纸铺平"),
        ("fold it in half", "对折"),
        ("fold both corners to the middle", "两角向中间折"),
        ("fold the lower edges up", "下边向上折"),
        ("open it into a square", "撑开压成方形"),
        ("fold the tips up", "把尖角向上折"),
        ("pull the ends apart", "拉开两端"),
        ("float the boat on water", "让纸船浮在水面上"),
    ),
}

FACTS: tuple[Pair, ...] = (
    ("It is for our 2026 spring campaign.", "用于我们2026年的春季推广。"),
    ("The product sells for $49.", "产品售价299元。"),
    ("The audience is children aged 3 to 6.", "受众是3到6岁的孩子。"),
    ("We were founded in 1998 and have 3 stores in Hangzhou.", "我们成立于1998年,在杭州有3家门店。"),
    ("The launch is on June 18.", "6月18日正式上线。"),
    ("Our account has 20,000 followers.", "我们的账号有2万粉丝。"),
    ("The budget is 500 dollars.", "预算是3500元。"),
    ("My 7-year-old daughter will see it first.", "先给我7岁的女儿看。"),
    ("Everything is 30% off that week.", "那一周全场7折。"),
    ("It will hang in room 204 for 2 weeks.", "会在204室展示两周。"),
)
"""Remarks with numbers that are no demand: years, prices, ages, dates. Who reads them as counts is wrong."""

EVENTS: tuple[Pair, ...] = (
    ("the autumn book fair", "秋季书展"),
    ("a lantern festival", "元宵灯会"),
    ("the city marathon", "城市马拉松"),
    ("a jazz night", "爵士之夜"),
    ("a farmers' market", "农夫市集"),
    ("the school sports day", "校园运动会"),
    ("an open-air film week", "露天电影周"),
    ("a pottery workshop", "陶艺工作坊"),
)

CAUSES: tuple[Pair, ...] = (
    ("protecting rivers", "保护河流"),
    ("saving water", "节约用水"),
    ("sorting waste", "垃圾分类"),
    ("planting trees", "植树造林"),
    ("travelling green", "绿色出行"),
)

SONGS: tuple[Pair, ...] = (
    ("a gentle folk song about leaving home", "一首关于离家的民谣"),
    ("a city-pop song about summer nights", "一首关于夏夜的城市流行曲"),
    ("a rock song about never giving up", "一首关于永不放弃的摇滚"),
    ("a lullaby about the moon", "一首关于月亮的摇篮曲"),
)
