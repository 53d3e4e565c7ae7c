# SPDX-License-Identifier: Apache-2.0
"""Each way not to come up has its own words, and leaves what it promised."""

from __future__ import annotations

import os
import re
import signal
import subprocess

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell
from hvctl_lab import paths
from hvctl_lab import supervision
from hvctl_lab.services import nova

#: A part of the user-data that puts something else in the agent's place.
MUTE = """\
#cloud-config
write_files:
  - path: /etc/systemd/system/neutron-openvswitch-agent.service.d/mute.conf
    content: |
      [Service]
      ExecStart=
      ExecStart=/bin/sleep infinity
"""

#: And one that lets nova-compute stay dead.
MORTAL = f"""\
{MUTE.rstrip()}
  - path: /etc/systemd/system/nova-compute.service.d/mortal.conf
    content: |
      [Service]
      Restart=no
"""

#: Longer than a busy machine takes from one phase after the registration to
#: the next.
LONG = 25


class TestNotUp(base.FunctionalTestCase):
    def create(
        self, profile: str, *arguments: str, **environment: str
    ) -> shell.Running:
        return shell.ephemeral(
            'create',
            *arguments,
            *('--profile', profile),
            environment=environment,
        )

    def assert_closed(self, name: str) -> None:
        """See that what failed is there and that nobody can land on it."""
        self.assert_one_of_each(name)
        (provider,) = facts.ours(name)['providers']
        self.assertEqual(1, len(facts.consumers(provider)))

    def test_dead_agent_and_dead_compute(self) -> None:
        """An agent that never speaks, and a nova-compute that dies."""
        mute, dying = (hypervisors.name(word) for word in ('mute', 'dying'))
        hypervisors.make_room(2)
        self.addCleanup(hypervisors.delete, mute, dying)
        parts = [
            self.file(word, text)
            for word, text in (('mute', MUTE), ('mortal', MORTAL))
        ]
        environment = self.profiles(
            mute={'user_data': parts[:1], 'timeouts': {'registration': LONG}},
            mortal={'user_data': parts[1:], 'timeouts': {'registration': 5}},
        )
        running = {
            name: self.create(profile, name, **environment)
            for name, profile in ((mute, 'mute'), (dying, 'mortal'))
        }
        failed = self.fail_with(running[dying]).json()
        self.assertIn('no network agent', failed[0]['Message'])
        for process in facts.processes(dying, 'hvctl_lab.host.compute'):
            os.kill(process, signal.SIGKILL)

        failed = self.fail_with(running[mute]).json()
        self.assertIn('no network agent', failed[0]['Message'])
        self.assertIn(f'look on {mute}', failed[0]['Message'])
        facts.wait(
            lambda: (facts.service(dying) or {}).get('state') == 'down',
            f'nova-compute of {dying} to be missed',
        )
        again = self.create('mortal', dying, **environment)
        failed = self.fail_with(again).json()
        self.assertIn('registered and then died', failed[0]['Message'])
        for name in (mute, dying):
            self.assert_closed(name)
        self.succeed(hypervisors.delete(mute, dying))
        self.assert_nothing_left(mute, dying)

    def test_failed_deploys(self) -> None:
        """One is taken back, one is tried anew until it works."""
        doomed, stubborn = (
            hypervisors.name(word) for word in ('doomed', 'stubborn')
        )
        # Nova tries three before it gives up.
        hypervisors.make_room(3)
        self.addCleanup(hypervisors.delete, doomed, stubborn)
        with base.failing_deploys():
            running = self.create('plain', doomed, *('--on-failure', 'delete'))
            result = self.fail_with(running, 'Nova moved on by itself')
            (row,) = result.json()
            self.assertIn('is removed again', row['Message'])
            # Ironic's own words on each node.
            self.assertRegex(
                row['Message'],
                r'tried on Ironic node (\S+) \([^)]*\1 is told to fail',
            )
            self.assert_nothing_left(doomed)
            running = self.create('plain', stubborn, *('--retries', '3'))
            facts.wait(
                lambda: 'is tried anew' in running.stderr(),
                'the deploy to be tried anew',
            )
        self.succeed(running)
        self.assert_enabled(stubborn)
        self.assert_one_of_each(stubborn)

    def test_not_discovered(self) -> None:
        """The message says the very command that mends it."""
        name = hypervisors.name('unmapped')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, name)
        lab = paths.Lab.from_environment()
        self.addCleanup(self.discover_every, lab, 2)
        self.discover_every(lab, -1)
        environment = self.profiles(unmapped={'timeouts': {'registration': 5}})

        result = self.fail_with(self.create('unmapped', name, **environment))

        (row,) = result.json()
        self.assertEqual('unmapped', row['Phase'])
        said = re.search(
            'nova-manage (cell_v2 discover_hosts)', row['Message']
        )
        assert said is not None, row
        self.assert_closed(name)
        subprocess.run(nova.manage(lab, *said[1].split()), check=True)
        self.succeed(self.create('plain', name))
        self.assert_enabled(name)
        self.assert_one_of_each(name)

    @staticmethod
    def discover_every(lab: paths.Lab, seconds: int) -> None:
        """Let the scheduler map new hosts, or not."""
        config = lab.etc / 'nova' / 'nova.conf'
        option = 'discover_hosts_in_cells_interval = '
        config.write_text(
            re.sub(f'{option}.*', f'{option}{seconds}', config.read_text())
        )
        supervision.stop(lab, [nova.SCHEDULER])
        supervision.start(lab, [nova.SCHEDULER])
        facts.wait(
            lambda: all(
                service['state'] == 'up'
                for service in facts.get('compute', '/os-services', '2.53')[
                    'services'
                ]
                if service['binary'] == nova.SCHEDULER
            ),
            'the scheduler to be up',
        )
