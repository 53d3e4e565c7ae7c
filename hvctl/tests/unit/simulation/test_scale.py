# SPDX-License-Identifier: Apache-2.0
"""Tests of scale against a simulated cloud."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import typing
from unittest import mock

from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.osc.v1 import hypervisor_ephemeral_scale
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import rivals
from hvctl.tests.unit.simulation import scaling


class TestScale(scaling.TestCase):
    """So many of a profile there are, and not one more or less."""

    def assert_done(self, scaled: typing.Any, **verbs: list[str]) -> None:
        """It has done these things, and each of them well."""
        self.assertEqual(0, scaled.status, scaled.stderr)
        found: dict[str, list[str]] = {}
        for row in scaled.json():
            self.assertEqual('done', row['Result'], row)
            found.setdefault(row['Verb'], []).append(row['Name'])
        self.assertEqual(verbs, found)

    def test_up(self) -> None:
        """The next names are as those that there are."""
        scaled = self.scale('--to', '5')

        self.assert_done(scaled, create=['hv00004', 'hv00005'])
        self.assertEqual(
            [*scaling.OURS, 'hv00004', 'hv00005'], self.there('p')
        )
        self.assertIn('To be made: hv00004, hv00005\n', scaled.stderr)

        again = self.scale('--to', '5')
        self.assertEqual(
            (0, [], ''), (again.status, again.json(), again.stderr)
        )

    def test_free_names(self) -> None:
        """A name that anything has is left out."""
        machines = {number for number, _ in self.machines()}
        number, guest = next(
            each
            for each in self.cloud.world.servers.rising()
            if each[0] not in machines
        )
        self.cloud.world.servers.put(
            number, dataclasses.replace(guest, name='hv00004')
        )

        scaled = self.scale('--by', '+1')

        self.assert_done(scaled, create=['hv00005'])

    def test_name_format(self) -> None:
        """It is needed where nothing tells it, and is checked."""
        words = ('scale', 'q', '--to', '2', f'--profiles-file={self.file}')
        for more, expected in (
            ((), 'the names of q tell no format'),
            (('--name-format', 'cloud'), 'give it one number'),
            (('--name-format', 'Cloud%d'), 'no host name'),
        ):
            with self.subTest(more=more):
                refused = commands.run(
                    self.cloud, 'hypervisor', 'ephemeral', *words, *more
                )

                self.assertEqual(1, refused.status)
                self.assertIn(expected, refused.stderr)
                self.assertEqual(1, refused.stderr.count('\n'))
        self.assertEqual(scaling.OURS, self.there())

        made = commands.run(
            self.cloud,
            *('hypervisor', 'ephemeral', *words),
            *('--name-format', 'cloud%02d'),
        )

        self.assertEqual(0, made.status, made.stderr)
        self.assertEqual(['cloud01', 'cloud02'], self.there('q'))

    def test_refused(self) -> None:
        """What makes no sense is refused in a sentence; nothing changes."""
        self.note('hv00002', **{identity.PROTECTED_KEY: 'never'})
        asked = len(self.cloud.application.asked)
        for words, expected in (
            (('--by', '-4'), '--by -4: there are only 3 of profile p'),
            (('--to', '0'), 'hv00002 would have to go, and is protected'),
            (('--to', '99'), 'nodes'),
        ):
            with self.subTest(words):
                refused = self.scale(*words)

                self.assertEqual(1, refused.status)
                self.assertIn(expected, refused.stderr)
        unknown = commands.run(
            self.cloud,
            *('hypervisor', 'ephemeral', 'scale', 'r', '--to', '1'),
            f'--profiles-file={self.file}',
        )
        self.assertEqual(1, unknown.status)
        self.assertIn("no profile 'r'", unknown.stderr)
        self.assert_read_only(asked)

    def test_no_number(self) -> None:
        """It is not even asked what there is."""
        for words, expected in (
            (('--to', '-1'), "'-1' is not a whole number"),
            (('--by', '2'), "'2' is no number with a sign"),
            (('--by', '+0'), "'+0' is no number with a sign"),
            (('--by', '-'), "'-' is no number with a sign"),
            ((), 'one of the arguments --to --by is required'),
        ):
            said = io.StringIO()
            with (
                self.subTest(words),
                self.assertRaises(SystemExit) as raised,
                contextlib.redirect_stderr(said),
            ):
                scale = hypervisor_ephemeral_scale.ScaleHypervisorEphemeral(
                    mock.Mock(), mock.Mock()
                )
                scale.get_parser('scale').parse_args(['p', *words])
            self.assertEqual(2, raised.exception.code)
            self.assertIn(expected, said.getvalue())

    def assert_read_only(self, asked: int) -> None:
        """Since so many requests there were none that change anything."""
        self.assertEqual(
            {'GET'},
            {
                request.method
                for request in self.cloud.application.asked[asked:]
                if not request.path.startswith('/identity')
            },
        )

    def test_down(self) -> None:
        """They are emptied first, and no more at once than may be closed."""
        before = self.guests()

        scaled = self.scale('--to', '1')

        self.assertEqual(0, scaled.status, scaled.stderr)
        self.assertEqual(1, len(self.there()))
        self.assertEqual(2, len(scaled.json()))
        after = self.guests()
        self.assertEqual(before.keys(), after.keys())
        self.assertLessEqual(
            {*after.values()} & {*scaling.OURS}, {*self.there()}
        )
        self.assertEqual({*self.there()}, self.enabled())
        first, *_ = scaled.stderr.splitlines()
        self.assertTrue(first.startswith('To be deleted: '), first)

    def test_protected_and_closed(self) -> None:
        """The one is left, the other is left alone and does not count."""
        self.note('hv00001', **{identity.PROTECTED_KEY: 'never'})
        self.close('hv00002', 'a broken fan')

        scaled = self.scale('--to', '1')

        self.assert_done(scaled, delete=['hv00003'])
        self.assertEqual(['hv00001', 'hv00002'], self.there())

    def test_failed(self) -> None:
        """One whose deploy failed goes, and another is made."""
        ((number, server),) = [
            each for each in self.machines() if each[1].name == 'hv00003'
        ]
        metadata = dict(server.metadata)
        del metadata[identity.ENABLED_KEY]
        self.cloud.world.servers.put(
            number,
            dataclasses.replace(server, vm_state='error', metadata=metadata),
        )

        scaled = self.scale('--to', '3')

        self.assert_done(scaled, delete=['hv00003'], create=['hv00003'])
        self.assertEqual(scaling.OURS, sorted(self.enabled()))

    def test_taken_back(self) -> None:
        """What another scale has closed takes guests again."""
        reason = disabled_reason.of_drain(0, for_scale=True)
        self.close('hv00002', reason)
        self.close('hv00003', reason)

        scaled = self.scale('--to', '2')

        self.assert_done(scaled, undo=['hv00002'], delete=['hv00003'])
        self.assertEqual(scaling.OURS[:2], sorted(self.enabled()))

    def test_waves(self) -> None:
        """No more are built at once than Ironic's nova-compute builds."""
        self.start(1, numbers.Size(hosts=1, ours=1, free_nodes=14))
        most = 0

        def watch() -> None:
            nonlocal most
            building = [
                server
                for _, server in self.machines()
                if server.vm_state == 'building'
            ]
            most = max(most, len(building))

        (scaled,) = rivals.type_at_once(
            self.cloud, self.chance, self.words('--to', '14'), watch=watch
        )

        self.assertEqual(0, scaled.status, scaled.stderr)
        self.assertEqual(14, len(self.enabled()))
        self.assertLessEqual(most, 10)
        self.assertGreater(most, 3)

    def test_dry_run(self) -> None:
        """It says what would be done and why, and only reads."""
        asked = len(self.cloud.application.asked)

        up = self.scale('--to', '4', '--dry-run')
        down = self.scale('--to', '2', '--dry-run')

        for planned in (up, down):
            self.assertEqual(0, planned.status, planned.stderr)
        self.assert_read_only(asked)
        first, *more = up.json()
        self.assertEqual('there are 3 of p, and 4 are wanted', first['What'])
        self.assertIn(
            ('hv00004', 'create the server'),
            {(row['Name'], row['What']) for row in more},
        )
        _, goes, drained, *more = down.json()
        self.assertEqual(
            ('goes', 'it has the least memory to move'),
            (goes['Result'], goes['What']),
        )
        self.assertEqual('drain: 2 guests would leave', drained['What'])
        self.assertIn(f'To be deleted: {goes["Name"]}', down.stderr)
