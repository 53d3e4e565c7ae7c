# SPDX-License-Identifier: Apache-2.0
"""The host's network adapter with its virtual functions.

Nova learns of them from the virt driver, but looks a few things up in the
kernel's device tree; it is answered for these devices, as they are not in
the kernel of the machine that the lab runs on.
"""

from __future__ import annotations

from collections.abc import Callable
import functools
import typing

from nova.pci import utils

INTERFACE = 'ens1f0'
PHYSICAL_FUNCTION = '0000:3b:00.0'
MAC_ADDRESS = '52:54:00:3b:00:00'

_VENDOR = '8086'
_PHYSICAL_PRODUCT = '1572'
_VIRTUAL_PRODUCT = '154c'
_FUNCTIONS_PER_SLOT = 8
#: The first slot that virtual functions take.
_FIRST_SLOT = 2


def passthrough(virtual_functions: int) -> list[dict[str, typing.Any]]:
    """Describe the adapter as virt drivers do.

    :param virtual_functions: how many of them there are; with none, the
        adapter is not for passing through at all
    :returns: one description for each function, the physical one first
    """
    if not virtual_functions:
        return []
    common = {'vendor_id': _VENDOR, 'status': 'available', 'numa_node': None}
    physical = {
        **common,
        'address': PHYSICAL_FUNCTION,
        'product_id': _PHYSICAL_PRODUCT,
        'dev_type': 'type-PF',
        'parent_addr': None,
        'label': f'label_{_VENDOR}_{_PHYSICAL_PRODUCT}',
    }
    return [physical] + [
        {
            **common,
            'address': _address(number),
            'product_id': _VIRTUAL_PRODUCT,
            'dev_type': 'type-VF',
            'parent_addr': PHYSICAL_FUNCTION,
            'parent_ifname': INTERFACE,
            'label': f'label_{_VENDOR}_{_VIRTUAL_PRODUCT}',
        }
        for number in range(virtual_functions)
    ]


def answer_lookups() -> None:
    """Make Nova's lookups in the kernel's device tree find these devices."""
    for name, answers in (
        ('get_function_by_ifname', {INTERFACE: (PHYSICAL_FUNCTION, True)}),
        ('get_mac_by_pci_address', {PHYSICAL_FUNCTION: MAC_ADDRESS}),
        (
            'get_vf_product_id_by_pf_addr',
            {PHYSICAL_FUNCTION: _VIRTUAL_PRODUCT},
        ),
        (
            'get_pci_ids_by_pci_addr',
            {PHYSICAL_FUNCTION: (_VENDOR, _PHYSICAL_PRODUCT)},
        ),
    ):
        setattr(utils, name, _answering(answers, getattr(utils, name)))


def _answering(
    answers: dict[str, typing.Any], otherwise: Callable[..., typing.Any]
) -> Callable[..., typing.Any]:
    @functools.wraps(otherwise)
    def answer(
        key: str, *args: typing.Any, **kwargs: typing.Any
    ) -> typing.Any:
        if key in answers:
            return answers[key]
        return otherwise(key, *args, **kwargs)

    return answer


def _address(number: int) -> str:
    slot, function = divmod(number, _FUNCTIONS_PER_SLOT)
    return f'0000:3b:{_FIRST_SLOT + slot:02x}.{function}'
