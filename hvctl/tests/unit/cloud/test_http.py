# SPDX-License-Identifier: Apache-2.0
"""Tests of requests, and of the sentences in what goes wrong."""

from __future__ import annotations

import base64

from keystoneauth1 import exceptions as ksa_exceptions
import requests

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.tests.unit.cloud import base


class TestErrors(base.TestCase):
    """What is made of errors."""

    def provoke(self, url, client, **answer):
        self.mock.get(f'{url}/thing', **answer)
        with self.assertRaises(exceptions.CloudError) as caught:
            http.call(
                client, http.Request(url='/thing', doing='read the thing')
            )
        return caught.exception

    def test_sentences(self) -> None:
        """Each service's own form of error becomes one clean sentence."""
        uuid = '00000000-0000-0000-0000-000000000000'
        conn = self.conn
        for name, url, client, words in (
            (
                'nova404',
                base.COMPUTE,
                conn.compute,
                f'Instance {uuid} could not be found (HTTP 404)',
            ),
            (
                'nova400',
                base.COMPUTE,
                conn.compute,
                "Invalid input for query parameters limit. Value: x. 'x' "
                "does not match '^[0-9]*$' (HTTP 400)",
            ),
            (
                'placement404',
                base.PLACEMENT,
                conn.placement,
                f'No resource provider with uuid {uuid} found (HTTP 404)',
            ),
            (
                'neutron404',
                base.NETWORK,
                conn.network,
                f'Port {uuid} could not be found (HTTP 404)',
            ),
            (
                'ironic404',
                base.BAREMETAL,
                conn.baremetal,
                f'Node {uuid} could not be found (HTTP 404)',
            ),
        ):
            with self.subTest(name=name):
                error = self.provoke(url, client, **base.answer(name))

                text = str(error)
                self.assertTrue(text.startswith('could not read the thing: '))
                self.assertTrue(text.endswith(words), text)
                self.assertNotIn('\n', text)
                self.assertNotIn('{', text)

    def test_too_old(self) -> None:
        """What is asked of every cloud has a release, which is named."""
        self.mock.get(
            f'{base.PLACEMENT}/thing', status_code=406, json={'errors': []}
        )
        for version, words in (
            (http.PLACEMENT, 'Placement of OpenStack Xena or newer'),
            ('1.99', 'could not read the thing: [] (HTTP 406)'),
        ):
            request = http.Request(
                url='/thing', doing='read the thing', microversion=version
            )
            with self.assertRaises(exceptions.CloudError) as caught:
                http.call(self.conn.placement, request)

            self.assertIn(words, str(caught.exception))
            self.assertFalse(caught.exception.transient)

    def test_forms_of_old(self) -> None:
        """Other forms that Ironic and proxies have are read as well."""
        for body, words in (
            ({'error_message': {'faultstring': 'no power'}}, 'no power'),
            ({'error_message': 'no power'}, 'no power'),
            ({'errors': []}, '[]'),
            ({'errors': ['no room']}, 'no room'),
            ({'errors': [None]}, 'None'),
            ({'a': {'detail': 'full.'}}, 'full'),
            ({'a': 1, 'b': 2}, "{'a': 1, 'b': 2}"),
            (['odd'], "['odd']"),
        ):
            with self.subTest(body=body):
                error = self.provoke(
                    base.COMPUTE,
                    self.conn.compute,
                    json=body,
                    status_code=400,
                )

                self.assertEqual(
                    f'could not read the thing: {words} (HTTP 400)',
                    str(error),
                )

    def test_no_json(self) -> None:
        """What a proxy says in HTML is not printed."""
        error = self.provoke(
            base.COMPUTE,
            self.conn.compute,
            text='<html>',
            status_code=502,
            reason='Bad Gateway',
        )

        self.assertEqual(
            'could not read the thing: Bad Gateway (HTTP 502)', str(error)
        )

    def test_forbidden(self) -> None:
        """A missing role is what a 403 usually means; a quota is not."""
        error = self.provoke(
            base.COMPUTE, self.conn.compute, **base.answer('nova403')
        )

        self.assertIn('admin role', str(error))
        self.assertFalse(error.transient)
        error = self.provoke(
            base.COMPUTE,
            self.conn.compute,
            status_code=403,
            json={'forbidden': {'message': 'Quota exceeded for instances'}},
        )
        self.assertNotIn('admin role', str(error))

    def test_transient(self) -> None:
        """Which statuses are worth another try."""
        for status, expected in (
            (400, False),
            (401, False),
            (403, False),
            (404, False),
            (408, True),
            (409, True),
            (413, False),
            (425, True),
            (500, True),
            (501, False),
            (503, True),
            (505, False),
            (507, True),
            (520, True),
        ):
            with self.subTest(status=status):
                error = self.provoke(
                    base.COMPUTE,
                    self.conn.compute,
                    status_code=status,
                    json={},
                )

                self.assertEqual(status, error.status)
                self.assertEqual(expected, error.transient)
                self.assertIsNone(error.retry_after)

    def test_lasting_conflict(self) -> None:
        """Neutron's quotas and addresses are no conflict that passes."""
        for kind, expected in (
            ('OverQuota', False),
            ('IpAddressGenerationFailure', False),
            ('MacAddressInUse', True),
        ):
            with self.subTest(kind=kind):
                error = self.provoke(
                    base.NETWORK,
                    self.conn.network,
                    status_code=409,
                    json={
                        'NeutronError': {
                            'type': kind,
                            'message': 'no',
                            'detail': '',
                        }
                    },
                )

                self.assertEqual(expected, error.transient)

    def test_asked_to_wait(self) -> None:
        """What names a time to try again passes, whatever its status."""
        for status in (413, 500, 503):
            with self.subTest(status=status):
                error = self.provoke(
                    base.COMPUTE,
                    self.conn.compute,
                    status_code=status,
                    json={},
                    headers={'retry-after': '120'},
                )

                self.assertTrue(error.transient)
                self.assertEqual(120, error.retry_after)

    def test_no_answer(self) -> None:
        """A broken connection has no status and is worth another try."""
        for failure in (requests.ConnectionError, requests.Timeout):
            with self.subTest(failure=failure):
                error = self.provoke(
                    base.COMPUTE, self.conn.compute, exc=failure('down')
                )

                self.assertIsNone(error.status)
                self.assertTrue(error.transient)
                self.assertNotIn('\n', str(error))

    def test_accepted(self) -> None:
        """An error that the caller deals with itself is none."""
        self.mock.get(f'{base.COMPUTE}/thing', status_code=404, json={})

        response = http.call(
            self.conn.compute,
            http.Request(
                url='/thing',
                doing='read the thing',
                accept=frozenset({404}),
            ),
        )

        self.assertEqual(404, response.status_code)

    def test_explain(self) -> None:
        """Errors of keystoneauth keep their status."""
        error = http.explain(
            ksa_exceptions.http.ServiceUnavailable('gone\nfor lunch.'),
            'log in',
        )

        self.assertTrue(
            str(error).startswith('could not log in: gone for lunch')
        )
        self.assertEqual(503, error.status)
        self.assertTrue(error.transient)

    def test_explain_asked_to_wait(self) -> None:
        """They keep the time to try again, too."""
        response = requests.Response()
        response.headers['Retry-After'] = '9'

        error = http.explain(
            ksa_exceptions.http.HttpError('full', response=response), 'log in'
        )

        self.assertEqual(9, error.retry_after)
        self.assertTrue(error.transient)

    def test_no_discovery(self) -> None:
        """Who does not say where a service is may do so later."""
        error = http.explain(ksa_exceptions.DiscoveryFailure('no'), 'log in')

        self.assertTrue(error.transient)


