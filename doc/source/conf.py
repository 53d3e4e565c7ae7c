# SPDX-License-Identifier: Apache-2.0

"""Settings of Sphinx for hvctl's documentation."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / '_extensions'))

project = 'hvctl'
copyright = 'the hvctl maintainers'

extensions = [
    'cliff.sphinxext',
    'generated_tables',
    'openstackdocstheme',
    'pictures',
    'profile_keys',
]

root_doc = 'index'
nitpicky = True
# The theme would ask git for the project's name and for dates.
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_use_storyboard = False

html_theme = 'openstackdocs'
html_static_path = ['_static']
pygments_style = 'native'

autoprogram_cliff_application = 'openstack'
# Every command that prints a table has them; they say nothing of ours.
autoprogram_cliff_ignored = [
    '--help',
    '--format',
    '--column',
    '--sort-column',
    '--sort-ascending',
    '--sort-descending',
    '--quote',
    '--noindent',
    '--max-width',
    '--fit-width',
    '--print-empty',
    '--prefix',
]
