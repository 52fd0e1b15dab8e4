"""Why a file, a row or a cell was not taken as it stands: one code per reason, and its words in Chinese and English."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A reason code; ``REASON_WORDS`` has its words."""

    # The whole file cannot be read.
    FILE_EMPTY = "file_empty"
    FILE_NOT_A_WORKBOOK = "file_not_a_workbook"
    FILE_TOO_LARGE = "file_too_large"
    FILE_ENCRYPTED = "file_encrypted"
    FILE_TRUNCATED = "file_truncated"
    FILE_ENCODING = "file_encoding"
    FILE_WITHOUT_LEDGER = "file_without_ledger"
    FILE_WITHOUT_DUTIES = "file_without_duties"
    FILE_GONE = "file_gone"
    FILE_TROUBLE = "file_trouble"
    FILE_WITH_MACROS = "file_with_macros"
    FILE_MERGES_UNKNOWN = "file_merges_unknown"

    # The row is no duty.
    ROW_TITLE = "row_title"
    ROW_HEAD = "row_head"
    ROW_BLANK = "row_blank"
    ROW_SUBTOTAL = "row_subtotal"
    ROW_TOTAL = "row_total"
    ROW_NOTE = "row_note"
    ROW_DUPLICATE = "row_duplicate"
    ROW_OVERRULED = "row_overruled"
    ROW_EXAMPLE = "row_example"
    SHEET_NOT_A_LEDGER = "sheet_not_a_ledger"

    # The sheet or its head needs a person.
    COLUMN_MISSING = "column_missing"
    COLUMN_UNCLEAR = "column_unclear"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_COUNT = "column_count"
    HEAD_OTHER = "head_other"
    WORKSTREAM_UNKNOWN = "workstream_unknown"
    WORKSTREAM_UNCLEAR = "workstream_unclear"
    SUB_TYPE_UNKNOWN = "sub_type_unknown"

    # The row or cell needs a person.
    NUMBER_MISSING = "number_missing"
    NUMBER_UNREADABLE = "number_unreadable"
    DUPLICATE_CONTRADICTS = "duplicate_contradicts"
    COUNTY_MISSING = "county_missing"
    COUNTY_UNKNOWN = "county_unknown"
    AREA_MISSING = "area_missing"
    AREA_UNREADABLE = "area_unreadable"
    AREA_MERGED = "area_merged"
    AREA_UNIT_UNCLEAR = "area_unit_unclear"
    DATE_MISSING = "date_missing"
    DATE_UNREADABLE = "date_unreadable"
    DATE_IMPOSSIBLE = "date_impossible"
    STATUS_MISSING = "status_missing"
    STATUS_UNKNOWN = "status_unknown"
    PERSON_UNREADABLE = "person_unreadable"
    DITTO_WITHOUT_VALUE = "ditto_without_value"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    CELL_ERROR = "cell_error"
    VALUE_BAD = "value_bad"

    # Cells that contradict each other.
    DUE_BEFORE_ISSUE = "due_before_issue"
    EXTENSION_CONTRADICTS = "extension_contradicts"
    CLOSED_BEFORE_ISSUE = "closed_before_issue"
    CLOSED_BUT_SHORT = "closed_but_short"
    CLOSED_ON_BUT_OPEN = "closed_on_but_open"
    FARMLAND_EXCEEDS_AREA = "farmland_exceeds_area"

    # What only shows beside the stored ledger.
    LOWERS_ACCEPTED = "lowers_accepted"
    TAKES_BACK_REPORT = "takes_back_report"
    PERSON_NOT_LISTED = "person_not_listed"
    VANISHED = "vanished"
    COUNTY_NOT_LISTED = "county_not_listed"
    DUTY_NOT_LISTED = "duty_not_listed"
    OFFICIAL_LEFT = "official_left"

    # Read surely, but worth showing.
    AREA_APPROXIMATE = "area_approximate"
    AREA_CONVERTED = "area_converted"
    AREA_SUM = "area_sum"
    AREA_ROUNDED = "area_rounded"
    AREA_PERCENT = "area_percent"
    RECTIFIED_EXCEEDS_AREA = "rectified_exceeds_area"
    DUE_MISSING = "due_missing"
    DUE_IMMEDIATE = "due_immediate"
    DUE_NO_YEAR = "due_no_year"
    DUE_SERIAL = "due_serial"
    DUE_PERIOD = "due_period"
    DUE_TWO_DATES = "due_two_dates"
    CLOSED_WITHOUT_DATE = "closed_without_date"
    PERSON_MISSING = "person_missing"
    NUMBER_BY_SPOT = "number_by_spot"
    ROW_HIDDEN = "row_hidden"
    SHEET_HIDDEN = "sheet_hidden"