class TestSecrets(base.TestCase):
    """What --debug shows."""

    def call(self, **options):
        self.mock.post(
            f'{base.COMPUTE}/servers', json={'answer': 'pa55w0rd-2'}
        )
        with self.assertLogs(level='DEBUG') as logs:
            http.call(
                self.conn.compute,
                http.Request(
                    method='POST',
                    url='/servers',
                    doing='create the server',
                    json={'user_data': 'pa55w0rd-1'},
                    **options,
                ),
            )
        return '\n'.join(logs.output)

    def test_kept_out(self) -> None:
        """Neither body of a secret request is in the log; that it was is."""
        log = self.call(secret=True)

        self.assertNotIn('pa55w0rd', log)
        self.assertIn('POST /servers', log)

    def test_refused(self) -> None:
        """Nova repeats what it refuses, user-data and all, or part of it."""
        user_data = base64.b64encode(b'[DEFAULT]\npassword = x\n' * 9).decode()
        for echo in (user_data, user_data[7:99]):
            self.mock.post(
                f'{base.COMPUTE}/servers',
                status_code=400,
                json={
                    'badRequest': {
                        'message': 'Invalid input for field/attribute server. '
                        f"Value: {{'name': 'hv1', 'user_data': '{echo}'}}. "
                        'It is wrong'
                    }
                },
            )

            with self.assertRaises(exceptions.CloudError) as caught:
                http.call(
                    self.conn.compute,
                    http.Request(
                        method='POST',
                        url='/servers',
                        doing='create the server hv1',
                        json={'server': {'user_data': user_data}},
                        secret=True,
                    ),
                )

            self.assertEqual(
                'could not create the server hv1: Invalid input for '
                "field/attribute server. Value: {'name': 'hv1', 'user_data': "
                "'***'}. It is wrong (HTTP 400)",
                str(caught.exception),
            )

    def test_shown_otherwise(self) -> None:
        """Others are logged, as everybody who debugs expects."""
        self.assertIn('pa55w0rd', self.call())


