# SPDX-License-Identifier: Apache-2.0
"""Runs a script of the host in a directory that stands for the host."""

from __future__ import annotations

import importlib.resources
import pathlib
import subprocess
import tempfile
import unittest

#: Where the scripts look.
ROOTS = ('/etc', '/proc', '/run', '/sys', '/var')

#: Writes down how it was called; says what the test has it say.
STUB = """#!/bin/sh
echo "$(basename "$0")${*:+ }$*" >>"$SANDBOX/calls"
answer=$SANDBOX/answers/$(basename "$0")
[ ! -e "$answer" ] || . "$answer"
"""
PROGRAMS = (
    'apt-get',
    'dhclient',
    'dnf',
    'getent',
    'install',
    'ip',
    'networkctl',
    'nmcli',
    'nova-compute',
    'ovs-vsctl',
    'ovsdb-tool',
    'runuser',
    'saslpasswd2',
    'sleep',
    'systemctl',
    'udevadm',
    'usermod',
    'virsh',
)
TOOLS = (
    'basename',
    'cat',
    'cp',
    'cut',
    'grep',
    'head',
    'ln',
    'mkdir',
    'mv',
    'readlink',
    'rm',
    'sed',
    'sh',
    'timeout',
    'tr',
)


def _among(units):
    """Fail unless the third word is one of these units."""
    return f'case " {" ".join(units)} " in *" $3 "*) ;; *) exit 1 ;; esac'


class Host:
    """A host that is a directory."""

    def __init__(self, root):
        """Make it, with nothing but tools.

        :param root: an empty directory
        """
        self.root = pathlib.Path(root)
        self._bin = self.root / 'bin'
        self._bin.mkdir()
        (self.root / 'answers').mkdir()
        for program in PROGRAMS:
            self.program(program)
        for tool in TOOLS:
            (self._bin / tool).symlink_to(f'/usr/bin/{tool}')
        self.answer(
            'install',
            'shift 6; case $1 in -d) mkdir -p "$2" ;; *) cp "$1" "$2" ;; esac',
        )

    def program(self, name):
        """Have a program that writes down its calls."""
        path = self._bin / name
        path.unlink(missing_ok=True)
        path.write_text(STUB)
        path.chmod(0o755)

    def answer(self, program, text):
        """Say in shell what a program does beside writing down its call."""
        (self.root / 'answers' / program).write_text(text)

    def units(self, installed, enabled=(), active=None):
        """Say what systemctl answers about units.

        :param active: None for all
        """
        questions = f'is-enabled) {_among(enabled)} ;;\n'
        if active is not None:
            questions += f'is-active) {_among(active)} ;;\n'
        self.answer(
            'systemctl',
            'case $1 in\n'
            f'show) case " {" ".join(installed)} " in '
            '*" $5 "*) echo "/lib/systemd/system/$5" ;; esac ;;\n'
            f'{questions}esac\n',
        )

    def without(self, program):
        """Take a program away."""
        (self._bin / program).unlink()

    def path(self, name):
        """Give the path of a file on the host."""
        return self.root / name.lstrip('/')

    def write(self, name, text=''):
        """Write a file on the host."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def table(self, name, text):
        """Write a script's table; the paths in it become the host's."""
        text = text.replace(' /dev/', f' {self.root}/dev/')
        self.write(name, self._inside(text, ' '))

    def _inside(self, text, *before):
        """Let no path lead out of the directory."""
        for root in ROOTS:
            for character in before:
                text = text.replace(
                    f'{character}{root}/', f'{character}{self.root}{root}/'
                )
        return text

    def read(self, name):
        """Read a file on the host."""
        return self.path(name).read_text()

    def run(self, script, *arguments):
        """Run a script.

        :param script: its name
        :param arguments: what it is given
        :returns: its exit status and what it said on standard error
        """
        source = importlib.resources.files('hvctl.userdata').joinpath(
            'scripts', script
        )
        text = self._inside(source.read_text(), ' ', '=', '"', '>')
        # What is staged has the path that it has on a host.
        text = text.replace('$staged$path', '$staged${path#"$SANDBOX"}')
        done = subprocess.run(
            ['/bin/sh', '-s', *arguments],
            input=text,
            env={'PATH': str(self._bin), 'SANDBOX': str(self.root)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stderr

    def calls(self, *programs):
        """Give the calls of programs, all but waiting if none is named."""
        log = self.root / 'calls'
        lines = log.read_text().splitlines() if log.exists() else []
        return [
            line
            for line in lines
            if (
                line.split()[0] in programs
                if programs
                else line.split()[0] != 'sleep'
            )
        ]


class TestCase(unittest.TestCase):
    """A host for each test."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.host = Host(directory.name)

    def assert_runs(self, script, *arguments):
        self.assertEqual((0, ''), self.host.run(script, *arguments))

    def assert_fails(self, script, words):
        status, said = self.host.run(script)
        self.assertNotEqual(0, status)
        self.assertIn(words, said)


class SetupTestCase(TestCase):
    """A host that is set up by a plan."""

    def plan(self, *lines):
        self.host.table('/etc/hvctl/setup', '\n'.join(lines) + '\n')

    def changes(self):
        return [
            call
            for call in self.host.calls()
            if not call.startswith(('systemctl show', 'systemctl is-'))
        ]
