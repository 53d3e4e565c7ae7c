# SPDX-License-Identifier: Apache-2.0
"""Has a machine write down what became of it, and switch itself off."""

from __future__ import annotations

import pathlib

#: Below the machine's root.
FOUND = 'var/lib/look'

#: Each line is a file and the command that fills it.
_QUESTIONS = """\
cloud-init cloud-init status --long
active systemctl is-active libvirtd openvswitch-switch hvctl-network ssh
agent systemctl show -P User -P ActiveState neutron-openvswitch-agent
nova systemctl show -P User -P ActiveState nova-compute
enabled systemctl is-enabled nova-compute neutron-openvswitch-agent
failed systemctl --failed --plain --no-legend
libvirt virsh -c qemu:///system version
uuid virsh -c qemu:///system capabilities
system-id ovs-vsctl get Open_vSwitch . external_ids:system-id
listening ss -ltnp
journal journalctl --no-pager --boot
"""
_SCRIPT = f"""\
#!/bin/sh
mkdir -p /{FOUND}
cloud-init status --wait >/dev/null
# It looks for its message bus, of which there is none, when all else is done.
waited=0
until grep -qs 'AMQP server on' /var/log/nova/nova-compute.log ||
    [ "$waited" -ge 600 ]; do
    sleep 2
    waited=$((waited + 2))
done
while read -r name question; do
    $question >/{FOUND}/$name 2>&1
done <<'QUESTIONS'
{_QUESTIONS}QUESTIONS
systemctl poweroff
"""
#: After everything of cloud-init, so not one of its own scripts.
_UNIT = """\
[Unit]
After=cloud-final.service

[Service]
ExecStart=/usr/local/sbin/look
"""


def part() -> str:
    """Return a cloud-config that does it."""
    return (
        '#cloud-config\nwrite_files:\n'
        + _file('/usr/local/sbin/look', '0755', _SCRIPT)
        + _file('/etc/systemd/system/look.service', '0644', _UNIT)
        + 'runcmd:\n- [systemctl, --no-block, start, look.service]\n'
    )


def _file(path: str, mode: str, text: str) -> str:
    lines = ''.join(f'    {line}\n' for line in text.splitlines())
    return f"- path: {path}\n  permissions: '{mode}'\n  content: |\n{lines}"


class Answers:
    """What a machine wrote."""

    def __init__(self, changes: pathlib.Path) -> None:
        """Look into what it changed on its disk."""
        self._changes = changes

    def __getitem__(self, name: str) -> str:
        """Return what a command said."""
        return self.file(f'{FOUND}/{name}')

    def file(self, path: str) -> str:
        """Return a file, or nothing where it was not written."""
        file = self._changes / path
        return file.read_text(errors='replace') if file.exists() else ''
