"""The labels of a judgement: how dangerous, what kind, what the writer wants."""

from typing import Literal

Risk = Literal["none", "concern", "danger", "emergency"]

RISKS: tuple[Risk, ...] = ("none", "concern", "danger", "emergency")
RULE_LEVELS = ("concern", "danger", "emergency", "person")
SIGNALS = (
    "confinement",
    "violence",
    "sexual_abuse",
    "sexual_exploitation",
    "forced_labour",
    "forced_begging",
    "forced_crime",
    "forced_marriage",
    "being_moved_or_sold",
    "documents_taken",
    "debt_bondage",
    "threats",
    "online_coercion",
    "suicide_self_harm",
    "homeless_runaway",
    "medical",
    "third_party",
    "missing_person",
)
TOPICS = (
    "job_offer",
    "safe_migration",
    "seek_help",
    "talk_to_human",
    "about_trafficking",
    "rights",
    "returning_home",
    "study_work_home",
    "worried_about_someone",
    "disclosure",
    "privacy",
    "about_bot",
    "small_talk",
    "off_topic",
)


def higher(one: Risk, other: Risk) -> Risk:
    """The more dangerous of two risks."""
    return max(one, other, key=RISKS.index)
