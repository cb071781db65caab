"""The words: every subject, colour, scene, style and light that can be drawn, in English and Chinese."""

from __future__ import annotations

from msgspec import Struct


class Entry(Struct, frozen=True):
    """A thing that can be drawn and its names; the first form of each language is the one we write ourselves.

    `category` and `natural` (the colour it has when none is asked for) and `measure` (the Chinese measure word)
    are set for subjects, `rgb` for colours. The sprite of a subject is `media_db/sprites/<sprite>.webp`.
    """

    name: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    category: str = ""
    natural: str = ""
    measure: str = ""
    rgb: tuple[int, int, int] = (0, 0, 0)

    @property
    def sprite(self) -> str:
        """File stem of the subject's picture."""
        return self.name.replace(" ", "-")


IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "mouse": "mice", "sheep": "sheep",
    "fish": "fish", "goldfish": "goldfish", "deer": "deer", "wolf": "wolves", "elf": "elves", "goose": "geese",
    "leaf": "leaves", "scarf": "scarves", "knife": "knives", "headphones": "headphones", "glasses": "glasses",
    "sunglasses": "sunglasses", "noodles": "noodles", "sushi": "sushi", "bread": "bread", "fries": "fries",
    "grapes": "grapes", "ramen": "ramen", "fireworks": "fireworks", "octopus": "octopuses", "cactus": "cacti",
    "dj": "djs", "tv": "tvs", "aircraft": "aircraft", "earbuds": "earbuds", "curtains": "curtains",
    "flowers": "flowers", "chess": "chess", "trainers": "trainers", "sneakers": "sneakers", "milk": "milk",
    "squid": "squid", "photo": "photos", "piano": "pianos", "ufo": "ufos", "tv set": "tv sets", "radio": "radios",
}  # fmt: skip

