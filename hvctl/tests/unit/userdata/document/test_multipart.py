# SPDX-License-Identifier: Apache-2.0
"""Parts put together."""

from __future__ import annotations

import base64
import email
import gzip
import random
import unittest

import hypothesis
from hypothesis import strategies

from hvctl import exceptions
from hvctl.userdata.document import limits
from hvctl.userdata.document import multipart

TEXTS = strategies.text(strategies.characters(blacklist_categories=['Cs']))


def a_part(text='#!/bin/sh\n', **fields):
    fields = {
        'filename': 'part',
        'content_type': 'text/x-shellscript',
        **fields,
    }
    return multipart.Part(text=text, **fields)


def a_document(*texts):
    return multipart.Document(parts=tuple(map(a_part, texts)))


class TestDocument(unittest.TestCase):
    """The whole."""

    @hypothesis.given(strategies.lists(TEXTS, min_size=1, max_size=3))
    @hypothesis.example(['a\r\nb', 'From me\n', 'no end'])
    @hypothesis.example(['\n', '', '--hvctl-'])
    def test_parts_are_unchanged(self, texts):
        """What is taken apart is what was put together."""
        message = email.message_from_string(a_document(*texts).text())

        self.assertEqual(
            texts,
            [
                part.get_payload(decode=True).decode()
                for part in message.get_payload()
            ],
        )

    def test_headers(self):
        """cloud-init finds type, name and how to merge."""
        part = a_part(
            filename='site.yaml',
            content_type='text/cloud-config',
            merge='dict()',
        )

        (attachment,) = email.message_from_string(
            multipart.Document(parts=(part,)).text()
        ).get_payload()

        self.assertEqual('text/cloud-config', attachment.get_content_type())
        self.assertEqual('site.yaml', attachment.get_filename())
        self.assertEqual('dict()', attachment['Merge-Type'])

    def test_no_merge_header(self):
        """A part that does not say so is merged by cloud-init's own rule."""
        self.assertNotIn('Merge-Type', a_document('x').text())

    def test_same_parts_same_bytes(self):
        """Nothing of the time or of chance is in it."""
        one, other = (a_document('a' * 900, 'b') for _ in range(2))

        self.assertEqual(one.text(), other.text())
        self.assertEqual(one.encode(), other.encode())

    def test_boundary_is_in_no_part(self):
        """Nor in one that was made to have it."""
        innocent = a_document('x')
        (boundary,) = {
            line[2:]
            for line in innocent.text().splitlines()
            if line.startswith('--hvctl-') and not line.endswith('--')
        }

        text = a_document('x', f'--{boundary}\n').text()

        self.assertEqual(2, len(email.message_from_string(text).get_payload()))

    def test_decoded(self):
        """For people: part by part, with headings."""
        self.assertEqual(
            '# ---- part (text/x-shellscript, 2 bytes)\na\n\n'
            '# ---- part (text/x-shellscript, 3 bytes)\nü\n',
            a_document('a\n', 'ü\n').decoded(),
        )


class TestEncode(unittest.TestCase):
    """What Nova takes."""

    def test_compressed(self):
        """A large one gets smaller, and is the same inside."""
        document = a_document('x' * 10_000)

        sent = base64.b64decode(document.encode())

        self.assertLess(len(sent), 1000)
        self.assertEqual(document.text(), gzip.decompress(sent).decode())

    def test_limit(self):
        """65535 characters are the most; all parts are named by size."""
        noise = random.Random(7)
        text = ''.join(noise.choices('0123456789abcdef', k=120_000))
        document = a_document(text, 'small')

        with self.assertRaises(exceptions.InvalidRequest) as caught:
            document.encode()

        self.assertIn(str(limits.MAXIMUM), str(caught.exception))
        self.assertIn('part 120000, part 5', str(caught.exception))

    def test_below_the_limit(self):
        """What fits only because it is compressed does fit."""
        self.assertLessEqual(
            len(a_document('x' * 1_000_000).encode()), limits.MAXIMUM
        )

    def test_secrets_are_not_shown(self):
        """The text is in no repr."""
        self.assertNotIn('word', repr(a_document('word')))
