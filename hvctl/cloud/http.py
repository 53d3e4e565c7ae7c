# SPDX-License-Identifier: Apache-2.0
"""Sends requests through the SDK and turns what fails into our errors.

Lists are read as plain JSON: making the SDK's objects of hundreds of records
takes longer than fetching them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
import dataclasses
import datetime
from email import utils
import json
import logging
import re
import typing

from keystoneauth1 import exceptions as ksa_exceptions
from openstack import exceptions as sdk_exceptions
import requests

from hvctl import exceptions
from hvctl.cloud import ages
from hvctl.cloud import answers
from hvctl.cloud import rates
from hvctl.model import text

LOG = logging.getLogger(__name__)

#: Microversions, each the oldest that has what is asked for, so that old
#: clouds do and new ones answer the same.
#: 2.80: migrations with user and project, soft-deleted servers, uuids.
COMPUTE = '2.80'
#: 2.87: the last in which os-hypervisors gives sizes and sends no message to
#: every Ironic node for its uptime (nova/api/openstack/compute/hypervisors.py)
COMPUTE_SIZES = '2.87'
#: 2.90: a server's hostname apart from its name.
COMPUTE_CREATE = '2.90'
#: Tells the zone that a guest is bound to; used where Nova has it.
COMPUTE_ZONES = '2.96'
#: Tells the properties of a guest's image; used where Nova has it.
COMPUTE_IMAGES = '2.98'
#: 2.84: instance actions tell the details of their events.
COMPUTE_ACTIONS = '2.84'
#: 1.38: allocations have a consumer type.
PLACEMENT = '1.38'
#: 1.46: everything that is read of a node.
BAREMETAL = '1.46'
#: 1.78: what happened to a node.
BAREMETAL_HISTORY = '1.78'

#: Statuses after which the same request may succeed: conflicts of
#: generations, limits of rates, and trouble of a service or of what is before
#: it, but for what means the request (not implemented, HTTP version).
_TRANSIENT = frozenset({408, 409, 425, 429, *range(500, 600)} - {501, 505})

#: Conflicts of Neutron that do not pass by themselves; it names their type.
_LASTING = frozenset({'OverQuota', 'IpAddressGenerationFailure'})

#: What is raised where the catalogue does not have a service.
NO_SERVICE = (
    ksa_exceptions.EndpointNotFound,
    sdk_exceptions.ServiceDisabledException,
)

#: For :attr:`Request.accept`.
NOT_FOUND = frozenset({404})

#: How the services name a request in their answers.
_REQUEST_IDS = ('x-openstack-request-id', 'openstack-request-id')

#: What may be user-data, or a part of it: base64 of some length.
_ENCODED = re.compile(r'[A-Za-z0-9+/=]{60,}')

#: What the SDK and keystoneauth stumble over where a service, the version
#: document of one for instance, is not what they expect.
STUMBLED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)

JSON = dict[str, typing.Any]

Response = requests.Response

_T = typing.TypeVar('_T')


class Service(typing.Protocol):
    """What sends requests to a service: the SDK's proxy of it."""

    def request(
        self, url: str, method: str, **options: typing.Any
    ) -> Response:
        """Send a request."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a service.

    :ivar method: the HTTP method
    :ivar url: below the service's endpoint
    :ivar doing: what this is for, as in "list the compute services"
    :ivar accept: error statuses that the caller deals with itself
    :ivar secret: keep the bodies out of ``--debug``: to an administrator
        Nova gives a server with its user-data
    :ivar headers: beside those that every request has
    """

    method: str = 'GET'
    url: str
    doing: str
    microversion: str | None = None
    params: Mapping[str, object] | None = None
    json: object | None = None
    accept: frozenset[int] = frozenset()
    secret: bool = False
    headers: Mapping[str, str] | None = None

    def options(self) -> dict[str, typing.Any]:
        """Return what keystoneauth takes beside method and URL."""
        options: dict[str, typing.Any] = {'status_code_retries': 0}
        if self.method != 'GET':
            # A change is sent again only after a look, whatever clouds.yaml
            # says: it may have happened.
            options['connect_retries'] = 0
        if self.microversion is not None:
            options['microversion'] = self.microversion
        if self.params is not None:
            options['params'] = dict(self.params)
        if self.json is not None:
            options['json'] = self.json
        if self.secret:
            options['log'] = False
        if self.headers is not None:
            options['headers'] = dict(self.headers)
        return options


def call(client: Service, request: Request) -> Response:
    """Send one request.

    :param client: the service
    :returns: the answer
    :raises CloudError: when there is none or it is an error
    """
    if request.secret:
        LOG.debug(
            '%s %s (not shown: its bodies may hold secrets)',
            request.method,
            request.url,
        )
    try:
        response = _send(client, request)
    except (
        ksa_exceptions.ClientException,
        sdk_exceptions.SDKException,
    ) as error:
        raise explain(error, request.doing) from error
    except STUMBLED as error:
        raise nonsense(request.doing, error) from error
    status = response.status_code
    if status == 404 and not _is_of_service(response):
        raise nonsense(
            request.doing, 'it is no JSON, as a proxy gives it (HTTP 404)'
        )
    if status >= 400 and status not in request.accept:
        raise _refused(response, request)
    return response


def _send(client: Service, request: Request) -> Response:
    def once() -> Response:
        return client.request(
            request.url, request.method, raise_exc=False, **request.options()
        )

    return rates.send(once, retry_after) if request.method == 'GET' else once()