# name | category | natural colour | measure word | English forms | Chinese forms
_SUBJECTS = """
fox | animal | orange | 只 | fox | 狐狸
cat | animal | orange | 只 | cat, kitten, kitty | 猫, 小猫, 猫咪, 猫猫
dog | animal | brown | 只 | dog, puppy | 狗, 小狗, 狗狗, 犬
rabbit | animal | white | 只 | rabbit, bunny, hare | 兔子, 小兔, 小兔子, 白兔, 兔
bear | animal | brown | 只 | bear, bear cub | 熊, 小熊
panda | animal | white | 只 | panda, giant panda, panda bear | 熊猫, 大熊猫
tiger | animal | orange | 只 | tiger | 老虎, 虎
lion | animal | yellow | 只 | lion | 狮子, 雄狮
horse | animal | brown | 匹 | horse, pony | 马, 骏马, 小马
elephant | animal | grey | 头 | elephant | 大象, 小象
monkey | animal | brown | 只 | monkey | 猴子, 小猴
penguin | animal | purple | 只 | penguin | 企鹅
owl | animal | brown | 只 | owl | 猫头鹰
bird | animal | red | 只 | bird, songbird | 鸟, 小鸟, 鸟儿
duck | animal | green | 只 | duck, duckling | 鸭子, 小鸭
chick | animal | yellow | 只 | chick, baby chick | 小鸡
parrot | animal | red | 只 | parrot | 鹦鹉
flamingo | animal | pink | 只 | flamingo | 火烈鸟
dolphin | animal | blue | 只 | dolphin | 海豚
whale | animal | blue | 头 | whale | 鲸鱼, 鲸
fish | animal | blue | 条 | fish, tropical fish, goldfish | 鱼, 小鱼, 金鱼, 热带鱼
octopus | animal | red | 只 | octopus | 章鱼
turtle | animal | green | 只 | turtle, tortoise | 乌龟, 海龟
frog | animal | green | 只 | frog | 青蛙
butterfly | animal | orange | 只 | butterfly | 蝴蝶
bee | animal | yellow | 只 | bee, bumblebee | 蜜蜂
dragon | animal | green | 条 | dragon | 龙, 巨龙, 小龙
unicorn | animal | purple | 只 | unicorn | 独角兽
deer | animal | brown | 只 | deer, fawn, stag | 鹿, 小鹿
sheep | animal | white | 只 | sheep, lamb | 绵羊, 小羊, 羊
cow | animal | white | 头 | cow | 奶牛, 牛
pig | animal | pink | 头 | pig, piglet | 猪, 小猪
mouse | animal | grey | 只 | mouse | 老鼠, 小老鼠
squirrel | animal | brown | 只 | squirrel, chipmunk | 松鼠
wolf | animal | grey | 只 | wolf | 狼, 灰狼
koala | animal | grey | 只 | koala | 考拉
giraffe | animal | yellow | 只 | giraffe | 长颈鹿
hedgehog | animal | brown | 只 | hedgehog | 刺猬
dinosaur | animal | green | 只 | dinosaur | 恐龙
girl | person | pink | 个 | girl, little girl, schoolgirl | 女孩, 小女孩, 姑娘, 女童
boy | person | blue | 个 | boy, little boy, schoolboy | 男孩, 小男孩, 男童
child | person | yellow | 个 | child, kid, toddler | 孩子, 小孩, 小朋友, 儿童
person | person | teal | 个 | person, young person, adult | 人物, 人们, 路人, 一家人
woman | person | purple | 位 | woman, lady, mother, young woman | 女人, 女士, 女子, 女性, 妈妈
man | person | blue | 位 | man, guy, father, young man | 男人, 男士, 男子, 男性, 爸爸
grandmother | person | purple | 位 | grandmother, grandma, old woman | 奶奶, 老奶奶, 外婆, 老太太
grandfather | person | green | 位 | grandfather, grandpa, old man | 爷爷, 老爷爷, 外公, 老人
chef | person | white | 位 | chef, cook, baker | 厨师, 大厨
doctor | person | white | 位 | doctor, physician | 医生
farmer | person | green | 位 | farmer | 农民, 农夫
artist | person | red | 位 | artist, painter | 画家, 艺术家
astronaut | person | white | 位 | astronaut, spaceman, cosmonaut | 宇航员, 航天员
dancer | person | red | 位 | dancer | 舞者, 舞蹈演员
elf | person | purple | 位 | elf, elf archer, elven archer | 精灵, 精灵弓箭手, 精灵射手, 精灵游侠
fairy | person | purple | 位 | fairy, flower fairy | 仙女, 花仙子, 小仙女
wizard | person | blue | 位 | wizard, mage, sorcerer | 巫师, 魔法师, 法师
mermaid | person | green | 位 | mermaid | 美人鱼, 人鱼
robot | person | grey | 个 | robot, android | 机器人
snowman | object | white | 个 | snowman | 雪人
bow | object | brown | 把 | bow, longbow, long bow, bow and arrow | 弓, 弓箭, 长弓
sword | object | grey | 把 | sword, blade, dagger | 剑, 宝剑, 长剑
shield | object | grey | 面 | shield | 盾牌, 盾
crown | object | gold | 顶 | crown, tiara | 皇冠, 王冠
smart speaker | object | grey | 台 | smart speaker, speaker, loudspeaker, wireless speaker, home speaker | 智能音箱, 音箱, 音响, 智能音响
headphones | object | grey | 副 | headphones, headset, headphone, earbuds, earphones | 耳机, 头戴式耳机, 耳麦
watch | object | navy | 块 | watch, smartwatch, wristwatch, smart watch | 手表, 智能手表, 腕表
camera | object | black | 台 | camera, film camera | 照相机, 相机
phone | object | navy | 部 | phone, smartphone, mobile phone, cellphone, cell phone | 手机, 智能手机
laptop | object | grey | 台 | laptop, notebook computer, computer | 笔记本电脑, 电脑
television | object | grey | 台 | television, tv, tv set, tv screen | 电视, 电视机
projector | object | grey | 台 | projector, film projector, movie projector | 投影仪, 放映机
lamp | object | yellow | 盏 | lamp, light bulb, bulb, desk lamp, table lamp | 台灯, 灯泡, 灯, 电灯
lantern | object | red | 盏 | lantern, paper lantern | 灯笼
candle | object | white | 支 | candle, scented candle | 蜡烛, 香薰蜡烛
clock | object | red | 个 | clock, alarm clock | 时钟, 闹钟
umbrella | object | purple | 把 | umbrella, parasol | 雨伞, 伞, 遮阳伞
backpack | object | red | 个 | backpack, rucksack, school bag | 背包, 书包, 双肩包
handbag | object | brown | 个 | handbag, tote bag, leather bag, purse | 手提包, 手袋, 包包
sneaker | object | purple | 双 | sneaker, running shoe, trainers, sports shoe, shoe | 运动鞋, 跑鞋, 球鞋, 鞋子
dress | object | blue | 条 | dress, gown, skirt | 连衣裙, 裙子, 礼服
shirt | object | green | 件 | shirt, t-shirt, tee | 衬衫, T恤, 上衣
hat | object | brown | 顶 | hat, straw hat, sun hat | 帽子, 草帽
sunglasses | object | purple | 副 | sunglasses, glasses | 太阳镜, 墨镜, 眼镜
lipstick | object | red | 支 | lipstick | 口红, 唇膏
perfume | object | pink | 瓶 | perfume, perfume bottle, fragrance | 香水, 香水瓶
lotion | object | pink | 瓶 | lotion, face cream, skincare bottle, shampoo, serum | 乳液, 护肤品, 面霜, 洗发水, 精华液
bottle | object | brown | 个 | bottle, cola bottle, coke bottle, soda bottle, glass bottle | 可乐瓶, 瓶子, 汽水瓶, 玻璃瓶, 可乐
book | object | white | 本 | book, novel, storybook | 书, 书本, 图书, 故事书
guitar | object | red | 把 | guitar, acoustic guitar | 吉他
piano | object | black | 架 | piano, keyboard instrument | 钢琴
violin | object | brown | 把 | violin, fiddle | 小提琴
drum | object | red | 面 | drum, drum kit | 鼓, 架子鼓
microphone | object | navy | 支 | microphone, mic | 麦克风, 话筒
balloon | object | red | 个 | balloon, party balloon | 气球
gift | object | red | 份 | gift, gift box, present, gift-box | 礼物, 礼盒, 礼品盒
ball | object | blue | 个 | ball, football, soccer ball | 足球, 皮球
teddy bear | object | brown | 只 | teddy bear, teddy, stuffed bear, plush bear | 泰迪熊, 玩具熊, 毛绒熊
kite | object | red | 只 | kite | 风筝
yarn | object | blue | 团 | yarn, ball of yarn, wool ball, ball of wool | 毛线球, 绒线, 毛线
sofa | object | blue | 张 | sofa, couch, armchair | 沙发
chair | object | brown | 把 | chair, wooden chair, stool | 椅子, 凳子
curtain | object | cream | 幅 | curtain, curtains, drapes | 窗帘, 帘子
pot | object | grey | 口 | pot, cauldron, magic cauldron, cooking pot | 大锅, 锅, 坩埚, 魔法大锅
house | building | brown | 座 | house, cottage, cabin, hut, workshop | 房子, 小屋, 房屋, 工坊, 作坊, 木屋
castle | building | grey | 座 | castle, palace, fortress | 城堡, 宫殿
tower | building | orange | 座 | tower, lighthouse | 塔, 铁塔, 灯塔
car | vehicle | red | 辆 | car, sports car, electric car, automobile, vehicle | 汽车, 轿车, 跑车, 小汽车, 电动车, 车
bus | vehicle | yellow | 辆 | bus, school bus | 公交车, 巴士, 公共汽车
train | vehicle | black | 列 | train, locomotive, steam train | 火车, 列车
bicycle | vehicle | red | 辆 | bicycle, bike | 自行车, 单车
motorcycle | vehicle | red | 辆 | motorcycle, motorbike, scooter | 摩托车, 机车
truck | vehicle | yellow | 辆 | truck, lorry, van | 卡车, 货车
airplane | vehicle | white | 架 | airplane, plane, aeroplane, aircraft, jet | 飞机
helicopter | vehicle | orange | 架 | helicopter | 直升机
rocket | vehicle | white | 枚 | rocket, spaceship, spacecraft | 火箭, 飞船, 宇宙飞船
ufo | vehicle | grey | 架 | ufo, flying saucer | 飞碟, 外星飞船
sailing boat | vehicle | white | 艘 | sailing boat, sailboat, boat, yacht, sailing ship | 帆船, 小船, 船帆船, 船
ship | vehicle | white | 艘 | ship, cruise ship, ocean liner | 轮船, 邮轮
tree | plant | green | 棵 | tree, oak tree, oak | 树, 大树, 树木
pine tree | plant | green | 棵 | pine tree, pine, fir tree, evergreen | 松树, 杉树
palm tree | plant | green | 棵 | palm tree, palm, coconut tree | 棕榈树, 椰子树, 椰树
plant | plant | green | 盆 | plant, potted plant, houseplant, house plant, indoor plant | 盆栽, 绿植, 植物
cactus | plant | green | 棵 | cactus | 仙人掌
flower | plant | pink | 朵 | flower, cherry blossom, blossom | 花, 花朵, 樱花, 鲜花
rose | plant | red | 朵 | rose | 玫瑰, 玫瑰花
sunflower | plant | yellow | 朵 | sunflower | 向日葵
tulip | plant | pink | 朵 | tulip | 郁金香
mushroom | plant | red | 个 | mushroom, toadstool | 蘑菇
maple leaf | plant | red | 片 | maple leaf, autumn leaf, leaf | 枫叶, 树叶, 落叶
orange | food | orange | 个 | orange, orange slice, orange fruit, tangerine, mandarin | 橙子, 橘子, 鲜橙, 桔子
apple | food | red | 个 | apple | 苹果
banana | food | yellow | 根 | banana | 香蕉
lemon | food | yellow | 个 | lemon | 柠檬
strawberry | food | red | 颗 | strawberry | 草莓
watermelon | food | green | 个 | watermelon, melon | 西瓜
grapes | food | purple | 串 | grapes, grape | 葡萄
cake | food | pink | 个 | cake, birthday cake | 蛋糕, 生日蛋糕
cupcake | food | pink | 个 | cupcake, muffin | 纸杯蛋糕
ice cream | food | white | 个 | ice cream, ice-cream, ice cream cone, gelato | 冰淇淋, 冰激凌, 甜筒
donut | food | brown | 个 | donut, doughnut | 甜甜圈
bread | food | brown | 个 | bread, loaf, loaf of bread | 面包
pizza | food | yellow | 个 | pizza, pizza slice | 披萨, 比萨
burger | food | brown | 个 | burger, hamburger, cheeseburger | 汉堡, 汉堡包
noodles | food | red | 碗 | noodles, ramen, bowl of noodles, noodle soup | 面条, 拉面
sushi | food | red | 份 | sushi | 寿司
dumpling | food | cream | 个 | dumpling | 饺子, 汤圆
coffee cup | food | brown | 杯 | coffee cup, cup of coffee, coffee, coffee mug, latte, mug, espresso | 咖啡杯, 咖啡, 拿铁
tea | food | white | 杯 | tea, cup of tea, tea cup, teacup | 茶, 茶杯, 抹茶, 茶水
drink | food | red | 杯 | drink, soda, juice, orange juice, soft drink, milkshake, bubble tea, cola | 饮料, 汽水, 果汁, 奶茶, 芬达, 橙汁
moon | sky | yellow | 轮 | moon, full moon | 月亮, 满月, 明月
crescent moon | sky | yellow | 轮 | crescent moon, crescent, half moon | 弯月, 月牙
sun | sky | yellow | 轮 | sun | 太阳
star | sky | yellow | 颗 | star | 星星, 五角星
rainbow | sky | red | 道 | rainbow | 彩虹
cloud | sky | white | 朵 | cloud | 云, 云朵, 白云
"""

