# SPDX-License-Identifier: Apache-2.0
"""Makes the networks, images and flavors of a bare-metal cloud."""

from __future__ import annotations

import pathlib
import typing

from hvctl_lab import credentials
from hvctl_lab import paths
from hvctl_lab.bootstrap import connection
from hvctl_lab.bootstrap import names
from hvctl_lab.services import common
from hvctl_lab.services import neutron

#: name: (type, segment, whether every project may use it, subnet)
_NETWORKS = {
    common.SHARED_NETWORK: ('vlan', 101, True, '10.10.0.0/20'),
    names.VLAN_NETWORK: ('vlan', 102, True, '10.20.0.0/20'),
    names.TENANT_NETWORK: ('vxlan', 103, True, '10.30.0.0/20'),
}

#: name: (VCPUs, MiB of memory, GiB of disk, extra specs)
_FLAVORS: dict[str, tuple[int, int, int, dict[str, str]]] = {
    names.BARE_METAL_FLAVOR: (
        1,
        1024,
        10,
        {
            'resources:CUSTOM_BAREMETAL': '1',
            'resources:VCPU': '0',
            'resources:MEMORY_MB': '0',
            'resources:DISK_GB': '0',
        },
    ),
    names.TEST_FLAVOR: (
        1,
        # A guest that really runs does not boot with 64.
        128,
        1,
        {
            'resources:CUSTOM_HVCTL_TEST': '1',
            'resources:VCPU': '0',
            'resources:MEMORY_MB': '0',
            'resources:DISK_GB': '0',
        },
    ),
    'm1.tiny': (1, 512, 1, {}),
    'm1.small': (1, 2048, 20, {}),
}


def make(cloud: connection.Cloud, lab: paths.Lab) -> None:
    """Make everything; what is there already is left alone.

    :param cloud: the administrator's connection
    :param lab: the lab, which keeps the private half of the key
    """
    _make_networks(cloud)
    _make_images(cloud)
    _make_flavors(cloud)
    _make_aggregate(cloud)
    _make_keypair(cloud, lab)


def make_real(cloud: connection.Cloud, guest: pathlib.Path) -> None:
    """Make what hypervisors with real guests need besides.

    :param cloud: the administrator's connection
    :param guest: the disk image of the guests
    """
    _image(cloud, names.REAL_BARE_METAL_IMAGE, id=paths.REAL_IMAGE_ID)
    _image(
        cloud,
        names.REAL_GUEST_IMAGE,
        guest.read_bytes(),
        # Nobody in it hears the power button.
        os_shutdown_timeout='1',
    )
    _flavor(cloud, names.REAL_GUEST_FLAVOR, 1, 128, 1, {})


def _make_networks(cloud: connection.Cloud) -> None:
    for name, (kind, segment, shared, subnet) in _NETWORKS.items():
        network = cloud.network.find_network(name, ignore_missing=True)
        if network is None:
            attributes: dict[str, typing.Any] = {
                'provider:network_type': kind,
                'provider:segmentation_id': segment,
            }
            if kind == 'vlan':
                attributes['provider:physical_network'] = (
                    neutron.PHYSICAL_NETWORK
                )
            network = cloud.network.create_network(
                name=name, shared=shared, **attributes
            )
        if not network.subnet_ids:
            cloud.network.create_subnet(
                name=name,
                network_id=network.id,
                ip_version=4,
                cidr=subnet,
                enable_dhcp=False,
            )


def _make_images(cloud: connection.Cloud) -> None:
    # Their content is never used: the machines boot the lab's root file
    # system, and guests do not boot.
    _image(cloud, names.BARE_METAL_IMAGE, id=paths.BOOTABLE_IMAGE_ID)
    _image(cloud, names.GUEST_IMAGE)


def _image(
    cloud: connection.Cloud,
    name: str,
    content: bytes = b'nothing boots this\n',
    **attributes: str,
) -> None:
    image = cloud.image.find_image(name, ignore_missing=True)
    if image is None:
        image = cloud.image.create_image(
            name,
            visibility='public',
            disk_format='raw',
            container_format='bare',
            allow_duplicates=True,
            **attributes,
        )
    if image.status == 'queued':
        image.data = content
        image.upload(cloud.image)


def _make_flavors(cloud: connection.Cloud) -> None:
    for name, values in _FLAVORS.items():
        _flavor(cloud, name, *values)


def _flavor(
    cloud: connection.Cloud,
    name: str,
    vcpus: int,
    ram: int,
    disk: int,
    specs: dict[str, str],
) -> None:
    flavor = cloud.compute.find_flavor(
        name, ignore_missing=True, get_extra_specs=True
    ) or cloud.compute.create_flavor(
        name=name, vcpus=vcpus, ram=ram, disk=disk
    )
    if specs and not flavor.extra_specs:
        cloud.compute.create_flavor_extra_specs(flavor, specs)


def _make_aggregate(cloud: connection.Cloud) -> None:
    if cloud.compute.find_aggregate(names.AGGREGATE) is None:
        cloud.compute.create_aggregate(
            name=names.AGGREGATE, availability_zone=names.AGGREGATE
        )


def _make_keypair(cloud: connection.Cloud, lab: paths.Lab) -> None:
    if cloud.compute.find_keypair(names.KEYPAIR, ignore_missing=True) is None:
        public = credentials.key_pair(lab.etc / 'id_ed25519')
        cloud.compute.create_keypair(name=names.KEYPAIR, public_key=public)
