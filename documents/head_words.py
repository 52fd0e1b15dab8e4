"""The words over a ledger's columns, as real forms print them; a column is known by its words, never by its place.

Words are compared after ``plain_words``: no blanks, no brackets, no circled numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

from rapidfuzz import fuzz

# A column that stands alone under one head.
SINGLE: dict[str, str] = {
    "serial": "序号 序列",
    "light": "亮灯 亮灯情况 红黄绿灯 红黄蓝绿灯",  # follows from the rest, and is never read
    "duty_id": ("编号 台账编号 问题编号 案件编号 任务编号 事项编号 整改编号 督办编号 清单编号 项目编号 图斑台账编号"),
    "workstream": "工作 工作类别 工作条线 条线 专项工作",
    "sub_type": "任务类型 任务批次 任务类别 事项类型 事项类别",
    "county": (
        "县 县区 县市区 区县 区市县 县级行政区 所在县市区 所属县市区 属地县区 "
        "市县 行政区 行政区划 管理区名称 属地 责任县区 责任县 责任县市区 "
        "所在县 所在县区 所属县区 县市区名称 县区名称"
    ),
    "town": "乡镇 乡镇街道 镇街 街道 坐落乡镇 所在乡镇 所属乡镇 镇乡街道",
    "source": "来源 问题来源 任务来源 线索来源 发现途径 事项来源",
    "problem_type": "类型 问题类型 类别 违法类型 地块类别 矿山类型 未用原因 问题类别 违法类别 地块类型",
    "title": (
        "问题描述 描述 违法用地情况 项目名称 矿山名称 批次名称 地块名称 事项名称 问题名称 "
        "问题基本情况 主要问题 具体问题 存在问题 反馈问题 督办内容 任务内容 整改事项 整改任务 "
        "项目地块名称 批次项目名称 问题概要 概要 事项内容 问题内容 督察发现问题"
    ),
    "spot_no": "图斑编号 图斑号 矿山图斑编号 矿山编号 监测图斑编号",
    "approval_no": "批准文号 批文号 批文 合同号 合同编号 农转用批文 批准文号合同号",
    "area_mu": "面积 总面积 问题面积 违法面积 任务面积 涉及面积 违法用地面积 图斑面积 用地面积",
    "farmland_mu": (
        "耕地面积 问题耕地面积 问题面积其中耕地 占用耕地面积 违法占用耕地面积 任务耕地面积 "
        "涉及耕地面积 违法耕地面积 违法面积其中耕地 任务面积其中耕地 其中耕地问题面积"
    ),
    "basic_farmland_mu": "永久基本农田面积 占用永久基本农田面积 基本农田面积",
    "rectified_area_mu": (
        "已整改面积 已恢复面积 已治理面积 已消化面积 已完成面积 已处置面积 整改面积 完成面积 "
        "累计整改面积 累计完成面积 整改到位面积 已整改到位面积 已入库面积 恢复面积 治理面积 "
        "消化面积 已恢复入库面积 已复耕面积"
    ),
    "rectified_farmland_mu": (
        "已整改耕地面积 已恢复耕地面积 已完成耕地面积 整改耕地面积 完成耕地面积 已整改面积其中耕地 "
        "整改到位耕地面积 累计整改耕地面积 已恢复面积其中耕地 已完成面积其中耕地"
    ),
    "issued_on": "下发日期 下发时间 交办日期 交办时间 印发日期 反馈日期 下达日期 下达时间 印发时间 反馈时间 交办日",
    "due_original": (
        "整改时限 完成时限 办结期限 办结时限 整改期限 完成期限 要求完成时间 要求完成时限 "
        "要求完成日期 交办时限 原定时限 原时限 办理时限 时限 截止日期 截止时间 整改时限要求"
    ),
    "due_extended": "延期至 延期时限 延期后时限 延长至 展期至",
    "measures": "整改措施 措施 处置意见 整改任务具体要求 整改要求",
    "lead_unit": "牵头单位 主办单位 责任单位 整改责任单位 牵头责任单位 主责单位",
    "co_units": "配合单位 协办单位 协同单位 配合责任单位 协助单位",
    "principal": "主要领导 党政主要负责同志 牵头领导 县级主要领导 主要负责人",
    "deputy": "分管领导 配合领导 分管负责人 县级分管领导",
    "person": "具体责任人 直接责任人 责任人 经办人 具体负责人",
    "status": "整改状态 状态 办理状态 完成状态",
    "closed_on": "销号日期 销号时间 核销日期 核销时间 办结日期 办结时间",
    "remark": "备注 备注说明",
}

# Words that stand for a field only where no better column does.
WEAK: dict[str, str] = {
    "duty_id": "文号 督办文号 图斑编号 图斑号",
    "status": "完成情况 办理进度 整改进度 办理情况",
    "remark": "说明",
    "person": "负责人",
}

# Words that open a group of columns besides the words of the field itself.
GROUPS: dict[str, str] = {
    "area_mu": "问题 涉及 违法占地面积 图斑 面积情况 用地情况 问题面积情况 违法面积情况 任务面积情况",
    "rectified_area_mu": (
        "已整改 已恢复 已治理 已完成 已消化 已复耕 已处置 已入库 整改到位 已整改到位 已完成整改 整改完成 "
        "整改完成情况 整改进展 整改进度 完成情况 累计整改 累计完成 累计完成情况 整改到位情况 治理情况"
    ),
    "due_original": "期限 办理期限",
    "lead_unit": "单位 责任部门 责任分工 整改单位",
    "person": "责任领导 领导 人员 包保责任人 整改责任人",
}

# A column under a group: (the field whose words the group has) -> the field -> the words below the group.
GROUPED: dict[str, dict[str, str]] = {
    "area_mu": {
        "area_mu": "总面积 面积 小计 合计 总计 土地面积 用地面积",
        "farmland_mu": "其中耕地 耕地 耕地面积 其中耕地面积 占用耕地 占用耕地面积",
        "basic_farmland_mu": (
            "其中永久基本农田 永久基本农田 其中基本农田 基本农田 永久基本农田面积 占用永久基本农田 基本农田面积"
        ),
    },
    "rectified_area_mu": {
        "rectified_area_mu": "总面积 面积 小计 合计 总计 整改面积 完成面积 累计面积",
        "rectified_farmland_mu": "其中耕地 耕地 耕地面积 其中耕地面积",
    },
    "due_original": {
        "due_original": "原定时限 原定 原时限 时限 原定日期 完成时限 整改时限",
        "due_extended": "延期至 延期 延期后 延期时限 延长至",
    },
    "lead_unit": {
        "lead_unit": "牵头 牵头单位 主办 主办单位 责任单位 主责单位",
        "co_units": "配合 配合单位 协办 协办单位 协同单位",
    },
    "principal": {"principal": "姓名"},
    "deputy": {"deputy": "姓名"},
    "person": {
        "principal": "主要领导 党政主要负责同志 牵头领导 主要负责人 县级主要领导",
        "deputy": "分管领导 配合领导 分管负责人 县级分管领导",
        "person": "具体责任人 直接责任人 经办人 责任人 具体负责人 姓名",
    },
}

# Heads that mean the duty itself only when nothing stands above them: the area of what, the number of what?
GENERIC = frozenset(
    {
        "面积",
        "总面积",
        "耕地面积",
        "用地面积",
        "整改面积",
        "完成面积",
        "编号",
        "类型",
        "类别",
        "来源",
        "描述",
        "时限",
        "状态",
    }
)
_ABOUT_THE_DUTY = re.compile(
    r".{0,6}(基本情况|基本信息|概况)|(问题|事项|任务|项目|地块|图斑|违法|(违法)?[用占]地)(情况|信息)"
)

# Without a group these say nothing surely: farmland of which area?
AMBIGUOUS = {
    "其中耕地": ("farmland_mu", "rectified_farmland_mu"),
    "耕地": ("farmland_mu", "rectified_farmland_mu"),
    "其中永久基本农田": ("basic_farmland_mu",),
}
ESSENTIAL = ("duty_id", "area_mu", "due_original")  # and a county, which may stand in the title instead
NEAR_SCORE = 40  # out of 100; below it a field is no help

_CIRCLED = re.compile("[\u2460-\u24ff]")
_BRACKETS = re.compile(r"\([^()]*\)")
_NOT_WORDS = re.compile(r"[\s::、,,/*]+")


@lru_cache(maxsize=1000)
def plain_words(head: str) -> tuple[str, str]:
    """Return a head's words whole and without what stands in brackets, both without blanks and marks."""
    wide = unicodedata.normalize("NFKC", _CIRCLED.sub("", head))
    return _NOT_WORDS.sub("", wide.replace("(", "").replace(")", "")), _NOT_WORDS.sub("", _BRACKETS.sub("", wide))