# name | red, green, blue | English forms | Chinese forms
_COLOURS = """
red | 220,45,45 | red, crimson, scarlet | 红色, 红, 大红, 深红, 赤色
orange | 245,135,30 | orange | 橙色, 橘色, 橘红
yellow | 250,205,45 | yellow | 黄色, 黄, 明黄
green | 55,165,80 | green, emerald | 绿色, 绿, 翠绿, 墨绿
teal | 30,160,165 | teal, turquoise, cyan | 青色, 蓝绿色, 青绿
blue | 50,105,220 | blue, azure | 蓝色, 蓝, 天蓝, 湛蓝
navy | 30,45,110 | navy, navy blue, dark blue | 藏青色, 深蓝, 海军蓝
purple | 135,75,190 | purple, violet, lavender | 紫色, 紫, 紫罗兰色
pink | 245,140,185 | pink, rose-pink | 粉色, 粉红, 粉红色, 粉
brown | 140,90,55 | brown, chestnut | 棕色, 褐色, 棕, 咖啡色
black | 45,45,52 | black | 黑色, 黑, 漆黑
white | 245,245,248 | white, snow-white | 白色, 白, 雪白, 洁白
grey | 145,150,158 | grey, gray | 灰色, 灰
gold | 215,170,55 | gold, golden | 金色, 金
silver | 195,200,210 | silver | 银色, 银
cream | 240,225,195 | cream, beige, ivory | 米色, 奶油色, 米白
"""

