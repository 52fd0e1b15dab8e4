"""The words that say what a sentence is about, in one table; each row with an example.

A word says one thing here. Which words together make a report, a question or an assignment is in ``meaning``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Cue(StrEnum):
    """What a word of a sentence says."""

    DONE = "done"
    PART = "part"  # something was done, as 整改了 before an area
    ADD = "add"
    STATUS = "status"
    DUTY = "duty"
    MINE = "mine"
    DUE = "due"
    OVERDUE = "overdue"
    RANK = "rank"
    WHO = "who"
    WHY = "why"
    EXTEND = "extend"
    UNDO = "undo"
    HELP = "help"
    ASSIGN = "assign"
    NAMED = "named"  # the responsible person follows
    QUESTION = "question"
    NOT = "not"
    LATER = "later"  # not yet: wish, plan, promise
    SAID = "said"  # by somebody else, or supposed
    URGE = "urge"
    HOLD = "hold"  # 把: what is to be done to something
    REST = "rest"
    ALL = "all"
    THIS = "this"
    EACH = "each"
    NEEDLESS = "needless"


@dataclass(frozen=True)
class Row:
    """Words that say one thing; ``pattern`` is matched at each place of the folded sentence."""

    cue: Cue
    example: str
    pattern: str


_VERB = (
    "整改|整治|整理|整|搞|做|弄|办|干|拆除|拆|清理|清除|清|复耕|复垦|复绿|恢复|治理|修复|处理|处置|"
    "落实|回填|填|种|交|收|消化|盘活|入库|清退|腾退|覆土|复种|绿化|拆迁|供应|开发"
)

TABLE = (
    # --- reporting
    Row(
        Cue.DONE, "004搞定了",
        rf"(?:{_VERB})?(?:任务)?(?:全部|都|已经?)?(?:完成|完毕|完工|到位|办结|收工|收尾|搞定|弄妥|妥|了结|"
        r"结束)(?:整改|任务)?(?:了|啦)?",
    ),
    Row(Cue.DONE, "004和007搞完了", rf"(?:{_VERB})(?:完|好|掉|妥|光)(?:了|啦)?(?!成)"),
    Row(
        Cue.DONE, "DC-2026-004已整改",
        r"已整改|报完成|(?:已经?|全部|都)(?:整改|复耕|复垦|复绿|拆除|入库|恢复|清理|修复|盘活)(?:了|啦)?|"
        r"完了|完活|ok了|wan ?cheng(?: ?le)?|gao ?wan(?: ?le)?",
    ),
    Row(
        Cue.DONE, "004 is done",
        r"\b(?:done|redone|finished|completed?|complete|fixed|demolished|removed|all set|rectified|cleared|"
        r"restored|resolved|closed out|wrapped up|taken care of|sorted)\b",
    ),
    Row(
        Cue.PART, "整改了12亩",
        rf"(?:{_VERB})(?:面积)?(?:了|出|出来|过)?(?!完|好|掉|妥|光)|上报|报进展|进展(?!如何|怎么样|情况|[\s?。!,]*$)|"
        r"累计|共计|总共|合计|目前已|完成了|达到",
    ),
    Row(
        Cue.PART, "12 mu so far",
        r"\b(?:progress(?![\s?.!]*$)|so far|in total|total|reached|up to now|to date|finish|fix|restore|"
        r"clear|rectify)\b",
    ),
    Row(Cue.ADD, "又完成20亩", r"又|再|新增|另外?又?|还多|\b(?:another|more|additional(?:ly)?|plus)\b"),
    Row(
        Cue.REST, "剩下的都搞完了",
        r"剩下的?|剩余的?|其余的?|余下的?|剩的|\b(?:the )?(?:rest|remaining|remainder)\b",
    ),
    Row(Cue.ALL, "所有的都完成了", r"全部的?|所有的?|全都|统统|通通|都|全|\b(?:all|every(?:thing)?)\b"),
    Row(
        Cue.UNDO, "刚才报错了",
        r"撤销|撤回|收回|上一?条(?:作废|不算|取消)|退回去|che ?(?:hui|xiao)|取消刚才的?|取消上报|回退|反悔|"
        r"(?:报|写|发|填|说|弄|搞|点|按|登记|记)错了?|不算数|作废刚才的?",
    ),
    Row(
        Cue.UNDO, "undo that",
        r"\b(?:undo|revert|take (?:it|that) back|take back|cancel (?:that|it|my last)|my mistake|by mistake|"
        r"wrong one)\b",
    ),
    # --- asking
    Row(
        Cue.STATUS, "澜东怎么样了",
        r"怎么?样了?|咋样了?|如何了?|啥情况|什么情况|情况|进度|进展(?:情况|如何|怎么样|(?=[\s?。!,]*$))|到哪一?步了?|"
        r"到什么程度|推进得?(?:怎么样|如何)|整改率|到位率|完成率|概况|数据|jin ?du|zen ?me ?yang|多少亩|"
        r"几成|百分之几",
    ),
    Row(
        Cue.STATUS, "how is Landong doing",
        r"\b(?:status|how(?:'s| is| are| about)|what about|going|doing|figures?|numbers for|update on|"
        r"progress(?: (?:of|in|for)|(?=[\s?.!]*$))|completion rate)\b",
    ),
    Row(
        Cue.DUTY, "看看DC-2026-004",
        r"详情|详细|具体情况|哪一件|看看|看下|查看|查一?下|查询|查|打开|调出|什么时候到期|(?:期限|时限|"
        r"截止)(?:是)?(?:哪天|什么时候|几号|多少)?|什么内容|面积多少|多大",
    ),
    Row(
        Cue.DUTY, "show DC-2026-004",
        r"\b(?:details?|show|look up|open|tell me about|what is|what's|when is|pull up)\b",
    ),
    Row(
        Cue.MINE, "我手上还有哪些事项",
        r"我(?:手[上里头]|名下)的?(?=$|[\s,。?!还有])|我的(?=有|还|都有)|我有(?:哪些|什么|啥|几件)(?:事项?|"
        r"任务|活)?|wo ?de(?: ?ren ?wu)?|我(?:手上|这里|这边|名下|负责)?(?:的|还|都|现在|目前)?(?:有|剩|"
        r"要办|该办|负责)?(?:的)?(?:哪些|几件|多少件?|什么|啥)?(?:事项|任务|活儿?|待办|清单|问题)|(?:我|"
        r"咱)(?:还有|手上|名下|负责)(?:哪些|什么|啥|几件|多少)(?:件|个)?(?:没(?:办|完成|搞完|做)的?)?|待办",
    ),
    Row(
        Cue.MINE, "what do I have",
        r"\b(?:my (?:duties|tasks|list|items|to-?do|work)|mine|(?:what|which) (?:do|"
        r"have) i (?:still )?(?:have|got|need|owe)(?: to do)?|(?:what|anything) (?:is )?for me|on my plate|"
        r"assigned to me)\b",
    ),
    Row(Cue.DUE, "哪些快到期了", r"(?:快要?|马上|即将|要|近期|将)到期|临期|到期|快到时间|截止"),
    Row(Cue.DUE, "what is due this week", r"\b(?:due|coming up|upcoming|deadlines?|expir(?:es?|ing))\b"),
    Row(
        Cue.OVERDUE, "北山超期的有哪些",
        r"超期|逾期|过期|超时|超了期|延误|拖期|逾其|chao ?qi(?: ?de)?|yu ?qi|没按时|未按时|过了期限",
    ),
    Row(Cue.OVERDUE, "what is overdue", r"\b(?:overdue|past due|late|missed (?:the )?deadlines?|behind)\b"),
    Row(
        Cue.RANK, "各县排名",
        r"排名|排个名|排个队|排(?:在)?(?:第[一二三四五六七八九十\d]+|前|后|最后|"
        r"末)[一二三四五六七八九十两几\d]*(?:位|名)?|pai ?ming|排行榜?|排位|排第几|第几名|名次|倒数|垫底|"
        r"哪个县(?:区)?(?:最|更)?(?:快|慢|好|差)|谁(?:最|更)?(?:快|慢|靠前|落后)|最(?:慢|快|差|好)的|"
        r"哪个(?:最|更)?(?:快|慢|好|差)|晾晒",
    ),
    Row(
        Cue.RANK, "which county is slowest",
        r"\b(?:rank(?:ing|ings|ed)?|leaderboard|league table|which county is|slowest|fastest|worst|best|"
        r"last place|top (?:three|five|\d+)|bottom (?:three|five|\d+))\b",
    ),
    Row(
        Cue.WHO, "澜东谁负责",
        r"谁(?:是)?(?:负责|管|在管|分管|牵头|主抓|经办|承办|的责任)|(?:具体)?责任人(?:是)?谁|"
        r"负责人(?:是)?谁|归谁管?|(?:该|应该|要)?找谁|联系谁|哪位(?:领导|同志)?(?:负责|分管|管)|谁的(?:责任|"
        r"事)|(?:分管|主要)领导是谁|谁在(?:负责|跟)|是谁|叫什么|叫啥|叫什么名字",
    ),
    Row(
        Cue.WHO, "who is responsible for 004",
        r"\b(?:who(?:'s| is| are)?(?: (?:responsible|in charge|handling|the|to (?:call|contact))(?: (?:for|"
        r"of))?)?|whose)\b",
    ),
    Row(
        Cue.WHY, "004为什么亮红灯",
        r"为什么|为啥|为何|咋(?:还|就|回事|这么)|怎么(?:还|这么|又|会|就|回事|搞的)|什么原因|啥原因|"
        r"原因(?:是什么|是啥|何在)|凭什么",
    ),
    Row(Cue.WHY, "why is 004 late", r"\b(?:why|how come|what(?:'s| is) (?:the reason|wrong|holding))\b"),
    Row(
        Cue.HELP, "你能做什么",
        r"(?:怎么|咋|如何)(?:报|上报|写|填|登记|延期|撤销|申请|操作|查)(?:进度|完成|进展)?|怎么用|咋用|"
        r"如何使用|你(?:能|会|可以)(?:干|做|帮我做)?(?:什么|啥)|帮助|使用说明|有什么功能",
    ),
    Row(
        Cue.HELP, "what can you do",
        r"\b(?:help|what can you do|how (?:do(?:es)?|can|to) ?(?:i|this|it|you)? ?(?:use|work|report|undo|"
        r"extend|mark)(?: (?:you|this|it|duties|a duty))?)\b",
    ),
    # --- deadlines moved, duties given
    Row(
        Cue.EXTEND, "004延期到12月20日",
        r"延期|延长|延后|展期|宽限|宽延|顺延|推迟|缓一?缓|缓几天|往后(?:推|延|拖)|延到|延至|推到|推至|"
        r"(?:期限|时限)改(?:到|为|成)|晚几天|多给(?:几|\d+)天|再给",
    ),
    Row(
        Cue.EXTEND, "extend 004 to Dec 20",
        r"\b(?:extend(?:ed)?|extension|postpone|push(?:ed)? (?:back|out)|more (?:time|days)|until(?= )|"
        r"move the deadline|delay(?:ed)? (?:to|until))\b",
    ),
    Row(
        Cue.ASSIGN, "下达给北山县",
        r"下达|交办|布置|派(?:给|发|个任务|一个任务)|下个任务|布置个任务|新增(?:一|1)?(?:项|件|条|"
        r"个)(?:新?(?:事项|任务))?|立项|下发(?!的)|登记(?:一|1)?(?:项|件|条|个)(?:新)?(?:事项|任务)?|新建",
    ),
    Row(
        Cue.ASSIGN, "assign Beishan to fix it",
        r"\b(?:assign(?:ed)?|issue (?:a )?(?:new )?duty|new duty|must (?:finish|complete|rectify|fix|"
        r"restore)|is to (?:finish|complete|rectify|fix|restore))\b",
    ),
    Row(
        Cue.NAMED, "责任人马景民",
        r"(?:具体)?(?:责任人|负责人|经办人)(?:是|为|由|:)?(?!谁)|由(?=[一-龥]{2,3}(?:负责|牵头|主抓|经办))|"
        r"负责(?!人|的)|牵头|\b(?:responsible(?: person| official)?:?|in charge:)",
    ),
    # --- what takes certainty away
    Row(
        Cue.QUESTION, "004完成了吗",
        r"\?|吗(?=[\s?。!,;~]*(?:$|[,。?!;]))|没有?(?=[\s?。!,]*$)|了没|了吗|是不是|是否|有没有|能不能|"
        r"可不可以|会不会|行不行|好不好|哪些|哪个|哪几|哪里|哪|谁|什么|啥|多少|几(?:件|个|宗|天|时|成|"
        r"号)(?=.*[?吗呢]|有|没)|怎么|咋|什么时候|何时|呢(?=[\s?。!,]*$)",
    ),
    Row(
        Cue.QUESTION, "is 004 done",
        r"\b(?:what|which|when|where|how (?:many|much|late|far|long)|any(?:thing|one|body)?)\b|(?:\A|"
        r"(?<=[,.!?;] ))(?:is|are|was|were|did|does|do|has|have|can|could|will|would)\b",
    ),
    Row(
        Cue.NOT, "004还没搞完",
        r"还?没有?|基本上?|大体|大致|大半|多半|大部分?|一?部分|差不离|尚未|未|不(?!动产)|无法|难以|别|甭|"
        r"还差|还剩|差(?:不多|点儿?)|半拉",
    ),
    Row(
        Cue.NOT, "004 is not done",
        r"\b(?:not|no|never|nothing|none|isn't|aren't|hasn't|haven't|didn't|don't|doesn't|won't|can't|"
        r"cannot|nearly|almost|hardly|barely|half[- ]done|un(?:done|finished)|yet to)\b|n't\b",
    ),
    Row(
        Cue.LATER, "明天能搞完",
        r"明[天日早晚年]|后天|下(?:周|月|个月|星期|礼拜)|准备|打算|预计|估计|争取|力争|计划|即将|将要?|马上|"
        r"快要?|就要|就快|正在|正|在(?=整改|推进|拆|清|搞|做|弄|办|复|治)|要(?!求)|想|能(?!源)|可以|"
        r"会(?!议)|应该|应|等|待|再(?:等|过|给)|一定|保证|确保|承诺|尽量|开始|着手|动工|进场|启动|推进|抓紧|"
        r"加快|希望|但愿|差点|计划",
    ),
    Row(
        Cue.LATER, "we will finish tomorrow",
        r"\b(?:will|going to|gonna|plan(?:ning|s|ned)?|hope(?:fully)?|try(?:ing)?|expect(?:ed|ing)?|should|"
        r"soon|about to|aim(?:ing)?|promise|tomorrow|next (?:week|month)|ready to|start(?:ed|ing)?|begin|"
        r"began|begun|working on|on track|intend|want|need|can|could|would|might|by the time|underway|"
        r"ongoing|in progress)\b|'ll\b",
    ),
    Row(
        Cue.SAID, "他说完成了004",
        r"听说|据说|据.{1,6}(?:报|讲|称)|(?:他|她|他们|对方|人家|乡镇|镇里|村里|施工队|企业|"
        r"老板)们?(?:那边)?(?:说|讲|报|称|告诉)?|说(?:是|的)?|讲|转发|通报|新闻|如果|要是|假如|假设|若|万一|"
        r"可能|好像|似乎|大概|也许|据悉|据了解|让|叫|使|骗|开玩笑|哈哈",
    ),
    Row(
        Cue.SAID, "he says 004 is done",
        r"\b(?:he|she|they|someone|somebody|said|says|say|told|tells|heard|hear|reportedly|apparently|maybe|"
        r"perhaps|probably|might|seems?|if|suppose|supposed|forwarded|joke|joking|lol|haha|claims?|claimed|"
        r"thinks?|guess|rumou?r)\b",
    ),
    Row(
        Cue.URGE, "请尽快完成004",
        r"务必|必须|尽快|抓紧|限期?|要求|请(?:你们?|贵县|尽快|务必|于|在|(?=完成|整改|把|将|抓紧|"
        r"[a-z]*-?\d))|督促|催|赶紧|赶快|加紧|切实|严格|\b(?:please (?:finish|complete|get|make|have)|must|"
        r"hurry|asap|urgent(?:ly)?|ensure|make sure|have (?:it|to|them))\b",
    ),
    Row(Cue.HOLD, "把004整改到位", "把|将(?=.{1,12}(?:整改|完成|到位|拆|复|恢|治))"),
    Row(
        Cue.THIS, "这个搞完了",
        r"这[个件项宗条](?:事项?|任务|问题)?|那[个件项宗条](?:事项?|任务|问题)?|上面(?:那|这)?[个件项]?|它|"
        r"此(?:件|项|事)|本(?:件|项|事项)|(?:这|那)(?=[\s,]|$)|\b(?:this|that|it|the one|the above)\b",
    ),
    Row(Cue.EACH, "各县进度", r"各(?:县|区|市)+区?|分县|每个县|\b(?:each|every|per) county\b"),
    # --- further ways to ask and to say it
    Row(
        Cue.STATUS, "澜东整改得咋样了，还剩几件",
        r"怎样了?|咋样了?|啥样了?|到哪(?:里|儿)?了|走到哪一?步?|啥进[展度]|有[啥什]么?进[展度]|动了没有?|"
        r"动没动|干了多少|多少了"
        r"|(?:还剩|剩下|还有|一共有?|总共有?|共有?)(?:多少|几)(?:件|个|宗|项)?|有?(?:多少|几)(?:件|个|宗|"
        r"项)(?=$|[\s,?。!没未在])"
        r"|汇总|总体|整体|统计|报一?下数|给个数|销号|认定|近况|动静",
    ),
    Row(
        Cue.STATUS, "where are we with Landong",
        r"\b(?:where (?:are we|does|do|is)|how far(?: along)?|state of|situation|updates?|news|stats|summary|"
        r"overview|"
        r"brief(?: me)?|snapshot|percentage|how much (?:is|has|have))\b",
    ),
    Row(
        Cue.DUTY, "004几号到期",
        r"几号(?:到期|截止)?|哪天(?:到期|截止)?|还[有剩](?:几|多少)天|在哪(?:里|儿)?|哪个(?:镇|乡|村|街道)|"
        r"(?:什么|啥)(?:问题|事|内容|要求)"
        r"|发我|发一下|发下|调一下|调出|措施|要求是什么|是啥",
    ),
    Row(
        Cue.DUTY, "look at DC-2026-004",
        r"\b(?:look at|check|info(?:rmation)?|card|deadline (?:for|of)|when's|find|bring up|view)\b",
    ),
    Row(
        Cue.MINE, "我今天该干啥",
        r"我负责的|我(?:还)?(?:差|欠|剩)(?:多少|几件?|哪些|啥|什么)?|我?(?:该|要|得)(?:干|做|办|弄)点?"
        r"(?:啥|什么|哪些)"
        r"|我(?:这儿|这里|这边|那儿)?还?有(?:啥|什么|哪些|几件?)(?:没(?:办|做|完成|搞)的?|要办的|事|活)?|"
        r"要我(?:办|做|干)的|轮到我",
    ),
    Row(
        Cue.MINE, "do I have anything open",
        r"\b(?:my (?:open|own|current|remaining|pending) (?:duties|tasks|items|work|list)|do i have anything|"
        r"what(?:'s| is) (?:mine|left for me|on me)|"
        r"what should i do|what am i responsible for)\b",
    ),
    Row(
        Cue.DUE, "哪些临近期限",
        r"临近(?:期限|时限|到期)?|到时间|(?:要|该|快)交(?:差|账)?|期限(?:快|要)到了?|dao ?qi",
    ),
    Row(
        Cue.DUE, "what falls due next",
        r"\b(?:falls? due|coming due|must be (?:done|finished)|to be (?:done|finished) by)\b",
    ),
    Row(
        Cue.OVERDUE, "亮红灯的有哪些",
        r"亮?红灯|亮红|拖着(?:没办|不办)?的?|拖欠|没按期|未按期|超了(?:期|时)?|脱期|滞后|落后的|拖了",
    ),
    Row(
        Cue.OVERDUE, "anything expired",
        r"\b(?:expired|slipp(?:ed|ing)|red lights?|delayed|not on time|out of time)\b",
    ),
    Row(
        Cue.RANK, "后三名是谁",
        r"谁(?:是)?第[一二三\d]名?|前[三五\d](?:名|位)?|后[三五\d](?:名|位)?|第[一1]名|末位|比一比|"
        r"哪(?:几)?个?(?:县|区|县区)(?:落后|拖后腿|靠后|靠前|最)|最(?:差|好|快|慢)",
    ),
    Row(
        Cue.RANK, "who is leading",
        r"\b(?:who(?:'s| is| are) (?:first|last|ahead|leading|top|the (?:best|worst|slowest|fastest))|"
        r"compare (?:the )?counties|standings|order of (?:the )?counties)\b",
    ),
    Row(
        Cue.WHO, "这件谁在跟",
        r"(?:负责人|责任人|联系人)(?=[\s?。!呢]*$)|(?:分给|交给|派给|给)谁|谁(?:在)?(?:跟进|跟|办|弄|盯着?|"
        r"承办|接手)|哪位|是哪个领导",
    ),
    Row(
        Cue.WHO, "who handles 004",
        r"\b(?:who (?:handles|looks after|takes care of|owns|runs|do i (?:call|ask))|contact (?:for|person)|"
        r"official in charge|in charge of)\b",
    ),
    Row(
        Cue.WHY, "004卡在哪了",
        r"卡在?哪(?:里|儿)?了?|怎么(?:没动|拖|老)|咋(?:没动|老|拖)|啥情况导致|有啥困难",
    ),
    Row(
        Cue.WHY, "what is going on with 004",
        r"\b(?:what(?:'s| is) going on|what happened|the reason|reason for)\b",
    ),
    Row(
        Cue.DONE, "已经清零",
        r"清零|落地(?:了)?|种上了?|补种了|拆平了?|拆净了?|收回来了|搞妥了?|搬走了|搬迁完了?|整完了?",
    ),
    Row(
        Cue.DONE, "we are through with 004",
        r"\b(?:through with|all clear|all done|has been (?:done|rectified|restored|cleared|removed)|got (?:it|"
        r"them|that) done)\b",
    ),
    # --- what says nothing, and may stand anywhere
    Row(
        Cue.NEEDLESS, "麻烦问一下",
        r"\A[一-龥]{1,2}(?:科长?|处长?|局长?|主任|总|队长?|书记|县长|区长|哥|姐|工)(?=[\s,:])|再次|重新|"
        r"申请|复核|查收|登记|记录?|备案|反馈|回复|来电|电话|昨[天日晚]|前天|上周|上个?月|上午|下午|覆土|"
        r"复绿|平整|种植|填塘|播种|复种|场地|违建|建筑物?|拆除|复耕|复垦|恢复|清理|绿化|"
        r"[一二两三四五六七八九十几\d]+[个件宗处项](?=[\s都也全,完搞做整已办]|$)|各位|列一?下|列出|全部|区|"
        r"县|市|科(?!技)|们|您|我|你|哪|麻烦|请问|请|劳驾|帮我?|帮忙|给我|给|替我|跟我|我们?|咱们?|俺们?|"
        r"你们?|您们?|同志们?|领导|主任|书记|局长|处长|科长|老师|大家|各位|机器人|小督|督办|你好|您好|"
        r"早上好|上午好|下午好|晚上好|早|谢谢|多谢|辛苦了?|感谢|一下下?|一下|下|的|地|得|了|啦|过|着|已经|"
        r"已|经|也|就|才|都|又|还|啊|呀|吧|哈|哦|噢|嗯|嘛|哎|唉|喔|呗|哟|咯|嗨|喂|好的?|行|是|为|在|于|到|"
        r"至|从|对|和|与|及|跟|以及|或|、|这边|那边|这里|那里|那|这|个|件|项|宗|条|处|块|号|编号|事项|任务|"
        r"问题|整改|督察|图斑|工作|方面|有关|关于|目前|现在|当前|今天|今日|刚刚?|刚才|终于|总算|报告|汇报|"
        r"报一?下|上报|县里|区里|市里|全县|本县|我县|我区|我市|一共|共|其中|耕地|面积|实际|现场|按要求|按时|"
        r"如期|顺利|全面|圆满|具体|主要|需要|想知道|知道|问问?|一些|有|里|内|前|之前|以前|上|来|去|看|说说?|"
        r"讲讲?|介绍|推进|落实|情况|开展|进行|进去|期限|日期|截止|时间|本周|这周|本月|这个月|\.+",
    ),
    Row(
        Cue.NEEDLESS, "could you please",
        r"\b(?:list|record|log|note|register|set|put|redo|yesterday|last week|last night|this morning|"
        r"counties|one|ones|first|second|them|again|been|'ve|'s|'m|'re|de|le|we've|please|pls|kindly|"
        r"could you|can you|would you|hi|hello|hey|dear|sir|madam|morning|good|thanks?|thank you|thx|ok|"
        r"okay|the|a|an|of|for|in|on|at|to|and|with|is|are|was|were|be|been|being|has|have|had|we|i|i've|"
        r"we've|i'm|our|us|me|my|your|its|it's|there|here|now|just|already|finally|today|also|so|that|which|"
        r"duty|duties|task|tasks|item|items|number|no|county|district|city|work|team|report(?:ing|ed)?|"
        r"mark(?:ed)?|as|all|both|up|out|get|got|give|let|know|want to know|show me|tell me|about|this|week|"
        r"month|mu|from|by|s)\b",
    ),
)  # fmt: skip

# a Chinese character beside a Latin word ends it, which \\b does not see: "done了"
_WORD_EDGE = r"(?:(?<![a-z'])(?=['a-z])|(?<=[a-z])(?![a-z]))"
PATTERNS = tuple((row.cue, re.compile(row.pattern.replace(r"\b", _WORD_EDGE))) for row in TABLE)
