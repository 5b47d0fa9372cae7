"""Classes of persons and companies, such as a kind of e-mail address or of role. So many share each that events may
name it, which everybody can read."""

import re
from bisect import bisect_left
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from services.lead_intake.lead.contact import domain_name
from services.lead_intake.lead.events import EmailKind, RoleClass, SizeBand


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FREE = words("""
    126.com 163.com aol.com att.net bk.ru bol.com.br comcast.net fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch
    gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it icloud.com
    inbox.ru laposte.net libero.it list.ru live.co.uk live.com live.nl mac.com mail.com mail.ru me.com msn.com naver.com
    orange.fr outlook.com outlook.de outlook.fr pm.me posteo.de proton.me protonmail.com qq.com rediffmail.com
    rocketmail.com sbcglobal.net sfr.fr t-online.de terra.com.br tiscali.it tutanota.com uol.com.br verizon.net
    virgilio.it wanadoo.fr web.de ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de
    yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com""")
DISPOSABLE = words("""
    10minutemail.com dispostable.com fakeinbox.com getnada.com guerrillamail.com mail-temp.com mailcatch.com
    maildrop.cc mailinator.com mailnesia.com moakt.com mohmal.com sharklasers.com spam4.me temp-mail.org tempmail.com
    throwawaymail.com trashmail.com trashmail.de wegwerfmail.de yopmail.com""")
BELOW = words("assistant assistenz assistentin intern praktikant praktikantin student studentin trainee")
EXECUTIVE = words("""
    ceo cfo chief cio ciso cmo cofounder coo cpo cro cto evp founder geschäftsführer geschäftsführerin gründer
    gründerin inhaber inhaberin owner pdg president svp vorstand vp""")
DIRECTOR = words("directeur director directora directrice direktor direktorin head leiter leiterin")
MANAGER = words("lead manager managerin supervisor teamleiter teamleiterin")
WORD = re.compile(r"[^\W\d_]+")
UP_TO = (10, 50, 200, 1000, 5000)
BANDS: tuple[SizeBand, ...] = ("1-10", "11-50", "51-200", "201-1000", "1001-5000", "5001+")


def email_kind(email: str | None) -> EmailKind:
    if email is None:
        return "none"
    domain = email.rpartition("@")[2]
    if domain in FREE:
        return "free"
    return "disposable" if domain in DISPOSABLE else "business"


def company_domain(email: str | None) -> str | None:
    """The registered domain of a business address, in ASCII: `jane@mail.acme.co.uk` gives `acme.co.uk`. None for one
    under which anyone may have an address."""
    if email is None or email_kind(email) != "business":
        return None
    return registered_domain(email.rpartition("@")[2])


@lru_cache(maxsize=10_000)
def registered_domain(domain: str) -> str | None:
    registered = public_suffixes().privatesuffix(domain_name(domain))
    return None if registered in FREE or registered in DISPOSABLE else registered


@lru_cache(maxsize=1)
def public_suffixes() -> PublicSuffixList:
    """The list that comes with the package. Reading it takes a tenth of a second."""
    return PublicSuffixList()


def role_class(job_title: str | None) -> RoleClass | None:
    """The class of role by words of the title. A product owner owns no company; a managing director runs one."""
    if job_title is None:
        return None
    title = set(WORD.findall(job_title.lower()))
    if "product" in title:
        title.discard("owner")
    if title & BELOW:
        return "individual"
    if title & EXECUTIVE or title >= {"managing", "director"}:
        return "executive"
    if title & DIRECTOR:
        return "director"
    return "manager" if title & MANAGER else "individual"


def size_band(employees: int | None) -> SizeBand | None:
    return None if employees is None else BANDS[bisect_left(UP_TO, employees)]