# name | English forms | Chinese forms
_SCENES = """
forest | forest, woods, woodland, jungle, rainforest | 森林, 树林, 丛林, 林间
city | city, cityscape, skyline, downtown, metropolis, rooftop | 城市, 都市, 天际线, 天台
beach | beach, seaside, seashore, shore, coast | 海滩, 沙滩, 海边, 海岸
desert | desert, dunes, sand dunes, sahara | 沙漠, 沙丘, 戈壁
snow | snow, snowfield, snowy field, snowy, winter, arctic, ice | 雪地, 雪原, 雪山, 冬天, 冰雪, 雪景
space | space, outer space, galaxy, cosmos, orbit, universe | 太空, 宇宙, 银河, 星空宇宙, 外太空
ocean | ocean, sea, open sea, high seas | 大海, 海洋, 海面, 海上, 海
underwater | underwater, under water, seabed, coral reef, deep sea | 水下, 海底, 珊瑚礁, 深海
studio | studio, white background, plain background, backdrop, photo studio, showroom | 摄影棚, 影棚, 白色背景, 纯色背景, 展厅
living room | living room, lounge, sitting room, indoors, interior, bedroom | 客厅, 起居室, 室内, 卧室, 房间
garden | garden, park, backyard, flower field, lawn | 花园, 公园, 院子, 草坪, 花海, 花田
meadow | meadow, grassland, prairie, field, farm, countryside, hill | 草地, 草原, 田野, 农场, 乡村, 山坡
mountain | mountain, mountains, mountain peak, valley, cliff | 山, 高山, 山脉, 山谷, 群山, 山顶
kitchen | kitchen, dining room, restaurant, bakery | 厨房, 餐厅, 面包店, 餐桌
street | street, road, alley, sidewalk, market, highway | 街道, 街头, 马路, 小巷, 公路, 街上, 集市
night sky | night sky, starry sky, starry night, starlit sky, starry | 夜空, 星空
cafe | cafe, café, coffee shop, tea house, library | 咖啡馆, 咖啡店, 茶馆, 图书馆
stage | stage, concert, theater, theatre, arena | 舞台, 演唱会, 剧院, 影院
sky | sky, among the clouds, above the clouds | 天空, 云端, 蓝天, 云海
office | office, classroom, meeting room, workspace | 办公室, 教室, 会议室, 书房
"""

