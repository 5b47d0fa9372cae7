"""All screens, in the order of the navigation. A new page is a module here, its template, and a line below."""

from funnelcast.pages.screen import Screen
from funnelcast.pages.screens import welcome

SCREENS: tuple[Screen, ...] = (*welcome.SCREENS,)
