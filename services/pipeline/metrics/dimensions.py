"""The dimensions by which the figures of a measure are grouped."""

from enum import StrEnum


class Dimension(StrEnum):
    SOURCE = "source"
    MQL_SOURCE = "mql_source"
    CAMPAIGN = "campaign"
    OWNER = "owner"
    MOTION = "motion"
    APPROACH = "approach"
    PIPELINE = "pipeline"
    PRODUCT = "product"
    CURRENCY = "currency"