# reason: (zh, en)
REASON_WORDS: dict[Reason, tuple[str, str]] = {
    # The whole file cannot be read.
    Reason.FILE_EMPTY: ("文件是空的，请检查后重新发送", "the file is empty: check it and send it again"),
    Reason.FILE_NOT_A_WORKBOOK: (
        "这不是Excel表格（也许只是改了扩展名），请打开原文件，另存为.xlsx再发",
        "this is no Excel workbook, whatever its name says: open the original and save it as .xlsx",
    ),
    Reason.FILE_TOO_LARGE: (
        "文件太大，或表格的范围太大，请删去图片、无关的表和表外的内容，或分成几个文件再发",
        "the file or its sheets are too large: take out pictures, other sheets and stray cells, or split it",
    ),
    Reason.FILE_ENCRYPTED: (
        "文件设有打开密码，请去掉密码再发",
        "the file is protected by a password: remove it and send the file again",
    ),
    Reason.FILE_TRUNCATED: (
        "文件不完整或已损坏，请用Excel或WPS打开，另存为.xlsx再发",
        "the file is cut off or damaged: open it in Excel or WPS and save it as .xlsx",
    ),
    Reason.FILE_ENCODING: (
        "文字读不出来（不是UTF-8或GB18030编码），请另存为.xlsx再发",
        "the text is neither UTF-8 nor GB18030: save it as .xlsx and send that",
    ),
    Reason.FILE_GONE: ("平台上已取不到这个文件，请重新发送", "the platform no longer has the file; send it again"),
    Reason.FILE_TROUBLE: (
        "读取时出了问题，已记录，请换个格式（.xlsx）再发或联系管理员",
        "reading it failed, which is logged; send it as another format (.xlsx) or ask your administrator",
    ),
    Reason.FILE_WITHOUT_LEDGER: (
        "没有找到整改台账的表头（编号、县名、面积、时限等），请确认发的是台账",
        "no head of a ledger was found (number, county, area, deadline): check that this is the ledger",
    ),
    Reason.FILE_WITHOUT_DUTIES: ("只有表头，没有整改事项", "it has a head, but no duties"),
    Reason.FILE_WITH_MACROS: ("文件带有宏，请另存为不带宏的.xlsx再发", "it has macros: save it as .xlsx without them"),
    Reason.FILE_MERGES_UNKNOWN: (
        "这种格式读不出合并单元格，请另存为.xlsx再发",
        "merged cells cannot be read from this format: save it as .xlsx",
    ),
    # The row is no duty.
    Reason.ROW_TITLE: ("标题或单位行", "title or unit line"),
    Reason.ROW_HEAD: ("表头", "table head"),
    Reason.ROW_BLANK: ("空行", "blank row"),
    Reason.ROW_SUBTOTAL: ("小计行", "subtotal"),
    Reason.ROW_TOTAL: ("合计行", "total"),
    Reason.ROW_NOTE: ("备注或签字行", "note or signature"),
    Reason.ROW_DUPLICATE: ("与前面一行编号、内容相同", "repeats an earlier row"),
    Reason.ROW_OVERRULED: ("同一编号的几行中，已确认以另一行为准", "another row of its number was said to count"),
    Reason.ROW_EXAMPLE: ("填报示例", "an example of how to fill in"),
    Reason.SHEET_NOT_A_LEDGER: ("不是事项清单", "not a list of duties"),
    # The sheet or its head needs a person.
    Reason.COLUMN_MISSING: ("缺少必要的列", "a necessary column is missing"),
    Reason.COLUMN_UNCLEAR: ("表头有歧义", "a column's head can be read in two ways"),
    Reason.COLUMN_UNKNOWN: ("不认识的列", "an unknown column"),
    Reason.COLUMN_COUNT: ("列数与表头不符", "the line has another number of columns than the head"),
    Reason.HEAD_OTHER: (
        "上面另有一行列序不同的表头，请把它和其下各行另放一张工作表再发",
        "below another head with other columns: move that head and its rows to a sheet of their own",
    ),
    Reason.WORKSTREAM_UNKNOWN: ("看不出属于哪项工作", "the workstream is not known"),
    Reason.WORKSTREAM_UNCLEAR: ("像是多项工作", "it looks like several workstreams"),
    Reason.SUB_TYPE_UNKNOWN: ("任务类型不在名录内", "the sub-type is not known"),
    # The row or cell needs a person.
    Reason.NUMBER_MISSING: ("没有事项编号", "the duty has no number"),
    Reason.NUMBER_UNREADABLE: ("事项编号无法识别", "the duty's number cannot be read"),
    Reason.DUPLICATE_CONTRADICTS: ("同一编号的几行内容不同", "rows of one number differ"),
    Reason.COUNTY_MISSING: ("没有县（市、区）", "the county is missing"),
    Reason.COUNTY_UNKNOWN: ("县（市、区）不在名录内", "the county is not known"),
    Reason.AREA_MISSING: ("没有面积", "the area is missing"),
    Reason.AREA_UNREADABLE: ("面积无法识别", "the area cannot be read"),
    Reason.AREA_MERGED: ("几个事项合用一个面积", "several duties share one area cell"),
    Reason.AREA_UNIT_UNCLEAR: ("面积单位不明", "the unit of the area is not clear"),
    Reason.DATE_MISSING: ("没有日期", "the date is missing"),
    Reason.DATE_UNREADABLE: ("日期无法识别", "the date cannot be read"),
    Reason.DATE_IMPOSSIBLE: ("不存在的日期", "there is no such date"),
    Reason.STATUS_MISSING: ("没有整改状态", "the status is missing"),
    Reason.STATUS_UNKNOWN: ("整改状态不在名录内", "the status is not known"),
    Reason.PERSON_UNREADABLE: ("责任人无法识别", "the person's name cannot be read"),
    Reason.DITTO_WITHOUT_VALUE: ("“同上”的上一行没有内容", "there is nothing above to repeat"),
    Reason.FORMULA_WITHOUT_VALUE: ("公式没有计算结果", "the formula has no stored result"),
    Reason.CELL_ERROR: ("单元格是错误值", "the cell holds an error"),
    Reason.VALUE_BAD: ("内容不合要求", "the value is not allowed here"),
    # Cells that contradict each other.
    Reason.DUE_BEFORE_ISSUE: ("整改时限早于下发日期", "the deadline is before the day of issue"),
    Reason.EXTENSION_CONTRADICTS: ("延期日期相互矛盾", "the extended deadlines contradict each other"),
    Reason.CLOSED_BEFORE_ISSUE: ("销号日期早于下发日期", "closed before it was issued"),
    Reason.CLOSED_BUT_SHORT: ("已销号但面积未整改完", "closed, but not the whole area is rectified"),
    Reason.CLOSED_ON_BUT_OPEN: ("有销号日期但状态不是已销号", "has a closing date, but is not closed"),
    Reason.FARMLAND_EXCEEDS_AREA: ("其中耕地大于总面积", "the farmland is larger than the area"),
    # What only shows beside the stored ledger.
    Reason.LOWERS_ACCEPTED: ("已销号，文件却写未销号", "struck off, but not so in the file"),
    Reason.TAKES_BACK_REPORT: ("上次导入以后有人报过", "somebody reported since the last import"),
    Reason.PERSON_NOT_LISTED: ("名册里没有这个人", "nobody of that name is on the list of officials"),
    Reason.VANISHED: ("新文件里没有这一件", "the new file no longer has it"),
    Reason.DUTY_NOT_LISTED: ("台账里没有这一件，请先导入台账", "not in the ledger: import the ledger first"),
    Reason.COUNTY_NOT_LISTED: (
        "不在县（市、区）名单里，请先导入 counties",
        "not a listed county: import counties first",
    ),
    Reason.OFFICIAL_LEFT: ("责任人已调离，催办送接任者，请更新台账", "has left the post; whoever follows is reminded"),
    # Read surely, but worth showing.
    Reason.AREA_APPROXIMATE: ("面积为约数", "the area is approximate"),
    Reason.AREA_CONVERTED: ("面积已换算为亩", "the area was converted to mu"),
    Reason.AREA_ROUNDED: ("面积已四舍五入到0.0001亩", "the area was rounded to 0.0001 mu"),
    Reason.AREA_SUM: ("面积由算式求和", "the area is a sum"),
    Reason.AREA_PERCENT: ("按百分比折算面积", "the area was reckoned from a percentage"),
    Reason.RECTIFIED_EXCEEDS_AREA: ("超额完成", "more was rectified than was due"),
    Reason.DUE_MISSING: ("没有整改时限", "there is no deadline"),
    Reason.DUE_IMMEDIATE: ("立行立改，没有日期", "to be done at once, without a date"),
    Reason.DUE_NO_YEAR: ("时限没有年份，取下发后第一个", "no year: the first such day after issue"),
    Reason.DUE_SERIAL: ("时限是日期序列号", "the deadline is a serial number"),
    Reason.DUE_PERIOD: ("时限取期末日", "the deadline is the last day of a period"),
    Reason.DUE_TWO_DATES: ("一格内有原定和延期两个时限", "original and extended deadline in one cell"),
    Reason.CLOSED_WITHOUT_DATE: ("已销号但没有销号日期", "closed, but without a date"),
    Reason.PERSON_MISSING: ("没有具体责任人", "nobody is named as responsible"),
    Reason.NUMBER_BY_SPOT: ("编号按图斑编号补齐", "the number was found by the spot's"),
    Reason.ROW_HIDDEN: ("隐藏行，照常导入", "a hidden row, imported as usual"),
    Reason.SHEET_HIDDEN: ("隐藏工作表，照常导入", "a hidden sheet, imported as usual"),
}
