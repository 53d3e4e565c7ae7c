# SPDX-License-Identifier: Apache-2.0
"""Tests of reading config drives."""

from __future__ import annotations

import base64
import gzip
import io

import pycdlib

from hvctl_lab.metal import drive
from hvctl_lab.tests import base


def _image():
    """Make a drive as Nova does, with Rock Ridge names."""
    iso = pycdlib.PyCdlib()
    iso.new(rock_ridge='1.09', vol_ident='config-2')
    iso.add_directory('/OPENSTAC', rr_name='openstack')
    iso.add_directory('/OPENSTAC/LATEST', rr_name='latest')
    content = b'#cloud-config\n'
    iso.add_fp(
        io.BytesIO(content),
        len(content),
        '/OPENSTAC/LATEST/USER_DAT.;1',
        rr_name='user_data',
    )
    image = io.BytesIO()
    iso.write_fp(image)
    iso.close()
    return image.getvalue()


class TestFiles(base.LabTestCase):
    """The files of a drive."""

    def test_files(self):
        """Every file is there under the name it was given."""
        given = base64.b64encode(gzip.compress(_image())).decode()

        self.assertEqual(
            {'openstack/latest/user_data': b'#cloud-config\n'},
            drive.files(given),
        )

    def test_not_a_drive(self):
        """Whatever is no drive is refused in one way."""
        for given in (
            'not base64!',
            base64.b64encode(b'not gzip').decode(),
            base64.b64encode(gzip.compress(_image())[:100]).decode(),
            base64.b64encode(gzip.compress(b'no image')).decode(),
        ):
            self.assertRaises(drive.DriveError, drive.files, given)