def _is_of_service(response: Response) -> bool:
    """Return whether a service has answered, and not a proxy before it.

    One that has nobody to pass a request on to may answer 404, which says
    nothing of what was asked for.  The services name the request in their
    answers, and what they say is JSON.
    """
    if any(name in response.headers for name in _REQUEST_IDS):
        return True
    try:
        return isinstance(response.json(), dict)
    except (ValueError, RecursionError):
        return False


def read(
    response: Response,
    request: Request,
    parse: Callable[[answers.Fields], _T],
) -> _T:
    """Read the body of an answer.

    :param request: what was asked
    :param parse: makes of it what is wanted
    :raises CloudError: when it is not what the service's API document says
    """
    try:
        return parse(answers.Fields(_object(response)))
    except answers.UnexpectedAnswer as error:
        raise nonsense(
            request.doing, f'{error} (HTTP {response.status_code})'
        ) from error


def ask(
    client: Service, request: Request, parse: Callable[[answers.Fields], _T]
) -> _T:
    """Send one request, and read the body of its answer.

    :raises CloudError: when there is none, it is an error or makes no sense
    """
    return read(call(client, request), request, parse)


def find(
    client: Service, request: Request, parse: Callable[[answers.Fields], _T]
) -> _T | None:
    """Ask for something that may be gone.

    :returns: None when the service has it no more
    :raises CloudError: as :func:`ask` does
    """
    asked = dataclasses.replace(request, accept=request.accept | NOT_FOUND)
    response = call(client, asked)
    if response.status_code == 404:
        return None
    return read(response, asked, parse)


def _object(response: Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise answers.UnexpectedAnswer('it is no JSON') from error


def nonsense(doing: str, what: Exception | str) -> exceptions.CloudError:
    """Build the error for an answer that is not what it should be.

    :param what: what is wrong, or what the SDK stumbled over
    """
    if isinstance(what, Exception):
        LOG.debug('%s', doing, exc_info=what)
        what = f'{type(what).__name__}: {what}'
    return exceptions.CloudError(
        f'could not {doing}: the answer makes no sense: '
        f'{text.one_line(what)}; is it the service that answers?',
        transient=True,
    )


def explain(error: Exception, doing: str) -> exceptions.CloudError:
    """Build one of our errors from one of the SDK's or keystoneauth's."""
    status = getattr(error, 'status_code', None) or getattr(
        error, 'http_status', None
    )
    no_answer = isinstance(
        error,
        ksa_exceptions.ConnectFailure
        | ksa_exceptions.ConnectTimeout
        | ksa_exceptions.UnknownConnectionError
        # Keystone or a service did not say where it is.
        | ksa_exceptions.DiscoveryFailure,
    )
    response = getattr(error, 'response', None)
    return _error(
        f'could not {doing}: {text.one_line(str(error))}',
        status,
        getattr(response, 'headers', {}),
        transient=no_answer,
    )


def _error(
    message: str,
    status: int | None,
    headers: Mapping[str, str],
    *,
    transient: bool = False,
) -> exceptions.CloudError:
    """Build an error that knows whether, and when, to try again.

    Whatever its status, a refusal with ``Retry-After`` passes: so did Nova
    limit rates, with 413.
    """
    wait = retry_after(headers)
    return exceptions.CloudError(
        message,
        status=status,
        transient=transient or wait is not None or status in _TRANSIENT,
        retry_after=wait,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds an answer asks to wait, if it does.

    ``Retry-After`` has seconds or a date (RFC 9110, section 10.2.3).  The date
    is of the service's clock, as the answer's own is.
    """
    wanted = headers.get('Retry-After', '').strip()
    if re.fullmatch('[0-9]{1,9}', wanted):
        return float(wanted)
    until, now = date(wanted), date(headers.get('Date', ''))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def date(value: str) -> datetime.datetime | None:
    """Parse a date as HTTP has it; None for what is none."""
    try:
        found = utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # Without a zone it is UTC (RFC 9110, section 5.6.7).
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _refused(response: Response, request: Request) -> exceptions.CloudError:
    status = response.status_code
    words = _message(response)
    if request.secret:
        # Nova repeats what it refuses.
        words = _ENCODED.sub('***', words)
    if status == 406:
        words = ages.missing(request.microversion) or words
    if status == 403 and 'quota' not in words.lower():
        words += ' (does your user have the admin role in this project?)'
    error = _error(
        f'could not {request.doing}: {words} (HTTP {status})',
        status,
        response.headers,
    )
    error.transient = error.transient and not _lasts(response)
    return error


def _lasts(response: requests.Response) -> bool:
    """Return whether Neutron means a conflict that does not pass."""
    try:
        return response.json()['NeutronError']['type'] in _LASTING
    except (ValueError, LookupError, TypeError):
        return False


def _message(response: Response) -> str:
    """Find the sentence in an error's body; each service has its own form.

    The SDK's own reading (``openstack.exceptions.raise_from_response``) does
    not know Placement's form.
    """
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return response.reason or 'the answer is no JSON'
    found = body
    if isinstance(body, dict):
        errors = body.get('errors')
        if isinstance(errors, list) and errors:
            found = errors[0]
        elif 'error_message' in body:
            found = _ironic(body['error_message'])
        elif len(body) == 1:
            found = next(iter(body.values()))
    if isinstance(found, dict):
        found = (
            found.get('message')
            or found.get('faultstring')
            or found.get('detail')
            or found
        )
    return text.one_line(str(found))


def _ironic(error: object) -> object:
    """Parse Ironic's error, which is JSON once more, inside a string."""
    if isinstance(error, str):
        try:
            return json.loads(error)
        except ValueError:
            return error
    return error