class TestAnswers(base.TestCase):
    """Answers that are not what a service tells."""

    def read(self, **answer):
        self.mock.get(f'{base.COMPUTE}/thing', **answer)
        return http.ask(
            self.conn.compute,
            http.Request(url='/thing', doing='read the thing'),
            lambda body: body.part('thing').texts('names'),
        )

    def test_as_it_should_be(self) -> None:
        """What is as it should be is read."""
        self.assertEqual(
            ['a'], self.read(json={'thing': {'names': ['a']}, 'more': 1})
        )

    def test_nonsense(self) -> None:
        """Each is one sentence, which names the request, and may pass."""
        for answer, words in (
            ({'text': '<html>maintenance</html>'}, 'it is no JSON'),
            ({'text': ''}, 'it is no JSON'),
            ({'content': b'\xff\xfe{'}, 'it is no JSON'),
            ({'text': '[' * 100000}, 'it is no JSON'),
            ({'text': 'null'}, 'the answer is null instead of an object'),
            ({'json': []}, 'the answer is a list instead of an object'),
            ({'json': 'x'}, 'the answer is a text instead of an object'),
            ({'json': {}}, 'thing is missing'),
            ({'json': {'thing': None}}, 'thing is null instead of an object'),
            ({'json': {'thing': {}}}, 'names is missing'),
            (
                {'json': {'thing': {'names': None}}},
                'names is null instead of a list',
            ),
            (
                {'json': {'thing': {'names': 'a'}}},
                'names is a text instead of a list',
            ),
            (
                {'json': {'thing': {'names': [1]}}},
                'an entry of names is a whole number instead of a text',
            ),
        ):
            with self.subTest(words=words):
                with self.assertRaises(exceptions.CloudError) as caught:
                    self.read(**answer)

                self.assertEqual(
                    'could not read the thing: the answer makes no sense: '
                    f'{words} (HTTP 200); is it the service that answers?',
                    str(caught.exception),
                )
                self.assertTrue(caught.exception.transient)
