"""A person's mistake, as opposed to a bug: shown to the person in words, and nothing is written."""

from enum import StrEnum
from typing import Any


class Why(StrEnum):
    """Every reason to refuse; each has its sentence in ``text/templates/refusals.j2``."""

    UNKNOWN_COMMAND = "unknown_command"
    NOT_UNDERSTOOD = "not_understood"
    DID_YOU_MEAN = "did_you_mean"
    COURTESY = "courtesy"
    STRANGER = "stranger"
    GROUP_NOT_BOUND = "group_not_bound"
    PRIVATE_ONLY = "private_only"
    GROUP_ONLY = "group_only"
    OFFICE_ONLY = "office_only"
    PERSONS_ONLY = "persons_only"
    UNKNOWN_REGION = "unknown_region"
    NOT_YOUR_REGION = "not_your_region"
    NOT_THIS_GROUP = "not_this_group"
    UNKNOWN_WORD = "unknown_word"
    NO_NUMBER = "no_number"
    UNKNOWN_NUMBER = "unknown_number"
    WHICH_DUTY = "which_duty"
    NOT_YOUR_DUTY = "not_your_duty"
    BAD_AREA = "bad_area"
    AREA_TOO_LARGE = "area_too_large"
    FARMLAND_TOO_LARGE = "farmland_too_large"
    ONE_AREA_ONE_DUTY = "one_area_one_duty"
    ALREADY_REPORTED = "already_reported"
    ALREADY_CLOSED = "already_closed"
    NOT_REPORTABLE = "not_reportable"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOT_YOUR_ACT = "not_your_act"
    CHANGED_SINCE = "changed_since"
    UNDO_TOO_LATE = "undo_too_late"
    BAD_CODE = "bad_code"
    BAD_DAYS = "bad_days"
    BAD_LANGUAGE = "bad_language"
    NO_DIGEST = "no_digest"
    UNKNOWN_PERSON = "unknown_person"
    FILE_TOO_LARGE = "file_too_large"
    NO_UPLOAD = "no_upload"
    UPLOAD_OVER = "upload_over"
    BAD_ANSWER = "bad_answer"
    IMPORT_NOT_UNDONE = "import_not_undone"
    NOT_EXTENDABLE = "not_extendable"
    NO_DEADLINE = "no_deadline"
    BAD_DATE = "bad_date"
    EXTENSION_OPEN = "extension_open"
    EXTENDED_OFTEN = "extended_often"
    EXTENSION_TOO_EARLY = "extension_too_early"
    EXTENSION_TOO_LONG = "extension_too_long"
    NO_EXTENSION = "no_extension"
    EXTENSION_DECIDED = "extension_decided"
    HEAD_ONLY = "head_only"
    OWN_REQUEST = "own_request"
    NOT_YOUR_DRAFT = "not_your_draft"
    ALREADY_ASSIGNED = "already_assigned"
    ASSIGNMENT_STANDS = "assignment_stands"


class Refusal(Exception):  # noqa: N818  (it is an answer, not an error)
    """Refuse with a reason and its facts; ``choices`` are commands offered as buttons: (label, command)."""

    def __init__(self, why: Why, *, choices: tuple[tuple[str, str], ...] = (), **facts: Any) -> None:
        super().__init__(why.value)
        self.why = why
        self.choices = choices
        self.facts = facts
