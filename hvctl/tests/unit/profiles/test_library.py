# SPDX-License-Identifier: Apache-2.0
"""Tests of merging a profile over others, and secrets over both."""

from __future__ import annotations

from hvctl.model.networking import NoNetworking, Ovs
from hvctl.model.profile import Profile
from hvctl.tests.unit.profiles import base


class TestMerge(base.ProfilesTestCase):
    """A profile over another, and the secrets over both."""

    def get(self, main, secure=None):
        return self.load(main, secure).get('a')

    def test_extends(self) -> None:
        """Mappings merge, lists are replaced, null takes away."""
        profile = self.get(
            """
            profiles:
              b:
                extends: c
                flavor: large
                key_name: ~
                aggregates: [two]
                nova: {DEFAULT: {x: ~, y: 2}}
              a: {extends: b, image: mine}
              c:
                image: theirs
                flavor: small
                key_name: k
                aggregates: [zero, one]
                nova: {DEFAULT: {x: 1}, libvirt: {virt_type: kvm}}
            """
        )

        self.assertEqual('b', profile.extends)
        self.assertEqual('mine', profile.image)
        self.assertEqual('large', profile.flavor)
        self.assertIsNone(profile.key_name)
        self.assertEqual(('two',), profile.aggregates)
        self.assertEqual(
            {'DEFAULT': {'y': ('2',)}, 'libvirt': {'virt_type': ('kvm',)}},
            profile.nova,
        )

    def test_same_kind(self) -> None:
        """Networking of the same kind is merged."""
        profile = self.get(
            """
            profiles:
              a:
                extends: b
                networking: {tunnel_types: [vxlan]}
              b: {networking: {kind: ovs, l2_population: true}}
            """
        )

        self.assertEqual(
            Ovs(tunnel_types=('vxlan',), l2_population=True),
            profile.networking,
        )

    def test_other_kind(self) -> None:
        """Networking of another kind starts afresh."""
        profile = self.get(
            """
            profiles:
              a: {extends: b, networking: {kind: none}}
              b: {networking: {kind: ovs, l2_population: true}}
            """
        )

        self.assertEqual(NoNetworking(), profile.networking)

    def test_secrets_are_inherited(self) -> None:
        """Secrets of the extended profile are the profile's own."""
        profile = self.get(
            """
            profiles:
              b: {nova: {s: {o: "<secret:x>", p: "<secret:y>"}}}
              a: {extends: b}
            """,
            """
            profiles:
              b: {secrets: {x: one, y: two}}
              a: {secrets: {y: three}, nova: {s: {q: 12}}}
            """,
        )

        self.assertEqual(
            {'o': 'one', 'p': 'three', 'q': '12'},
            {
                name: value.reveal()
                for name, (value,) in profile.nova['s'].items()
            },
        )

    def test_nothing(self) -> None:
        """A profile without anything is one of defaults."""
        self.assertEqual(
            Profile(name='a', file=str(self.main)),
            self.get('profiles: {a: }'),
        )
