"""The account of a lead: the domain under which its company is registered."""

from functools import lru_cache

from publicsuffixlist import PublicSuffixList

FREE_MAIL_DOMAINS = """
    126.com 163.com aol.com att.net bk.ru bol.com.br comcast.net fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch
    gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it icloud.com
    inbox.ru laposte.net libero.it list.ru live.co.uk live.com live.nl mac.com mail.com mail.ru me.com msn.com naver.com
    orange.fr outlook.com outlook.de outlook.fr pm.me posteo.de proton.me protonmail.com qq.com rediffmail.com
    rocketmail.com sbcglobal.net sfr.fr t-online.de terra.com.br tiscali.it tutanota.com uol.com.br verizon.net
    virgilio.it wanadoo.fr web.de ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de
    yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com"""
FREE_MAIL = frozenset(FREE_MAIL_DOMAINS.split())
"""Anyone may have an address there: such a domain is no company's."""


def account_of_domain(domain: str | None) -> str | None:
    """`shop.acme.co.uk` → `acme.co.uk`. None for a free-mail domain, and for one under which anybody may register."""
    if domain is None:
        return None
    registered = public_suffixes().privatesuffix(domain.lower().rstrip("."))
    return None if registered in FREE_MAIL else registered


@lru_cache(maxsize=1)
def public_suffixes() -> PublicSuffixList:
    """The list that comes with the package. It is read when it is needed first: that takes a tenth of a second."""
    return PublicSuffixList()
