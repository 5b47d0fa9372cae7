"""All screens, in the order of the navigation. A new page is a module here, its template, and a line below."""

from funnelcast.pages.screen import Screen
from funnelcast.pages.screens import (
    accuracy,
    board,
    deal,
    deals,
    forecast,
    lead,
    measured_deals,
    metrics,
    operation,
    queue,
    sources,
    waterfall,
)

SCREENS: tuple[Screen, ...] = (
    *forecast.SCREENS,
    *waterfall.SCREENS,
    *deals.SCREENS,
    *deal.SCREENS,
    *queue.SCREENS,
    *lead.SCREENS,
    *sources.SCREENS,
    *board.SCREENS,
    *metrics.SCREENS,
    *measured_deals.SCREENS,
    *accuracy.SCREENS,
    *operation.SCREENS,
)
