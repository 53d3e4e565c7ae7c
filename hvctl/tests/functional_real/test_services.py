# SPDX-License-Identifier: Apache-2.0
"""The distribution's services run with what hvctl has written."""

from __future__ import annotations

from collections.abc import Iterator
import configparser
import re
import string

from hvctl.tests.functional import facts
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

#: By the unit: who it runs as, its log, and the files that hvctl writes.
_SERVICES = {
    'nova-compute': (
        'nova',
        '/var/log/nova/nova-compute.log',
        ('/etc/nova/nova.conf',),
    ),
    'neutron-openvswitch-agent': (
        'neutron',
        '/var/log/neutron/neutron-openvswitch-agent.log',
        (
            '/etc/neutron/neutron.conf',
            '/etc/neutron/plugins/ml2/openvswitch_agent.ini',
        ),
    ),
}
_SECRET = '****'
#: A line by which a service that begins tells an option.
_TOLD = re.compile(r' ([\w.-]+) += (.*?) log_opt_values ')


class TestServices(base.RealTestCase):
    def test_units(self) -> None:
        """They are the packages' units, as users that are not root."""
        for unit, (user, _log, _files) in _SERVICES.items():
            with self.subTest(unit=unit):
                self.assertEqual(
                    f'/lib/systemd/system/{unit}.service',
                    machines.unit_file(self.source, unit),
                )
                self.assertEqual(user, machines.user(self.source, unit))

    def test_options(self) -> None:
        """Each option that hvctl wrote is the one that a service has."""
        for unit, (_user, log, files) in _SERVICES.items():
            told = dict(_TOLD.findall(machines.read(self.source, log)))
            written = [
                option
                for file in files
                for option in _options(machines.read(self.source, file))
            ]
            for name, value in written:
                # One option may stand in another, as $my_ip does.
                value = string.Template(value).safe_substitute(told)
                with self.subTest(unit=unit, option=name):
                    self.assertIn(
                        told.get(name), (None, _SECRET, *_forms(value))
                    )
            # Not all of them are told: some are registered only then.
            self.assertIn('host', told)

    def test_agent(self) -> None:
        """Neutron has the agent's bridges as the profile says."""
        (agent,) = (
            each
            for each in facts.get('network', '/agents')['agents']
            if each['host'] == self.source
        )

        self.assertEqual(
            ('netdev', {'physnet1': 'br-physnet1'}, []),
            (
                agent['configurations']['datapath_type'],
                agent['configurations']['bridge_mappings'],
                agent['configurations']['tunnel_types'],
            ),
        )


def _options(text: str) -> Iterator[tuple[str, str]]:
    parser = configparser.RawConfigParser(default_section='', strict=False)
    parser.read_string(text)
    for section in parser.sections():
        for name, value in parser.items(section):
            yield (
                (name if section == 'DEFAULT' else f'{section}.{name}'),
                value,
            )


def _forms(value: str) -> tuple[str, ...]:
    """Return how an option may be told: by its type, which is not known."""
    several = [one.strip() for one in value.split(',')]
    pairs = dict(one.split(':', 1) for one in several if ':' in one)
    return value, value.capitalize(), str(several), str(pairs)
