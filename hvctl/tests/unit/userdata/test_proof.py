# SPDX-License-Identifier: Apache-2.0
"""Tests of what a machine proves before nova-compute starts."""

from __future__ import annotations

import unittest

from hvctl.model.networking import NoNetworking
from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import sandbox

NOVA = 'systemctl restart nova-compute'


class TestPlan(unittest.TestCase):
    """What is asked of which machine."""

    def proofs(self, **fields) -> list[str]:
        """Return what the plan of a profile has to be proven."""
        fields.setdefault('networking', NoNetworking())
        plan = base.files(base.a_profile(**fields))['/etc/hvctl/setup']
        return [
            line.removeprefix('prove ')
            for line in plan.splitlines()
            if line.startswith('prove ')
        ]

    def test_plan(self) -> None:
        """It follows from the driver, from its kind and the networking."""
        for expected, nova, kind in (
            (['nova 27', 'kvm /dev/kvm'], {}, 'none'),
            (['nova 27', 'kvm /dev/kvm', 'iommu'], {}, 'ethernet'),
            (['nova 27'], {'libvirt': {'virt_type': ('qemu',)}}, 'ovs'),
            ([], {'DEFAULT': {'compute_driver': ('fake.Fake',)}}, 'both'),
        ):
            with self.subTest(expected=expected):
                self.assertEqual(
                    expected,
                    self.proofs(nova=nova, networking=base.KINDS[kind]),
                )


class TestProof(sandbox.TestCase):
    """hvctl-setup."""

    def setUp(self) -> None:
        """Have a machine that is right."""
        super().setUp()
        self.host.answer(
            'systemctl',
            'case $1 in show) echo "/lib/systemd/system/$5" ;; esac',
        )
        self.host.write('/dev/kvm')
        self.host.write('/sys/kernel/iommu_groups/0/type')
        self.host.answer('nova-compute', 'echo 27.1.0')

    def plan(self, *proofs: str) -> None:
        """Say what is to be proven before nova-compute starts."""
        lines = [
            *(f'prove {proof}' for proof in proofs),
            'restart nova-compute',
        ]
        self.host.table('/etc/hvctl/setup', '\n'.join(lines) + '\n')

    def test_right(self) -> None:
        """nova-compute starts when all is proven."""
        self.plan(
            *('nova 27', 'kvm /dev/kvm', 'iommu'),
            'libvirt qemu+tls://10.0.0.21/system',
            *('ssh 10.0.0.21', 'ssh 10.0.0.22 unknown'),
        )

        self.assert_runs('hvctl-setup')

        batch = 'runuser -u nova -- ssh -n -o BatchMode=yes'
        self.assertEqual(
            [
                'nova-compute --version',
                'virsh -c qemu+tls://10.0.0.21/system version',
                f'{batch} 10.0.0.21 true',
                f'{batch} -o StrictHostKeyChecking=no '
                '-o UserKnownHostsFile=/dev/null 10.0.0.22 true',
            ],
            self.host.calls('nova-compute', 'virsh', 'runuser'),
        )
        self.assertIn(NOVA, self.host.calls())

    def test_wrong(self) -> None:
        """Else it does not, and the console says what is wrong."""
        self.host.path('/dev/kvm').unlink()
        self.host.path('/sys/kernel/iommu_groups/0/type').unlink()
        self.host.path('/sys/kernel/iommu_groups/0').rmdir()
        self.host.answer('nova-compute', 'echo said; echo 26.2.1')
        self.host.answer('virsh', 'echo refused >&2; exit 1')
        self.host.answer('runuser', 'exit 255')
        for proof, words in (
            ('kvm /dev/kvm', '/dev/kvm cannot be opened'),
            ('iommu', 'there is no IOMMU'),
            ('nova 27', 'nova-compute is 26.2.1, which reads no compute_id'),
            ('libvirt qemu+tls://h/system', 'libvirt does not answer at qemu'),
            ('libvirt qemu+tls://h/system', 'refused'),
            ('ssh 10.0.0.21', 'SSH as nova does not get to 10.0.0.21'),
            ('ssh 10.0.0.21', 'nova-compute was not started'),
        ):
            with self.subTest(proof=proof, words=words):
                self.host.path('calls').unlink(missing_ok=True)
                self.plan(proof)

                self.assert_fails('hvctl-setup', words)
                self.assertFalse(self.host.path('/dev/kvm').exists())
                self.assertNotIn(NOVA, self.host.calls())

    def test_no_version(self) -> None:
        """One that does not say its version says more when it starts."""
        for answer in ('exit 1', 'echo no'):
            with self.subTest(answer=answer):
                self.host.answer('nova-compute', answer)
                self.plan('nova 27')

                self.assert_runs('hvctl-setup')