SINGLE_BY_WORD = {word: name for name, words in SINGLE.items() for word in words.split()}
WEAK_BY_WORD = {
    word: tuple(name for name, words in WEAK.items() if word in words.split())
    for word in " ".join(WEAK.values()).split()
}
GROUPED_BY_WORD = {
    group: {word: name for name, words in below.items() for word in words.split()} for group, below in GROUPED.items()
}
_GROUP_BY_WORD = {
    **{word: name for word, name in SINGLE_BY_WORD.items() if name in GROUPED},
    **{word: name for name, words in GROUPS.items() for word in words.split()},
}
# what a person may say that a column holds
COLUMN_FIELDS = tuple(name for name in SINGLE if name not in ("serial", "light"))


def field_of(path: tuple[str, ...]) -> str | None:
    """Return the field of a column from the words over it, top down; None where they do not say it surely."""
    if len(path) == 1:
        return _first(SINGLE_BY_WORD, path[0])
    if found := _first(GROUPED_BY_WORD.get(_group_of(path[:-1]) or "", {}), path[-1]):
        return found
    about_the_duty = _ABOUT_THE_DUTY.fullmatch(plain_words(path[-2])[1])
    if about_the_duty or not any(words in GENERIC for words in plain_words(path[-1])):
        return _first(SINGLE_BY_WORD, path[-1])
    return None


