# SPDX-License-Identifier: Apache-2.0
"""User-data of the operator's own, in place of a profile's."""

from __future__ import annotations

import pathlib
import typing

from hvctl.tests.functional import base
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell

_OWN_USER_DATA = """\
#cloud-config
write_files:
- path: /etc/nova/nova.conf
  owner: root:nova
  permissions: '0640'
  content: |
    [DEFAULT]
    host = {host}
{fragment}
- path: /etc/neutron/neutron.conf
  owner: root:neutron
  permissions: '0640'
  content: |
    [DEFAULT]
    host = {host}
{transport}
runcmd:
- [systemctl, enable, --now, neutron-openvswitch-agent]
- [systemctl, enable, --now, nova-compute]
"""


class TestOwnUserData(base.FunctionalTestCase):
    def test_own_user_data_is_closed_as_soon_as_it_shows(self) -> None:
        """Without a hold the service is disabled as soon as it registers."""
        name = hypervisors.name('own')
        fragment = pathlib.Path(shell.recipe()[-1]).read_text()
        user_data = self.file(
            'user-data',
            _OWN_USER_DATA.format(
                host=name,
                fragment=_indented(fragment),
                transport=_indented(shell.transport()),
            ),
        )
        through = recorder.Recorder()
        self.addCleanup(through.close)
        made = self.succeed(
            shell.ephemeral(
                'create',
                name,
                *shell.recipe(config=None, user_data=user_data),
                environment=through.environment,
            )
        )
        self.assertIn('own user-data', made.stderr)
        self.assertEqual('done', made.json()[0]['Result'])
        self.assert_enabled(name)
        self.assertEqual(
            [
                'POST network /v2.0/ports',
                'POST compute /v2.1/servers',
                'PUT compute /v2.1/os-services/ID',
                'POST compute /v2.1/servers/ID/metadata',
                'PUT compute /v2.1/os-services/ID',
            ],
            [request.kind for request in through.changes],
        )
        with base.only(name):
            guest = self.boot()
            guests.wait(guest, 'ACTIVE')
        self.assertEqual(name, guests.host(guest))
        guests.delete(guest)
        server_id = typing.cast(str, made.json()[0]['Server ID'])
        deleted = hypervisors.delete(name)
        self.succeed(deleted)
        self.assert_nothing_left(name, server_id)


def _indented(text: str) -> str:
    return '\n'.join(f'    {line}' for line in text.splitlines())
