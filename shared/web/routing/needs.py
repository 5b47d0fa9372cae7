"""The needs of a route: what lets a caller in, and how callers with a place in the organisation are served."""

from dataclasses import dataclass, replace

from fastapi import Request, Response

from shared.web.callers.access import ACT_AS, NOT_WHILE_ACTING, Caller, Scope
from shared.web.callers.place import PlaceRule
from shared.web.errors.problems import Forbidden
from shared.web.requests import conditions
from shared.web.requests.input import refuse_invalid_json, refuse_unknown_parameters
from shared.web.routing import freshness
from shared.web.routing.call import Call, require_scope
from shared.web.service_context import ServiceContext


@dataclass(frozen=True)
class Needs:
    """The dependency of every route: authorises the caller, and gives the route its `Call`.

    `scope`: none for a route that every valid key may call. `or_one_of`: scopes each of which suffices instead; a route
    that shows less to such a caller looks at `Caller.scopes`. `place`: how the route serves callers that are confined
    to a part of the organisation, by their key or by `On-Behalf-Of`. A route that is not `REFUSED` to them must itself
    confine what it shows and changes to `Call.subtree`, `is_visible` and `permit`.
    """

    scope: Scope | None
    or_one_of: tuple[Scope, ...] = ()
    place: PlaceRule = PlaceRule.REFUSED

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes, each of which suffices. Empty for a route that every valid key may call."""
        return () if self.scope is None else (self.scope, *self.or_one_of)

    async def __call__(self, request: Request, response: Response) -> Call:
        call = self.call(request.app.state.context, request, response)
        refuse_unknown_parameters(request)
        if request.method == "GET":  # also where no read model is read that could be too old
            freshness.check_sources(call.context, conditions.min_positions(request.headers))
        await refuse_invalid_json(request)
        return call

    def call(self, context: ServiceContext, request: Request, response: Response) -> Call:
        return Call(context, self.authorise(request.state.caller, context.places is not None), request, response)

    def authorise(self, caller: Caller, has_organisation: bool = True) -> Caller:
        """The caller with the scopes that count in this request. `has_organisation`: whether the service knows which
        nodes there are. Raises `Forbidden`."""
        if caller.is_confined and self.place is PlaceRule.REFUSED:
            raise Forbidden("this route serves neither keys tied to an org node nor requests on behalf of one")
        if caller.on_behalf_of is not None:
            if not has_organisation:
                raise Forbidden("this service does not keep the organisation: no request is taken on behalf of a node")
            require_scope(caller, ACT_AS)
            caller = replace(caller, scopes=caller.scopes - NOT_WHILE_ACTING)
        if self.scopes:
            require_scope(caller, *self.scopes)
        return caller


def authorise(request: Request) -> None:
    """Refuses a caller as the route's `Needs` does. The framework reads a body as JSON before it calls that: a caller
    without the scope would hear of its body's faults. Raises `Forbidden`."""
    for dependency in request.scope["route"].dependant.dependencies:
        if isinstance(dependency.call, Needs):
            places = request.app.state.context.places
            dependency.call.authorise(request.state.caller, places is not None)