def _group_of(path: tuple[str, ...]) -> str | None:
    """Return the group that the words open: their own, or of a group above them (已整改, 面积), whichever says more."""
    within = field_of(path) if len(path) > 1 else None
    if within in GROUPED_BY_WORD:
        return within
    return _first(_GROUP_BY_WORD, path[-1]) if not _is_generic_below(path) else None


def _is_generic_below(path: tuple[str, ...]) -> bool:
    return len(path) > 1 and any(words in GENERIC for words in plain_words(path[-1]))


def _first(fields: Mapping[str, str], head: str) -> str | None:
    return next((fields[words] for words in plain_words(head) if words in fields), None)


def likely_fields(path: tuple[str, ...], taken: Collection[str], most: int = 4) -> tuple[str, ...]:
    """Return the fields that the words were perhaps meant for: near ones not taken, missing necessary ones, others."""
    words = plain_words(path[-1])[1] or path[-1]
    scores = {name: _nearness(words, name) for name in COLUMN_FIELDS}
    near = [name for name in sorted(scores, key=lambda name: -scores[name]) if scores[name] >= NEAR_SCORE]
    said = AMBIGUOUS.get(words, ())
    free = [name for name in (*said, *near, *ESSENTIAL) if name not in taken]
    return tuple(dict.fromkeys([*free, *near]))[:most]


def _nearness(words: str, name: str) -> float:
    return max(fuzz.ratio(words, one) for one in SINGLE[name].split())
