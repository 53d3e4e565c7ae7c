# SPDX-License-Identifier: Apache-2.0
"""Has a machine write down what became of it, and switch itself off."""

from __future__ import annotations

from collections.abc import Mapping
import pathlib
import re

#: Below the machine's root.
FOUND = 'var/lib/look'
#: Where nova-compute says, and how, that its message bus is not there.
LOG = 'var/log/nova/nova-compute.log'
NO_BUS = 'Connection failed: [Errno 111] ECONNREFUSED'

#: What all are asked, by the name of the answer.
_COMMON = {
    'enabled': 'systemctl is-enabled nova-compute',
    'nova': 'systemctl show -P User -P ActiveState nova-compute',
    # It ends when nobody asks it anything, and its socket starts it.
    'libvirt': 'virsh -c qemu:///system version',
    'active': 'systemctl is-active libvirtd hvctl-network ssh',
    'listening': 'ss -ltnp',
}
_AT_THE_END = {
    'cloud-init': 'cloud-init status --long',
    'failed': 'systemctl --failed --plain --no-legend',
    'journal': 'journalctl --no-pager --boot',
}
#: nova-compute is asked for as long as it looks for a message bus, of which
#: there is none; hvctl-setup waits for it, and goes on when it is stopped.
_SCRIPT = """\
#!/bin/sh
mkdir -p /{found}
ask() {{
    timeout 60 sh -c "$2" >/{found}/$1 2>&1
}}
arguments() {{
    pid=$(systemctl show -P MainPID "$1")
    cp "/proc/$pid/cmdline" "/{found}/arguments-$1"
}}
until grep -qsF '{no_bus}' /{log} ||
    [ -e /run/cloud-init/result.json ]; do
    sleep 2
done
{questions}
systemctl stop nova-compute
cloud-init status --wait >/dev/null
{last}
systemctl poweroff
"""
#: An emulated processor takes long to read the code of Nova.
_PATIENCE = """\
[Service]
TimeoutStartSec=1800
"""
_UNIT = """\
[Service]
ExecStart=/usr/local/sbin/look
"""


def part(
    services: tuple[str, ...] = (), questions: Mapping[str, str] | None = None
) -> str:
    """Return a cloud-config that does it.

    :param services: those whose state and command line are wanted
    :param questions: commands, by the name of what they say
    """
    asked = {
        **_COMMON,
        **{
            f'state-{one}': f'systemctl show -P User -P ActiveState {one}'
            for one in services
        },
        **(questions or {}),
    }
    script = _SCRIPT.format(
        found=FOUND,
        log=LOG,
        no_bus=NO_BUS,
        questions='\n'.join(
            (*_asking(asked), *(f'arguments {one}' for one in services))
        ),
        last='\n'.join(_asking(_AT_THE_END)),
    )
    units = '/etc/systemd/system'
    return (
        '#cloud-config\nwrite_files:\n'
        + _file('/usr/local/sbin/look', '0755', script)
        + _file(f'{units}/look.service', '0644', _UNIT)
        + _file(f'{units}/nova-compute.service.d/look.conf', '0644', _PATIENCE)
        + 'runcmd:\n- [systemctl, daemon-reload]\n'
        + '- [systemctl, --no-block, start, look.service]\n'
    )


def _asking(questions: Mapping[str, str]) -> list[str]:
    return [f"ask {name} '{said}'" for name, said in questions.items()]


def _file(path: str, mode: str, text: str) -> str:
    lines = ''.join(f'    {line}\n' for line in text.splitlines())
    return f"- path: {path}\n  permissions: '{mode}'\n  content: |\n{lines}"


class Answers:
    """What a machine wrote."""

    def __init__(self, root: pathlib.Path) -> None:
        """Look into its disk, or into what it changed there."""
        self._root = root

    def __getitem__(self, name: str) -> str:
        """Return what a command said."""
        return self.file(f'{FOUND}/{name}')

    def file(self, path: str) -> str:
        """Return a file, or nothing where it was not written."""
        file = self._root / path
        return file.read_text(errors='replace') if file.exists() else ''

    def arguments(self, service: str) -> list[str]:
        """Return the words that a service was started with."""
        words = self[f'arguments-{service}'].rstrip('\0')
        # Those of Neutron give themselves a title, with the words in it.
        if titled := re.fullmatch(r'[\w-]+ \((.*)\)', words):
            return titled[1].split()
        return words.split('\0')

    def complaints(self) -> list[str]:
        """Return what cloud-init warned of."""
        log = self.file('var/log/cloud-init.log')
        return re.findall(r'.*\[(?:WARNING|ERROR|CRITICAL)\].*', log)

    def set_up(self) -> list[str]:
        """Return what the scripts of the user-data said."""
        output = self.file('var/log/cloud-init-output.log')
        return re.findall('hvctl-.*', output)
