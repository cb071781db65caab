"""What the expert says when it works otherwise than at its best: at length, carelessly, after a slip, on second sight."""

from __future__ import annotations

from visgenenv.types import Lang

MODE_SAYINGS: dict[str, dict[Lang, str]] = {
    # templates
    "way": {"en": "This is {name}: {stages}.", "zh": "按{name}的流程来做:{stages}。"},
    "beats": {
        "en": "The music is there. Before cutting I find its beats, so that the shots change on them.",
        "zh": "音乐已就绪,合成前先找出节拍,让镜头卡点切换。",
    },
    "beat_times": {"en": "the beats", "zh": "节拍"},
    "goal_beats": {"en": "Find the beats to cut on", "zh": "检测音乐节拍用于卡点"},
    # verbose
    "step": {"en": "Call {k} of about {n}: {what}.", "zh": "第{k}次调用(共约{n}次):{what}。"},
    "more_1": {
        "en": "Let me go over the request once more before I spend anything: it is about {subject}, and what counts in the end is number, length, shape and sound exactly as stated.",
        "zh": "动手之前再核对一遍需求:主题是{subject},最后要对得上的是数量、时长、比例和声音。",
    },
    "more_2": {
        "en": "I considered sending several calls at once, which would be quicker; one at a time lets me read each result before the next.",
        "zh": "也可以一次发出多个调用,更快一些;逐个进行便于看完每个结果再继续。",
    },
    "more_3": {
        "en": "Another tool might do the same work, but {tool} is named in the plan and nothing so far speaks against it.",
        "zh": "也有别的工具可以完成,但计划中写的是{tool},目前没有理由更换。",
    },
    "more_4": {
        "en": "If this one fails for a passing reason I will repeat it; if its wording is refused I will say the same in milder words.",
        "zh": "如果是临时故障就重试;如果措辞被拒,就换温和的说法。",
    },
    "more_5": {
        "en": "Everything that later steps need is kept by its link, so that nothing has to be made twice.",
        "zh": "后续步骤需要的素材都记下链接,避免重复制作。",
    },
    "more_6": {
        "en": "The prompt names the subject, what happens, the place and the look; leaving one of these out is how pictures drift apart.",
        "zh": "提示词写明主体、动作、地点与画风;少写一项,画面就容易走样。",
    },
    "more_7": {
        "en": "Calls answered so far: {done}; nothing they made is handed over unless the user asked for it.",
        "zh": "目前已有{done}个结果;用户没有要求的素材不会交付。",
    },
    "more_8": {
        "en": "I compare this with the plan: the step is next in line and all it depends on is there.",
        "zh": "对照计划:正好轮到这一步,它依赖的内容都已具备。",
    },
    "look_up": {
        "en": "Before anything is made: {goal}, to be sure of the matter, which is {subject}.",
        "zh": "开工前先做准备:{goal}。题材是{subject}。",
    },
    "looked_up": {
        "en": "That helps to see the matter clearly, though the user's own words stay the measure.",
        "zh": "对题材心里有数了,但仍以用户的要求为准。",
    },
    "look_over": {
        "en": "Before I deliver I look over what was made with {tool}: {n} in all.",
        "zh": "交付前用{tool}检查一遍成果,共{n}个。",
    },
    "looked_over": {
        "en": "The check says: {answer}. I keep this in mind, and what the request states is there.",
        "zh": "检查结果:{answer}。已了解,需求中写明的内容都在。",
    },
    "goal_search": {"en": "search the web for facts", "zh": "检索相关资料"},
    "goal_sum_up": {"en": "sum up what is known", "zh": "归纳已知内容"},
    "goal_inspire": {"en": "look for inspiration in the stock library", "zh": "在素材库中寻找灵感"},
    "goal_refine": {"en": "polish the wording of the idea", "zh": "润色创意的描述"},
    "goal_script": {"en": "draft a script", "zh": "起草脚本"},
    "the_look_up": {"en": "the preparation", "zh": "准备工作"},
    "the_check": {"en": "the check", "zh": "检查"},
    "goal_one": {"en": "{goal}: number {k}", "zh": "{goal}:第{k}个"},
    "question_quality": {"en": "Are there any defects?", "zh": "有没有缺陷?"},
    "question_again": {"en": "Is anything wrong with the quality?", "zh": "画质有没有问题?"},
    # sloppy
    "hurry": {"en": "That should be about right. {think}", "zh": "大致这样就行。{think}"},
    "quick": {"en": "This will do, no need to check.", "zh": "差不多了,不用再查。"},
    "goal_all": {"en": "Make everything that is needed", "zh": "完成全部内容"},
    # recovering
    "slip_value": {
        "en": "{tool} refused the call: {message}. I had written {name} = {wrong}; what it takes is {right}. I correct that and keep the rest.",
        "zh": "{tool}拒绝了调用:{message}。我把{name}写成了{wrong},应为{right}。改正后重发,其余不变。",
    },
    "slip_missing": {
        "en": "{tool} refused the call: {message}. I had left out {name}; here it is.",
        "zh": "{tool}拒绝了调用:{message}。漏写了{name},现在补上。",
    },
    "slip_link": {
        "en": "{tool} did not find the file: {message}. I had copied the link wrongly; the right one is {right}.",
        "zh": "{tool}找不到素材:{message}。链接抄错了,正确的是{right}。",
    },
    "slip_tool": {
        "en": "There is no such tool: {message}. The tool on offer is called {tool}, so I call that with the same arguments.",
        "zh": "没有这个工具:{message}。可用的工具叫{tool},用同样的参数调用它。",
    },
    # reflective
    "looking": {
        "en": "Look number {k}, before these go into anything else: {tool} is to check the {n} new ones.",
        "zh": "第{k}次检查:在继续使用之前,用{tool}查看这{n}个新结果。",
    },
    "asking_again": {
        "en": "It names defects in {what}. One answer in twenty is wrong in a detail, so I ask once more in other words.",
        "zh": "它指出{what}有缺陷。这类回答偶有差错,换个说法再问一次。",
    },
    "reworking": {
        "en": "Confirmed: {what}. I rework {n}, naming the defect so that it goes away, and leave the others as they are.",
        "zh": "已确认:{what}。针对缺陷重做{n}个,其余保持不变。",
    },
    "verifying": {
        "en": "Rework number {k} is in; I check what came of it before going on: {n}.",
        "zh": "第{k}次重做已完成,先复查这{n}个再继续。",
    },
    "seen": {"en": "{said} {think}", "zh": "{said}{think}"},
    "all_well": {"en": "Looked at {n}: nothing wrong.", "zh": "检查了{n}个,没有问题。"},
    "some_ill": {
        "en": "Looked at {n}: {bad} still flawed, the rest in order.",
        "zh": "检查了{n}个,{bad}个仍有缺陷,其余正常。",
    },
    "found_ill": {"en": "{n} flawed.", "zh": "{n}个有缺陷。"},
    "unseen": {
        "en": "{n} new: by what the results say of themselves they are as asked; no tool on offer can look closer.",
        "zh": "新增{n}个:从返回信息看符合要求;现有工具无法进一步查看。",
    },
    "without": {"en": "{prompt} Avoid this defect: {defect}.", "zh": "{prompt}请避免以下缺陷:{defect}。"},
    "mend": {
        "en": "Keep everything as it is and correct only this: {defect}.",
        "zh": "其他保持不变,只修正:{defect}。",
    },
    # failing
    "give_up": {
        "en": "This looks like more than I can do; I would rather say so at once than try.",
        "zh": "这项需求看起来超出能力,不如直接说明。",
    },
    "summary_gave_up": {
        "en": "I am sorry, I could not carry out this request.",
        "zh": "抱歉,未能完成这项需求。",
    },
    "enough_planned": {
        "en": "The plan stands, and with it the main part is done; I answer now.",
        "zh": "计划已经写好,主要工作算是完成了,直接答复。",
    },
    "summary_planned": {
        "en": "The plan is ready and can be carried out at any time.",
        "zh": "计划已经备好,随时可以执行。",
    },
    "half_way": {
        "en": "There are some pictures now. That gives a good impression of the film, so I hand over these.",
        "zh": "已经有一些图片了,足以体现影片效果,就交付这些。",
    },
    "own_file": {
        "en": "The file at hand shows what is wanted well enough, so I hand that over.",
        "zh": "手头的文件已经足够说明问题,直接交付。",
    },
    "summary_half": {"en": "Here is what was made for: {subject}.", "zh": "这是为该需求准备的内容:{subject}。"},
    "made_up": {
        "en": "The result ought to be at this link by now, so I cite it.",
        "zh": "成果此刻应当就在这个链接,直接引用。",
    },
    "again": {"en": "It did not work. I try the same once more.", "zh": "没有成功,再试一次同样的调用。"},
    "once_more": {
        "en": "Not quite what I had in mind yet; another one, take {k}.",
        "zh": "还不够理想,再来一个,第{k}次。",
    },
    "wrong_tool": {
        "en": "For this there must be a tool called {tool}; I call it.",
        "zh": "应该有一个叫{tool}的工具,调用它。",
    },
    "to_do": {
        "en": "First of all I keep my list tidy, revision {k}.",
        "zh": "先把清单整理好,第{k}版。",
    },
}
"""By key and language; `words.say` fills them in."""