_STYLES = """
photo | photo-realistic, photorealistic, realistic, photograph, photographic, cinematic, film look | 写实, 照片级, 真实感, 电影感, 摄影风格, 电影质感
watercolour | watercolour, watercolor, aquarelle | 水彩, 水彩画
felt | felt, felted, needle felt, wool felt, plush, woolen, stop motion felt | 毛毡, 羊毛毡, 毛绒, 毛毡风格
pixel art | pixel art, pixel, 8-bit, pixelated | 像素, 像素风, 像素艺术
oil painting | oil painting, oil paint, impressionist, impasto | 油画, 印象派
flat | flat illustration, flat design, flat, vector, vector art, minimalist | 扁平, 扁平插画, 扁平风格, 矢量, 极简
ink | ink, ink wash, ink painting, sumi-e, chinese ink | 水墨, 水墨画, 国画, 中国风
cyberpunk | cyberpunk, neon, synthwave, futuristic | 赛博朋克, 霓虹, 未来感, 科幻
sketch | sketch, pencil sketch, pencil drawing, line art, hand-drawn | 素描, 线稿, 铅笔画, 手绘
cartoon | cartoon, anime, comic, manga, cel-shaded, storybook illustration | 卡通, 动漫, 动画风格, 漫画, 二次元
3d render | 3d render, 3d, 3d rendering, clay, claymation, pixar style | 三维渲染, 3D, 粘土, 立体渲染
vintage | vintage, retro, sepia, old film, nostalgic | 复古, 怀旧, 老照片, 胶片
black and white | black and white, black-and-white, monochrome, noir | 黑白, 单色
paper cut | paper cut, paper-cut, papercraft, paper cutout, origami | 剪纸, 纸雕, 折纸
"""

