# SPDX-License-Identifier: Apache-2.0
"""Puts parts together to the user-data that Nova takes."""

from __future__ import annotations

import base64
import dataclasses
from email.mime import multipart
from email.mime import nonmultipart
import gzip
import hashlib

from hvctl import exceptions
from hvctl.userdata.document import limits

#: How a part of cloud-config is laid over those before it: what stands there
#: already stays, lists grow at their end.
ADDING = 'list(append)+dict(no_replace,recurse_list)+str()'

_MERGE_HEADER = 'Merge-Type'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part.

    :ivar filename: cloud-init runs scripts in the order of these
    :ivar content_type: as cloud-init knows it
    :ivar text: its content; it may hold secrets
    :ivar merge: how it is laid over the parts before it; None where that is
        its own affair
    """

    filename: str
    content_type: str
    text: str = dataclasses.field(repr=False)
    merge: str | None = None

    @property
    def size(self) -> int:
        """Bytes of its text."""
        return len(self.text.encode())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A user-data."""

    parts: tuple[Part, ...]

    def text(self) -> str:
        """Return it as cloud-init reads it, before it is compressed."""
        message = multipart.MIMEMultipart(boundary=self._boundary())
        for part in self.parts:
            message.attach(_attachment(part))
        return message.as_string()

    def decoded(self) -> str:
        """Return its parts one after the other, each with a heading."""
        return '\n'.join(
            f'# ---- {part.filename} ({part.content_type}, '
            f'{part.size} bytes)\n{part.text}'
            for part in self.parts
        )

    def encode(self) -> str:
        """Return it as Nova takes it: compressed where that helps, base64.

        :raises InvalidRequest: when it is larger than Nova takes
        """
        plain = self.text().encode('ascii')
        # The time of day is left out: the same profile, the same bytes.
        compressed = gzip.compress(plain, mtime=0)
        sent = min(plain, compressed, key=len)
        encoded = base64.b64encode(sent).decode('ascii')
        if len(encoded) > limits.MAXIMUM:
            sizes = ', '.join(
                f'{part.filename} {part.size}' for part in self.parts
            )
            raise exceptions.InvalidRequest(
                'the user-data is too large for Nova: compressed and in '
                f'base64 it has {len(encoded)} characters, and '
                f'{limits.MAXIMUM} is the most; bytes of its parts: {sizes}'
            )
        return encoded

    def _boundary(self) -> str:
        """Find a line that no part has, the same for the same parts."""
        digest = hashlib.sha256()
        for part in self.parts:
            digest.update(part.text.encode() + b'\0')
        while True:
            boundary = f'hvctl-{digest.hexdigest()[:32]}'
            if not any(boundary in part.text for part in self.parts):
                return boundary
            digest.update(b'\0')


def _attachment(part: Part) -> nonmultipart.MIMENonMultipart:
    attachment = nonmultipart.MIMENonMultipart(
        *part.content_type.split('/', 1), charset='utf-8'
    )
    if part.merge is not None:
        attachment[_MERGE_HEADER] = part.merge
    attachment.add_header(
        'Content-Disposition', 'attachment', filename=part.filename
    )
    if part.text.isascii() and '\r' not in part.text:
        attachment['Content-Transfer-Encoding'] = '7bit'
        attachment.set_payload(part.text)
    else:
        # Anything else on the way could change it.
        attachment['Content-Transfer-Encoding'] = 'base64'
        attachment.set_payload(
            base64.encodebytes(part.text.encode()).decode('ascii')
        )
    return attachment
