# SPDX-License-Identifier: Apache-2.0
"""Holds the elements of ``examples/image`` to what hosts need."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import unittest

import yaml

from hvctl.model.networking import Device, Networking, Ovn, Ovs, Sriov
from hvctl.model.profile import Family, Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import ColdSsh, LiveTcp, LiveTls, Transport
from hvctl.tests.unit.userdata import base

EXAMPLE = pathlib.Path(__file__).parents[3] / 'examples' / 'image'
ELEMENTS = EXAMPLE / 'elements'
RECIPES = ('debian-13.yaml', 'centos-9-stream.yaml')
#: As diskimage-builder calls them.
FAMILIES = {Family.DEBIAN: 'debian', Family.RHEL: 'redhat'}
KINDS: dict[str, Networking] = {
    'hvctl-ovs': Ovs(),
    'hvctl-ovn': Ovn(
        southbound=('tcp:10.0.0.3:6642',),
        metadata_host='10.0.0.5',
        metadata_proxy_shared_secret=Secret('word'),
    ),
    'hvctl-sriov': Sriov(
        devices=(
            Device(interface='ens1f0', physical_network='physnet1', vfs=8),
        )
    ),
}
#: What an element of diskimage-builder would be called that we use.
THEIRS = {
    'block-device-efi',
    'centos',
    'cloud-init',
    'cloud-init-datasources',
    'debian-minimal',
    'install-static',
    'package-installs',
    'pkg-map',
    'vm',
}
TRANSPORTS = (
    Transport(live=LiveTls(), cold=ColdSsh()),
    Transport(live=LiveTls(password=Secret('word')), cold=ColdSsh()),
    Transport(live=LiveTcp(password=Secret('word')), cold=ColdSsh()),
)


def _packages(element: str, family: Family) -> set[str]:
    """Return the packages that an element installs."""
    directory = ELEMENTS / element
    names = yaml.safe_load((directory / 'package-installs.yaml').read_text())
    maps = json.loads((directory / 'pkg-map').read_text())['family']
    known = maps.get(FAMILIES[family], {})
    return {
        package for name in names for package in known.get(name, name).split()
    }


def _wanted(profile: Profile, family: Family) -> set[str]:
    """Return what the set-up would install by itself."""
    (line,) = (
        line
        for line in base.plan(profile)
        if line.startswith(f'package-{family} ')
    )
    return set(line.split()[1:])


class TestElements(unittest.TestCase):
    """The elements."""

    def test_packages(self) -> None:
        """An image has all that a host would install with no such image."""
        for element, networking in KINDS.items():
            for family in Family:
                for transport in TRANSPORTS:
                    with self.subTest(f'{element} {family} {transport.live}'):
                        profile = base.a_profile(
                            networking=networking, migration=transport
                        )
                        self.assertLessEqual(
                            _wanted(profile, family),
                            _packages('hvctl-host', family)
                            | _packages(element, family),
                        )

    def test_names_that_are_mapped_are_installed(self) -> None:
        """A map has no name that the element does not install."""
        for file in ELEMENTS.glob('*/pkg-map'):
            names = yaml.safe_load(
                (file.parent / 'package-installs.yaml').read_text()
            )
            for names_of_family in json.loads(file.read_text())[
                'family'
            ].values():
                with self.subTest(file.parent.name):
                    self.assertLessEqual(set(names_of_family), set(names))

    def test_elements_are_there(self) -> None:
        """Recipes and elements name ours, or some that are known."""
        named = {
            element
            for file in ELEMENTS.glob('*/element-deps')
            for element in file.read_text().split()
        }
        for recipe in RECIPES:
            (image,) = yaml.safe_load((EXAMPLE / recipe).read_text())
            named.update(image['elements'])
        ours = {path.name for path in ELEMENTS.iterdir()}

        self.assertEqual(ours | THEIRS, named | ours)
        self.assertLessEqual(named, ours | THEIRS)

    def test_scripts(self) -> None:
        """Bash can read them, and those of phases can be run."""
        for file in ELEMENTS.glob('*/*.d/*'):
            if file.is_dir():
                continue
            with self.subTest(file.name):
                subprocess.run(['bash', '-n', str(file)], check=True)
                self.assertEqual(
                    file.parent.name != 'environment.d',
                    os.access(file, os.X_OK),
                )

    def test_what_registers_is_not_enabled(self) -> None:
        """The preset names nova-compute and every agent, by all names."""
        preset = (
            ELEMENTS / 'hvctl-host/static/etc/systemd/system-preset'
        ) / '10-hvctl.preset'
        disabled = [
            line.split()[1]
            for line in preset.read_text().splitlines()
            if line.startswith('disable ')
        ]
        for networking in base.KINDS.values():
            profile = base.a_profile(networking=networking)
            for line in base.plan(profile):
                subject, *units = line.split()
                if subject != 'restart':
                    continue
                for unit in units:
                    with self.subTest(unit):
                        self.assertTrue(
                            any(
                                pathlib.PurePath(f'{unit}.service').match(
                                    pattern
                                )
                                for pattern in disabled
                            )
                        )