_LIGHTS = """
morning | morning, sunrise, dawn, morning light, daybreak | 早晨, 清晨, 日出, 晨光, 黎明, 早上
day | noon, midday, daylight, sunny, daytime, sunlight, afternoon | 中午, 正午, 白天, 阳光, 晴天, 下午, 午后
sunset | sunset, dusk, evening, golden hour, twilight, sunset glow | 日落, 黄昏, 傍晚, 夕阳, 晚霞, 暮色
night | night, midnight, nighttime, night-time, moonlight, moonlit | 夜晚, 夜里, 深夜, 夜间, 月光, 黑夜, 晚上, 夜色
rain | rain, rainy, rainy day, storm, drizzle | 雨天, 下雨, 雨, 雨中, 暴雨
snowfall | snowfall, snowflakes, falling snow, snowstorm | 下雪, 飘雪, 雪花, 大雪
fog | fog, foggy, mist, misty, haze | 雾, 薄雾, 雾气, 晨雾
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _forms(cell: str) -> tuple[str, ...]:
    return tuple(form.strip() for form in cell.split(","))


def _rgb(cell: str) -> tuple[int, int, int]:
    red, green, blue = (int(part) for part in cell.split(","))
    return red, green, blue


SUBJECTS = {
    name: Entry(name, _forms(en), _forms(zh), category, natural, measure)
    for name, category, natural, measure, en, zh in _rows(_SUBJECTS)
}
COLOURS = {name: Entry(name, _forms(en), _forms(zh), "colour", rgb=_rgb(rgb)) for name, rgb, en, zh in _rows(_COLOURS)}
SCENES = {name: Entry(name, _forms(en), _forms(zh), "scene") for name, en, zh in _rows(_SCENES)}
STYLES = {name: Entry(name, _forms(en), _forms(zh), "style") for name, en, zh in _rows(_STYLES)}
LIGHTS = {name: Entry(name, _forms(en), _forms(zh), "light") for name, en, zh in _rows(_LIGHTS)}
